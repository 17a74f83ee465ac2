"""Shuffled sequences that keep the counts of all their k-mers."""

import numpy as np

#: A, C, G, T, and whatever is none of them.
_LETTERS = 5
_LETTER_BITS = 3
#: Letters of sequences that are shuffled at a time, and vertices of their graphs.
_BATCH = 1 << 22

MOST_K = 3


def shuffle(codes: np.ndarray, offsets: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Each sequence in a random order with the same count of each k-mer.

    All sequences of the same length, k-mers and first and last k - 1 letters are equally likely
    (as if all permutations of equal letters were one sequence).

    A sequence is a path through a graph whose vertices are (k - 1)-mers and whose edges are its
    k-mers. Every vertex but the last one of the path has an edge by which it is left for the last
    time, and these edges form a tree. Here the tree is drawn at random among all trees of the
    graph, the other edges of each vertex are put in a random order, and the path is walked again.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_letters,)
        Sequences one after the other; 0 to 3 for A, C, G, T, and 4 for any other letter, which is
        shuffled like a letter of its own.
    offsets : ndarray of int64, shape (n_sequences + 1,)
        Where each sequence begins in `codes`, and where the last one ends.
    k
        1, 2 or 3.
    rng
        Source of the random order.

    Returns
    -------
    ndarray of uint8, shape (n_letters,)
        In the order of `codes`.

    References
    ----------
    Altschul and Erickson, Mol. Biol. Evol. 1985, 2:526; Kandel, Matias, Unger and Winkler,
    Discrete Appl. Math. 1996, 71:171; Wilson, STOC 1996, 296 (the tree).
    """
    if not 1 <= k <= MOST_K:
        raise ValueError(f"found k = {k}; expected 1 to {MOST_K}")
    shuffled = codes.copy()
    lengths = np.diff(offsets)
    # Long ones first: of a batch that is walked letter by letter, those that go on are the first.
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > k]  # a shorter sequence has no other order
    n_before = np.cumsum(lengths[order])
    most_rows = _BATCH // _LETTERS ** (k - 1)
    first = 0
    while first < len(order):
        done = n_before[first - 1] if first else 0
        last = max(int(np.searchsorted(n_before, done + _BATCH, side="right")), first + 1)
        rows = order[first : min(last, first + most_rows)]
        _shuffle_batch(codes, shuffled, offsets[rows], lengths[rows], k, rng)
        first += len(rows)
    return shuffled


def _shuffle_batch(
    codes: np.ndarray,
    shuffled: np.ndarray,
    start: np.ndarray,
    length: np.ndarray,
    k: int,
    rng: np.random.Generator,
) -> None:
    """Shuffle sequences at ``codes[start : start + length]``, the longest first."""
    n, n_vertices = len(start), _LETTERS ** (k - 1)
    n_edges = length - (k - 1)
    edge_row = np.repeat(np.arange(n), n_edges)
    position = np.arange(len(edge_row)) + np.repeat(
        start + k - 1 - (np.cumsum(n_edges) - n_edges), n_edges
    )
    letter = codes[position]
    vertex = np.zeros(len(position), dtype=np.int64)
    for back in range(k - 1, 0, -1):
        vertex = vertex * _LETTERS + codes[position - back]
    group = edge_row * n_vertices + vertex
    n_successors = np.bincount(group, minlength=n * n_vertices)
    first_successor = np.cumsum(n_successors) - n_successors
    successors = _in_random_order(group, letter, rng)
    if k == 1:
        shuffled[position] = successors
        return

    root = _vertex_at(codes, start + length - (k - 1), k)
    last_edge = _random_trees(successors, first_successor, n_successors, root, n_vertices, rng)
    _swap_to_end(successors, last_edge, first_successor, n_successors, root)
    _walk(shuffled, successors, first_successor, start, length, k, n_vertices)


def _in_random_order(group: np.ndarray, letter: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Letters by group, at random within each."""
    # One sort of plain integers is several times faster than any that also moves a payload; they
    # hold, from the highest bit, the group, a random number and the letter.
    random_bits = 64 - _LETTER_BITS - int(group.max()).bit_length()
    key = group.astype(np.uint64)
    key <<= np.uint64(random_bits)
    key |= rng.integers(1 << random_bits, size=len(group), dtype=np.uint64)
    key <<= np.uint64(_LETTER_BITS)
    key |= letter
    key.sort()
    key &= np.uint64((1 << _LETTER_BITS) - 1)
    return key.astype(np.uint8)


