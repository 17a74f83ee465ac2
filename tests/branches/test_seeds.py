import pytest

from enngene_core.branches.seed_index import SeedIndex
from enngene_core.branches.seeds import LONGEST_WORD, SAMPLES, Seed, choose_seeds
from tests.branches.near_repeats import coded


@pytest.mark.parametrize("width", [3, 7, 31, 200, 10_000])
@pytest.mark.parametrize("identity", [0.5, 0.8, 1])
@pytest.mark.parametrize("n_windows", [1, 1_000_000])
def test_seeds_fit_their_windows(width: int, identity: float, n_windows: int) -> None:
    n_different = int((1 - identity) * width + 1e-9)
    seeds = choose_seeds(width, n_different=n_different, n_places=n_windows * width)
    assert 1 <= len(seeds) <= 6
    for seed in seeds:
        assert seed.pattern == seed.pattern[::-1]
        assert 1 <= seed.weight <= min(12, seed.length)
        assert seed.length <= min(width, LONGEST_WORD)
        assert 0 <= seed.most_different <= seed.length - seed.weight
        assert 1 <= seed.sample <= SAMPLES
    assert seeds == choose_seeds(width, n_different=n_different, n_places=n_windows * width)


def test_more_places_take_heavier_seeds() -> None:
    weights = [
        choose_seeds(200, n_different=40, n_places=4**power)[0].weight for power in (6, 9, 12, 15)
    ]
    assert weights == [6, 9, 12, 12]


def test_candidates_by_hand() -> None:
    # Of five bases the second and fourth must be the same, and two of the others may differ.
    seed = Seed((False, True, False, True, False), most_different=2, sample=SAMPLES)

    def found(indexed: str, other: str, *, both_strands: bool) -> set[tuple[int, bool]]:
        index = SeedIndex(coded("NNNNNNNN", indexed), seed, both_strands=both_strands)
        return {
            (shift, is_reverse)
            for pairs in index.candidates(coded("NNNNNNNN", "NNNNNNNN", other))
            for row, other_row, shift, is_reverse in zip(
                *(pairs.indexed, pairs.other, pairs.shift.tolist(), pairs.is_reverse.tolist()),
                strict=True,
            )
            if (row, other_row) == (1, 2)
        }

    assert (0, False) in found("GGACATGG", "TTACTTTT", both_strands=False)
    assert (2, False) in found("GGACATGG", "ACTTTTTT", both_strands=False)
    assert (0, False) not in found("GGACATGG", "TTACTGTT", both_strands=False)
    # CCATGTCC is the reverse complement of GGACATGG.
    assert (0, True) in found("GGACATGG", "CCATGTCC", both_strands=True)
    assert (1, True) in found("GGACATGG", "TCCATGTC", both_strands=True)
    assert not {
        shift
        for shift, is_reverse in found("GGACATGG", "CCATGTCC", both_strands=False)
        if is_reverse
    }
