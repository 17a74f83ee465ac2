import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.intervals.chromosomes import match_chromosomes

ROMAN = [("chrI", "I", "NC_001133.9"), ("chrII", "II", "NC_001134.8")]


@pytest.mark.parametrize(
    ("name", "reference", "rows", "expected"),
    [
        ("chr1", ["chr1", "1"], (), "chr1"),  # itself before all others
        ("1", ["chr1", "1"], (), "1"),
        ("1", ["chr1", "chr10"], (), "chr1"),
        ("chr1", ["1", "10"], (), "1"),
        ("chrchr1", ["chr1"], (), "chr1"),
        ("NC_001133.9", ["chrI", "chrII"], ROMAN, "chrI"),
        ("chrII", ["NC_001133.9", "NC_001134.8"], ROMAN, "NC_001134.8"),
        ("chrI", ["chrI", "NC_001133.9"], ROMAN, "chrI"),  # itself before the table
        ("M", ["chrM", "mito"], [("M", "mito")], "mito"),  # the table before the prefix
        ("M", ["chrM"], [("M", "mito")], "chrM"),  # a row that does not help
        ("Chr1", ["chr1", "1"], (), None),  # nothing else
        ("chr01", ["chr1"], (), None),
        ("CHR1", ["chr1"], (), None),
        ("1", ["1.1", "chr01", "Chr1"], (), None),
        ("III", ["chrI", "chrII"], ROMAN, None),
    ],
)
def test_one_name(
    name: str, reference: list[str], rows: list[tuple[str, ...]], expected: str | None
) -> None:
    assert match_chromosomes([name], reference, rows) == (
        {} if expected is None else {name: expected}
    )


names = st.lists(st.sampled_from(["1", "chr1", "chrchr1", "2", "chr2", "X", "I"]), unique=True)


@given(names=names, reference=names)
def test_without_a_table_names_differ_by_the_prefix_alone(
    names: list[str], reference: list[str]
) -> None:
    matched = match_chromosomes(names, reference)
    for name in names:
        candidates = [
            other for other in reference if other in (name, "chr" + name) or name == "chr" + other
        ]
        assert (name in matched) == bool(candidates)
        assert matched.get(name) in [*candidates, None]
        if name in reference:
            assert matched[name] == name