def _vertex_at(codes: np.ndarray, position: np.ndarray, k: int) -> np.ndarray:
    vertex = np.zeros(len(position), dtype=np.int64)
    for ahead in range(k - 1):
        vertex = vertex * _LETTERS + codes[position + ahead]
    return vertex


def _random_trees(
    successors: np.ndarray,
    first_successor: np.ndarray,
    n_successors: np.ndarray,
    root: np.ndarray,
    n_vertices: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """A random tree for each graph, in which every vertex leads to the root.

    From each vertex in turn a random walk goes on until it meets the tree; the edges by which it
    left its vertices for the last time join the tree.

    Returns
    -------
    ndarray of int64, shape (n_graphs, n_vertices)
        Index in `successors` of the edge that leads from each vertex to the root; of no meaning
        for the root and for vertices that are not in the graph.
    """
    n = len(root)
    chosen = np.zeros((n, n_vertices), dtype=np.int64)
    in_tree = (n_successors == 0).reshape(n, n_vertices)
    in_tree[np.arange(n), root] = True
    n_contexts = n_vertices // _LETTERS  # of a vertex, its last letters but one
    for vertex in range(n_vertices):
        row = np.flatnonzero(~in_tree[:, vertex])
        walking, at = row, np.full(len(row), vertex)
        while len(walking):
            group = walking * n_vertices + at
            pick = (rng.random(len(walking)) * n_successors[group]).astype(np.int64)
            edge = first_successor[group] + pick
            chosen[walking, at] = edge
            at = at % n_contexts * _LETTERS + successors[edge]
            goes_on = ~in_tree[walking, at]
            walking, at = walking[goes_on], at[goes_on]
        at = np.full(len(row), vertex)
        while len(row):
            in_tree[row, at] = True
            at = at % n_contexts * _LETTERS + successors[chosen[row, at]]
            goes_on = ~in_tree[row, at]
            row, at = row[goes_on], at[goes_on]
    return chosen


def _swap_to_end(
    successors: np.ndarray,
    last_edge: np.ndarray,
    first_successor: np.ndarray,
    n_successors: np.ndarray,
    root: np.ndarray,
) -> None:
    is_left = (n_successors > 0).reshape(last_edge.shape)
    is_left[np.arange(len(root)), root] = False
    group = np.flatnonzero(is_left.ravel())
    chosen = last_edge.ravel()[group]
    end = first_successor[group] + n_successors[group] - 1
    successors[chosen], successors[end] = successors[end], successors[chosen]


def _walk(
    shuffled: np.ndarray,
    successors: np.ndarray,
    first_successor: np.ndarray,
    start: np.ndarray,
    length: np.ndarray,
    k: int,
    n_vertices: int,
) -> None:
    """Write the paths behind the first k - 1 letters, which are there."""
    n_contexts = n_vertices // _LETTERS
    pointer = first_successor.copy()
    vertex = _vertex_at(shuffled, start, k)
    base = np.arange(len(start)) * n_vertices
    # Sequences that reach a step: the longest come first.
    n_walking = np.searchsorted(-length, -np.arange(length[0]), side="left")
    for step in range(k - 1, int(length[0])):
        n = n_walking[step]
        group = base[:n] + vertex[:n]
        edge = pointer[group]
        pointer[group] = edge + 1
        letter = successors[edge]
        shuffled[start[:n] + step] = letter
        vertex = vertex[:n] % n_contexts * _LETTERS + letter
