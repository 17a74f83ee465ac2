from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from enngene_core.branches.similarity import cluster
from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.dataset.split import split
from enngene_core.errors import DatasetError, SpecError
from enngene_core.intervals.windows import COLUMNS
from enngene_core.provenance import sha256
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.split import SplitSpec
from enngene_core.specs.splitting import SPLITS
from tests.core_fixtures import BRANCHES, CLASSES, REAL_DATA, RealDataset
from tests.refusal import refused

WINDOW = 400  # wide enough for many of them to overlap


def rows_of(path: Path) -> dict[tuple[int, int], tuple[str, bytes]]:
    """Split and bytes of all branches of each class and line."""
    with Dataset(path) as dataset:
        rows = np.arange(dataset.n_windows)
        windows = dataset.windows(rows)
        branches = [dataset.branch(name, rows) for name in dataset.spec.encodings]
        assert (np.diff(dataset.split.astype(int)) >= 0).all()
        found = {}
        for i in rows:
            columns = [getattr(windows, name)[i].tobytes() for name in COLUMNS if name != "chrom"]
            values = [values[i].tobytes() for values in branches]
            key = (int(windows.label[i]), int(windows.source_row[i]))
            place = windows.locus(i).chrom.encode()
            found[key] = (SPLITS[dataset.split[i]], b"|".join([place, *columns, *values]))
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real intervals whose names say their split, and a genome in no order of names."""
    folder = tmp_path_factory.mktemp("split")
    for name in CLASSES:
        lines = (REAL_DATA / f"{name}.bed").read_text().splitlines()
        rows = [line.split("\t") for line in lines]
        for number, row in enumerate(rows):
            # Genes stand together, so that few neighbours differ.
            row[3] = f"n{number}|{SPLITS[(number // 40) % 4]}"
        (folder / f"{name}.bed").write_text("".join("\t".join(row) + "\n" for row in rows))
    records = (REAL_DATA / "genome.fa").read_text().split(">")[1:]
    (folder / "genome.fa").write_text("".join(">" + records[i] for i in (2, 0, 3, 1)))
    return folder


def made(folder: Path, spec: dict[str, object], output: Path) -> Path:
    preprocess(
        [ClassFile(name, folder / f"{name}.bed") for name in CLASSES],
        References(
            folder / "genome.fa",
            (REAL_DATA / "phyloP.bw",),
            {"coding": REAL_DATA / "exons.bed"},
        ),
        PreprocessSpec(branches="sequence,conservation", window=WINDOW, **spec),
        output=output,
    )
    return output


@pytest.fixture(scope="module")
def whole(folder: Path) -> Path:
    """A dataset with another division, seed and order of rows than all that are made of it."""
    return made(folder, {"ratio": (1, 1, 1), "seed": 77}, folder / "whole.h5")


SPECS: list[dict[str, object]] = [
    {},
    {"seed": 5, "ratio": (2, 1, 1)},
    {"allow_overlap": True},
    {"split": "chromosome"},
    {"split": "chromosome", "test_chromosomes": ("chr_11",), "blackbox_chromosomes": ("auto",)},
    {"split": "homology", "identity": 0.7},
    {"split": "given"},
    {"split": "given", "allow_overlap": True},
    {"reduce": ("exons=100", "intergenic=0.25"), "seed": 9},
    {"reduce": ("introns=50",), "split": "homology"},
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: "-".join(map(str, spec.values())) or "all")
def test_the_same_as_preprocessing_gives(
    folder: Path, whole: Path, tmp_path: Path, spec: dict[str, object]
) -> None:
    expected = rows_of(made(folder, spec, tmp_path / "expected.h5"))
    result = split(whole, SplitSpec(**spec), output=tmp_path / "found.h5")
    found = rows_of(tmp_path / "found.h5")
    assert found == expected
    counts = np.zeros((len(CLASSES), len(SPLITS)), dtype=int)
    for (label, _), (name, _) in found.items():
        counts[label, SPLITS.index(name)] += 1
    np.testing.assert_array_equal(result.summary.counts, counts)
    assert len(found) + len(result.rejections) == sum(result.n_windows.values())
    with Dataset(tmp_path / "found.h5") as new, Dataset(tmp_path / "expected.h5") as old:
        assert new.spec == old.spec == result.spec


def test_all_of_a_dataset_is_kept(whole: Path, tmp_path: Path) -> None:
    result = split(whole, SplitSpec(), output=tmp_path / "found.h5")
    before, after = rows_of(whole), rows_of(tmp_path / "found.h5")
    assert {key: values for key, (_, values) in before.items()} == {
        key: values for key, (_, values) in after.items()
    }
    assert {key: name for key, (name, _) in before.items()} != {
        key: name for key, (name, _) in after.items()
    }
    assert len(result.rejections) == 0
    old, new = (Dataset(path) for path in (whole, tmp_path / "found.h5"))
    with old, new:
        assert new.provenance["inputs_sha256"] == {
            **old.provenance["inputs_sha256"], "dataset": sha256(whole)
        }  # fmt: skip
    # Divided again it is what it was, but for its provenance.
    again = tmp_path / "again.h5"
    split(tmp_path / "found.h5", SplitSpec(ratio=(1, 1, 1), seed=77), output=again)
    assert rows_of(again) == before


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("conservation", ["conservation"]),
        ("coding,sequence", ["sequence", "coding"]),
        ("coding", ["coding"]),
    ],
)
def test_branches_that_are_kept(
    whole: Path, tmp_path: Path, wanted: str, kept: Sequence[str]
) -> None:
    result = split(
        whole, SplitSpec(branches=wanted, seed=3), for_report=True, output=tmp_path / "some.h5"
    )
    split(whole, SplitSpec(seed=3), output=tmp_path / "all.h5")
    with Dataset(tmp_path / "some.h5") as some, Dataset(tmp_path / "all.h5") as everything:
        assert list(some.spec.encodings) == list(result.spec.encodings) == list(kept)
        rows = np.arange(some.n_windows)
        for name in kept:
            np.testing.assert_array_equal(some.branch(name, rows), everything.branch(name, rows))
    assert set(result.summary.profiles) == set(kept) - {"sequence"}
    assert result.summary.gc  # the sequence is known, kept or not


def test_no_cluster_crosses(whole: Path, tmp_path: Path) -> None:
    spec = SplitSpec(split="homology", identity=0.7)
    split(whole, spec, output=tmp_path / "found.h5")
    with Dataset(tmp_path / "found.h5") as dataset:
        clusters = cluster(dataset.branch("sequence", np.arange(dataset.n_windows)), identity=0.7)
        sizes = np.bincount(clusters)
        assert (sizes > 1).sum() > 50
        for number in np.flatnonzero(sizes > 1):
            assert len(set(dataset.split[clusters == number].tolist())) == 1


def test_without_the_sequence_nothing_is_similar(whole: Path, tmp_path: Path) -> None:
    bare, output = tmp_path / "bare.h5", tmp_path / "found.h5"
    split(whole, SplitSpec(branches="conservation"), output=bare)
    result = split(bare, SplitSpec(ratio=(1, 1, 1), seed=77), output=output, for_report=True)
    assert result.checks is None
    assert result.summary.gc == {}
    assert {key: name for key, (name, _) in rows_of(output).items()} == {
        key: name for key, (name, _) in rows_of(whole).items()
    }
    with refused(SpecError, "homology", "sequence branch"):
        split(bare, SplitSpec(split="homology"), output=output)
    with refused(SpecError, "--checks", "sequence branch"):
        split(bare, SplitSpec(), output=output, checks=tmp_path / "checks.tsv")
    with refused(SpecError, "--branches sequence", "conservation"):
        split(bare, SplitSpec(branches="sequence"), output=output)


def test_what_is_left_out_is_a_table(whole: Path, tmp_path: Path) -> None:
    spec = SplitSpec(reduce=("exons=300",), split="given")
    table = tmp_path / "left_out.tsv"
    result = split(whole, spec, output=tmp_path / "found.h5", rejected=table)
    header, *rows = (line.split("\t") for line in table.read_text().splitlines())
    assert header == ["class", "line", "chrom", "start", "end", "name", "strand", "reason"]
    kept, before = rows_of(tmp_path / "found.h5"), rows_of(whole)
    left_out = {(CLASSES.index(row[0]), int(row[1])) for row in rows}
    assert left_out == set(before) - set(kept)
    assert len(rows) == len(left_out) == len(result.rejections)
    reasons = {row[-1] for row in rows}
    assert "left out when its class was reduced" in reasons
    assert any(reason.startswith("overlaps a window of the") for reason in reasons)
    with Dataset(whole) as dataset:
        windows = dataset.windows(np.arange(dataset.n_windows))
        loci = {
            (int(windows.label[i]), int(windows.source_row[i])): windows.locus(i)
            for i in range(dataset.n_windows)
        }
    for row in rows:
        place = loci[CLASSES.index(row[0]), int(row[1])]
        assert row[2:7] == [str(value) for value in place]


def test_splits_from_a_table(whole: Path, tmp_path: Path) -> None:
    table = tmp_path / "splits.tsv"
    lines = [
        f"n{number}|{SPLITS[(number // 40) % 4]}\t{SPLITS[number % 2]}" for number in range(411)
    ]
    table.write_text("\n".join(lines))
    spec = SplitSpec(split="given", allow_overlap=True)
    result = split(whole, spec, output=tmp_path / "found.h5", split_table=table)
    for (_, line), (name, _) in rows_of(tmp_path / "found.h5").items():
        assert name == SPLITS[(line - 1) % 2]
    assert result.provenance["inputs_sha256"]["split_table"] == sha256(table)


def test_the_checks_are_those_of_preprocessing(
    real_dataset: RealDataset, class_files: list[ClassFile], references: References, tmp_path: Path
) -> None:
    spec = {"window": 51, "split": "chromosome", "seed": 4}
    outputs = [tmp_path / "old.h5", tmp_path / "new.h5"]
    tables = [tmp_path / "old.tsv", tmp_path / "new.tsv"]
    old = preprocess(
        class_files,
        references,
        PreprocessSpec(**spec),
        for_report=True,
        output=outputs[0],
        checks=tables[0],
    )
    new = split(
        real_dataset.path,
        SplitSpec(split="chromosome", seed=4, branches="sequence"),
        for_report=True,
        output=outputs[1],
        checks=tables[1],
    )
    assert rows_of(outputs[1]) == rows_of(outputs[0])
    assert tables[1].read_text() == tables[0].read_text()
    assert old.checks == new.checks is not None
    assert old.summary.n_unknown_bases == new.summary.n_unknown_bases
    assert old.summary.chromosomes.keys() == new.summary.chromosomes.keys()


def test_profiles_are_those_of_preprocessing(real_dataset: RealDataset, tmp_path: Path) -> None:
    new = split(
        real_dataset.path, SplitSpec(seed=8), for_report=True, output=tmp_path / "new.h5"
    ).summary
    old = real_dataset.result.summary
    assert list(new.profiles) == list(old.profiles) == list(BRANCHES[1:])
    for name, profile in old.profiles.items():
        np.testing.assert_allclose(new.profiles[name], profile, rtol=1e-5, atol=1e-6)
    for name in CLASSES:
        assert sorted(new.gc[name]) == sorted(old.gc[name])


def test_bad_input_is_named(whole: Path, tmp_path: Path) -> None:
    output = tmp_path / "found.h5"
    with refused(SpecError, "--branches structure", "sequence, conservation, coding"):
        split(whole, SplitSpec(branches="structure"), output=output)
    with refused(SpecError, "--reduce genes", "exons, introns, intergenic"):
        split(whole, SplitSpec(reduce=("genes=5",)), output=output)
    with refused(SpecError, "chromosome chr_99", "chr_10, chr_11"):
        spec = SplitSpec(split="chromosome", test_chromosomes=("chr_99",))
        split(whole, spec, output=output)
    with refused(DatasetError, "genome.fa", "not an HDF5 file"):
        split(REAL_DATA / "genome.fa", SplitSpec(), output=output)
    assert not output.exists()


def test_ready_sequences_stay_ready(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    classes = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.fa"
        path.write_text(
            "".join(f">s{i}\n{''.join(rng.choice(list('ACGT'), 20))}\n" for i in range(40))
        )
        classes.append(ClassFile(name, path, "sequences"))
    spec = PreprocessSpec(window=15, placement="random", ratio=(1, 1, 1), seed=6)
    preprocess(classes, References(), spec, output=tmp_path / "old.h5")
    # Sequences of one name in two classes overlap nowhere.
    result = split(tmp_path / "old.h5", SplitSpec(seed=1), output=tmp_path / "new.h5")
    assert result.summary.counts.tolist() == [[28, 4, 4, 4]] * 2
    assert result.summary.chromosomes == {}
    assert result.spec.ready_classes == ("a", "b")
    split(tmp_path / "new.h5", SplitSpec(ratio=(1, 1, 1), seed=6), output=tmp_path / "again.h5")
    assert rows_of(tmp_path / "again.h5") == rows_of(tmp_path / "old.h5")
    with refused(SpecError, "chromosome", "ready sequences"):
        split(tmp_path / "old.h5", SplitSpec(split="chromosome"), output=tmp_path / "no.h5")
