"""What stands in the dataset, compared with the plain way of making it."""

from pathlib import Path

import numpy as np
import pytest

from enngene_core.branches.codes import decode
from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.new_windows import encode_new_file
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import PreprocessSpec
from tests.core_fixtures import REAL_DATA
from tests.dataset.plain import PlainReference

WIDTH = 47
ENDS = [
    # Windows that reach past an end of their chromosome, on both strands.
    ("chr_10", 0, 9, "+"), ("chr_10", 3, 30, "-"), ("chr_11", 159_990, 160_000, "+"),
    ("chr_12", 159_970, 160_000, "-"), ("chr_13", 159_999, 160_000, "-"), ("chr_13", 0, 1, "-"),
    ("chr_11", 5, 6, "."), ("chr_12", 23, 24, "-"), ("chr_12", 24, 25, "-"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of a few real intervals, and intervals at chromosomes' ends."""
    folder = tmp_path_factory.mktemp("inputs")
    for name in ("exons", "introns"):
        lines = (REAL_DATA / f"{name}.bed").read_text().splitlines()[::15]
        if name == "exons":
            lines += [f"{c}\t{s}\t{e}\tend\t0\t{strand}" for c, s, e, strand in ENDS]
        (folder / f"{name}.bed").write_text("\n".join(lines))
    return folder


def plain_reference() -> PlainReference:
    rows = [line.split("\t") for line in (REAL_DATA / "exons.bed").read_text().splitlines()]
    regions = [(row[0], int(row[1]), int(row[2])) for row in rows]
    return PlainReference(REAL_DATA / "genome.fa", REAL_DATA / "phyloP.bw", regions)


REFERENCES = References(
    REAL_DATA / "genome.fa",
    (REAL_DATA / "phyloP.wigFix.gz",),
    {"scores": REAL_DATA / "phyloP.bw", "coding": REAL_DATA / "exons.bed"},
)
FLANKED = {"structure": "unpaired", "structure_flank": 15}
CASES: list[dict[str, object]] = [
    {"edge": "pad", "structure": "mfe"},
    {"edge": "pad", "structure": "elements"},
    {"edge": "pad", "structure": "unpaired"},
    {"edge": "pad", **FLANKED},
    {"edge": "pad", **FLANKED, "structure_span": 20},
    {"edge": "pad", **FLANKED, "placement": "random"},
    {"edge": "shift", **FLANKED},
    {"edge": "drop", **FLANKED},
    {"edge": "shift", "structure": "mfe", "placement": "random"},
    {"edge": "pad", "structure": "elements", "strand": "ignore"},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.values())))
def test_every_window_and_branch(folder: Path, tmp_path: Path, case: dict[str, object]) -> None:
    output = tmp_path / "dataset.h5"
    spec = PreprocessSpec(
        branches="sequence,structure,conservation",
        window=WIDTH,
        ratio=(2, 1, 1),
        **case,
    )
    classes = [ClassFile(name, folder / f"{name}.bed") for name in ("exons", "introns")]
    result = preprocess(
        classes, REFERENCES, spec, output=output, execution=ExecutionSpec(threads=1)
    )
    plain = plain_reference()
    with Dataset(output) as dataset:
        rows = np.arange(dataset.n_windows)
        windows = dataset.windows(rows)
        found = {name: dataset.branch(name, rows) for name in dataset.spec.encodings}
        encodings = dataset.spec.encodings
    n_padded = np.count_nonzero(windows.pad_left + windows.pad_right)
    assert (n_padded > 4) == (case["edge"] == "pad")
    strands = {b"."} if spec.strand == "ignore" else {b"+", b"-"}
    assert strands <= set(windows.strand.tolist())
    assert windows.is_minus.any() == (spec.strand == "apply")
    assert len(windows) + len(result.rejections) == sum(result.n_intervals.values())

    assert list(found) == ["sequence", "structure", "conservation", "scores", "coding"]
    places = [(windows.locus(i), WIDTH, int(windows.pad_left[i])) for i in rows]
    assert decode(found["sequence"], encodings["sequence"]) == [
        plain.sequence(*place) for place in places
    ]
    scores = [plain.conservation(*place) for place in places]
    for name in ("conservation", "scores"):
        np.testing.assert_allclose(found[name], scores, rtol=0, atol=1e-6)
    assert found["coding"].tolist() == [plain.inside(*place) for place in places]
    if spec.structure == "mfe":
        assert decode(found["structure"], encodings["structure"]) == [
            plain.brackets(*place) for place in places
        ]
    elif spec.structure == "elements":
        assert decode(found["structure"], encodings["structure"]) == [
            plain.elements(*place) for place in places
        ]
    else:
        expected = [
            plain.unpaired(*place, flank=spec.structure_flank, span=spec.structure_span)
            for place in places
        ]
        np.testing.assert_allclose(found["structure"], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("edge", "flank", "structure"),
    [
        ("pad", 0, {"structure": "unpaired", "structure_flank": 10, "structure_span": 15}),
        ("shift", 0, {"structure": "unpaired", "structure_flank": 10, "structure_span": 15}),
        ("pad", 7, {"structure": "unpaired", "structure_flank": 10}),
        ("shift", 12, {"structure": "mfe"}),
    ],
)
def test_new_intervals_are_encoded_as_those_of_the_dataset(
    folder: Path, tmp_path: Path, edge: str, flank: int, structure: dict[str, object]
) -> None:
    spec = PreprocessSpec(
        branches="sequence,structure,conservation",
        window=WIDTH,
        flank=flank,
        edge=edge,
        ratio=(2, 1, 1),
        **structure,
    )
    classes = [ClassFile(name, folder / f"{name}.bed") for name in ("exons", "introns")]
    one_core = ExecutionSpec(threads=1)
    preprocess(classes, REFERENCES, spec, output=tmp_path / "dataset.h5", execution=one_core)
    with Dataset(tmp_path / "dataset.h5") as dataset:
        intervals, new = encode_new_file(
            folder / "exons.bed",
            REFERENCES,
            dataset.spec,
            branches=tuple(dataset.spec.encodings),
            execution=one_core,
        )
        rows = np.flatnonzero(dataset.label == 0)
        windows = dataset.windows(rows)
        order = np.searchsorted(new.windows.source_row, windows.source_row)
        np.testing.assert_array_equal(new.windows.pad_left[order], windows.pad_left)
        for name in dataset.spec.encodings:
            np.testing.assert_array_equal(new.branches[name][order], dataset.branch(name, rows))
    assert len(new.windows) + len(new.rejections) == len(intervals)
    assert set(new.windows.label.tolist()) == {-1}
