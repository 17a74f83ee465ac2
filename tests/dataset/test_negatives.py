"""Laws that all negatives keep, on real and on very small genomes."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from enngene_core.dataset.negatives import NegativesResult, negatives
from enngene_core.dataset.negatives_inputs import NegativesInputs
from enngene_core.errors import GenomeError, IntervalError, SpecError
from enngene_core.formats.genomes.sequences import read_sequences
from enngene_core.specs.negatives import NegativesSpec
from tests.refusal import refused

DATA = Path(__file__).parents[2] / "test-data"
PLACES = ("gc", "genome", "flank")
REAL = NegativesInputs(DATA / "introns.bed", DATA / "genome.fa")
COMPLEMENT = str.maketrans("ACGT", "TGCA")


class Place(NamedTuple):
    chrom: str
    start: int
    end: int
    name: str = "."
    score: str = "0"
    strand: str = "."


def read_bed(path: Path) -> list[Place]:
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return [Place(row[0], int(row[1]), int(row[2]), *row[3:]) for row in rows]


def read_fasta(path: Path) -> dict[str, str]:
    parts: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if line.startswith(">"):
            header = line[1:]
            parts[header] = []
        else:
            parts[header].append(line)
    return {header: "".join(lines).upper() for header, lines in parts.items()}


def never_overlap(places: Sequence[Place], others: Sequence[Place]) -> bool:
    """No place overlaps another of these, or one of the others, on either strand."""
    taken: defaultdict[str, set[int]] = defaultdict(set)
    for place in others:
        taken[place.chrom].update(range(place.start, place.end))
    for place in places:
        positions = set(range(place.start, place.end))
        if positions & taken[place.chrom]:
            return False
        taken[place.chrom] |= positions
    return True


def gc(text: str) -> float:
    return (text.count("G") + text.count("C")) / sum(map(text.count, "ACGT"))


def make(
    inputs: NegativesInputs, folder: Path, **values: object
) -> tuple[NegativesResult, list[Place]]:
    """Negatives that are places."""
    spec = NegativesSpec.model_validate(values)
    result = negatives(inputs, spec, output=folder / "n.bed", rejected=folder / "rejected.tsv")
    return result, read_bed(folder / "n.bed")


def small(folder: Path, genome: dict[str, str], positives: str, mask: str = "") -> NegativesInputs:
    """Files of a genome that fits on a line."""
    (folder / "genome.fa").write_text("".join(f">{n}\n{s}\n" for n, s in genome.items()))
    (folder / "positives.bed").write_text(positives)
    (folder / "mask.bed").write_text(mask)
    masks = (folder / "mask.bed",) if mask else ()
    return NegativesInputs(folder / "positives.bed", folder / "genome.fa", masks)


@pytest.mark.parametrize("method", PLACES)
@pytest.mark.parametrize("ratio", [0.5, 1, 3])
def test_real_places(method: str, ratio: float, tmp_path: Path) -> None:
    mask = DATA / "exons.bed"
    inputs = replace(REAL, masks=(mask,))
    result, made = make(inputs, tmp_path, method=method, ratio=ratio)
    positives = read_bed(inputs.positives)
    assert result.n_wanted == round(ratio * len(positives))
    assert len(made) == result.n_wanted - len(result.made.unplaced) == len(result.made.negatives)
    assert len(made) > 0.95 * result.n_wanted
    assert never_overlap(made, [*positives, *read_bed(mask)])

    genome = read_fasta(inputs.genome)
    order = [(list(genome).index(place.chrom), place.start) for place in made]
    assert order == sorted(order)
    letters = [genome[place.chrom][place.start : place.end] for place in made]
    assert all(place.end <= len(genome[place.chrom]) for place in made)
    assert not any("N" in text for text in letters)
    assert result.made.negatives.gc.tolist() == [gc(text) for text in letters]
    # Names repeat among introns of a gene, but length, name and strand come together.
    kinds = Counter((p.name, p.strand, p.end - p.start) for p in positives)
    found = Counter((p.name, p.strand, p.end - p.start) for p in made)
    assert all(n <= -(-ratio // 1) * kinds[kind] for kind, n in found.items())


def test_gc_is_within_the_tolerance_that_is_told(tmp_path: Path) -> None:
    # Names are made unique, to know the positive of each negative.
    positives = read_bed(REAL.positives)
    text = "".join(
        f"{p.chrom}\t{p.start}\t{p.end}\t{i}\t0\t{p.strand}\n" for i, p in enumerate(positives)
    )
    (tmp_path / "positives.bed").write_text(text)
    inputs = replace(REAL, positives=tmp_path / "positives.bed")
    result, made = make(inputs, tmp_path, method="gc", tolerance=1, widest_tolerance=4)
    genome = read_fasta(inputs.genome)
    differences = [
        100 * abs(gc(genome[p.chrom][p.start : p.end]) - gc(genome[n.chrom][n.start : n.end]))
        for n in made
        for p in [positives[int(n.name)]]
    ]
    bounds = result.made.n_at_bound
    assert list(bounds) == [0.25, 1, 2, 4]
    assert sum(bounds.values()) == len(made)
    done = 0
    for bound, number in bounds.items():
        done += number
        assert sum(d <= bound + 1e-6 for d in differences) >= done
    assert result.auroc["GC content"] < 0.52
    lengths = [(n.end - n.start, n.strand) for n in made]
    of = [positives[int(n.name)] for n in made]
    assert lengths == [(p.end - p.start, p.strand) for p in of]


def test_flanks_lie_beside_their_positives(tmp_path: Path) -> None:
    positives = "".join(f"chr_10\t{s}\t{s + 60}\t{s}\t0\t+\n" for s in range(2000, 150_000, 4000))
    (tmp_path / "positives.bed").write_text(positives)
    inputs = replace(REAL, positives=tmp_path / "positives.bed")
    result, made = make(inputs, tmp_path, method="flank", distance=500, gap=20, ratio=2)
    distances = [
        p.start - int(p.name) - 60 if p.start > int(p.name) else int(p.name) - p.end for p in made
    ]
    assert all(20 <= distance <= 500 for distance in distances)
    assert {p.start > int(p.name) for p in made} == {True, False}
    assert max(distances) > 400
    assert min(distances) < 100
    assert result.made.n_at_bound[500] == len(made) == 74


@pytest.mark.parametrize("method", PLACES)
def test_a_gap_stays_around_every_positive(method: str, tmp_path: Path) -> None:
    _, made = make(REAL, tmp_path, method=method, gap=300)
    positives = [
        place._replace(start=max(place.start - 300, 0), end=place.end + 300)
        for place in read_bed(REAL.positives)
    ]
    assert never_overlap(made, positives)


@pytest.mark.parametrize("method", [*PLACES, "shuffle"])
def test_same_seed_same_bytes(method: str, tmp_path: Path) -> None:
    def content(seed: int, name: str) -> bytes:
        path = tmp_path / name
        negatives(REAL, NegativesSpec.model_validate({"method": method, "seed": seed}), output=path)
        return path.read_bytes()

    assert content(1, "a") == content(1, "b")
    assert content(1, "a") != content(2, "c")


@pytest.mark.parametrize("k", [1, 2, 3])
def test_real_shuffles(k: int, tmp_path: Path) -> None:
    spec = NegativesSpec(method="shuffle", k=k, ratio=2)
    result = negatives(REAL, spec, output=tmp_path / "n.fa")
    genome = read_fasta(REAL.genome)
    positives = read_bed(REAL.positives)
    originals = defaultdict(list)
    for p in positives:
        text = genome[p.chrom][p.start : p.end]
        text = text.translate(COMPLEMENT)[::-1] if p.strand == "-" else text
        originals[f"{p.chrom}:{p.start}-{p.end}({p.strand})", p.name].append(text)

    def kmers(text: str) -> Counter[str]:
        return Counter(text[i : i + k] for i in range(len(text) - k + 1))

    made = read_fasta(tmp_path / "n.fa")
    assert len(made) == result.n_wanted == 2 * len(positives)
    for header, text in made.items():
        word, place = header.split(" ")
        (original,) = set(originals[place, word.partition("|")[2]])
        assert kmers(text) == kmers(original)
        assert text != original
    assert len(read_sequences(tmp_path / "n.fa")) == len(made)
    # Unique first words, that preprocessing takes for names.
    assert len({header.split()[0] for header in made}) == len(made)
    profiles = result.made.positives, result.made.negatives
    if k > 1:
        assert (2 * profiles[0].dinucleotides).tolist() == profiles[1].dinucleotides.tolist()
    assert result.auroc["GC content"] == 0.5


def test_the_only_place_is_found(tmp_path: Path) -> None:
    genome = {"a": "ACGTACGTAC", "b": "ACGNACGTACNN"}
    inputs = small(tmp_path, genome, "a\t0\t6\tp\t0\t-\n", "a\t6\t7\n")
    result, made = make(inputs, tmp_path, method="genome")
    assert made == [Place("b", 4, 10, "p", "0", "-")]
    assert result.made.n_free == 3 + 3 + 6
    assert result.made.n_bases == 22


def test_a_genome_that_is_too_small(tmp_path: Path) -> None:
    rows = "".join(f"a\t{start}\t{start + 10}\tp{start}\n" for start in range(0, 50, 10))
    inputs = small(tmp_path, {"a": "ACGTACGTTG" * 8}, rows)
    result, made = make(inputs, tmp_path, method="genome", ratio=10)
    assert never_overlap(made, read_bed(inputs.positives))
    assert 2 <= len(made) <= 3  # two at odd places leave no room for a third
    assert result.n_wanted == 50
    assert len(made) + len(result.made.unplaced) == 50
    header, *table = (tmp_path / "rejected.tsv").read_text().splitlines()
    assert header.split("\t") == ["file", "line", "text", "missing", "reason"]
    cells = [line.split("\t") for line in table]
    assert sum(int(row[3]) for row in cells) == 50 - len(made)
    assert cells[0][0] == "positives.bed"
    assert [row[1] for row in cells] == ["1", "2", "3", "4", "5"]
    assert cells[0][2] == "a 0 10 p0"
    assert {row[4] for row in cells} == {"no free place of 10 nt is left"}


def test_no_place_of_like_gc_content(tmp_path: Path) -> None:
    inputs = small(tmp_path, {"a": "GCGC" + "AT" * 40}, "a\t0\t4\na\t10\t14\n")
    result, made = make(inputs, tmp_path, method="gc")
    assert len(made) == 1
    assert result.made.unplaced.line.tolist() == [1]
    assert result.made.unplaced.reason.tolist() == [
        "no free place of 4 nt with a GC content within 10 percentage points of 100.0 % was found"
    ]


def test_flank_with_no_room_near(tmp_path: Path) -> None:
    inputs = small(tmp_path, {"a": "ACGT" * 50}, "a\t0\t10\n", "a\t10\t150\n")
    result, made = make(inputs, tmp_path, method="flank", distance=4)
    assert 150 <= made[0].start <= 190
    assert result.made.n_at_bound == {4: 0, 8: 0, 16: 0, 32: 0, 64: 0, 128: 0, 256: 1}
    with refused(IntervalError, "not one of 1 negatives", "no free place of 10 nt is left within"):
        make(inputs, tmp_path, method="flank", distance=1)


def test_positives_that_cannot_be_used(tmp_path: Path) -> None:
    rows = "b\t0\t9\tunknown\na\t2\t8\tgood\na\t70\t90\tbeyond\na\t30\t36\tonly N\n"
    inputs = small(tmp_path, {"a": "ACGTTGCAAC" * 3 + "N" * 10 + "ACGTTGCAAC" * 4}, rows)
    result, made = make(inputs, tmp_path, method="gc")
    assert [place.name for place in made] == ["good"]
    assert result.n_positives == 4
    assert result.rejections.line.tolist() == [1, 3, 4]
    reasons = result.rejections.reason.tolist()
    assert reasons[0] == "chromosome b is not in the genome"
    assert reasons[1] == "interval ends beyond the chromosome's end (80)"
    assert "unknown (N)" in reasons[2]
    lines = (tmp_path / "rejected.tsv").read_text().splitlines()[1:]
    assert [line.split("\t")[1:4] for line in lines] == [
        ["1", "b 0 9 unknown", "0"],
        ["3", "a 70 90 beyond", "0"],
        ["4", "a 30 36 only N", "0"],
    ]
    # What cannot be used is avoided all the same.
    assert never_overlap(made, [Place("a", 70, 80), Place("a", 2, 8)])


@pytest.mark.parametrize("method", PLACES)
def test_unknown_bases_only_as_many_as_the_positive_has(method: str, tmp_path: Path) -> None:
    genome = {"a": "ACGTNCGTAC" + "NNNNNNNN" + "ACGTTNGCAAC" * 5}
    inputs = small(tmp_path, genome, "a\t0\t10\tone\na\t10\t18\tfull\n")
    options = {"distance": 100} if method == "flank" else {}
    _, made = make(inputs, tmp_path, method=method, allow_n=True, ratio=2, **options)
    counts = [genome[p.chrom][p.start : p.end].count("N") for p in made if p.name == "one"]
    assert counts
    assert max(counts) <= 1
    _, made = make(inputs, tmp_path, method="genome")
    assert "N" not in "".join(genome[p.chrom][p.start : p.end] for p in made)


def test_a_shuffle_is_never_its_positive(tmp_path: Path) -> None:
    inputs = small(
        tmp_path, {"a": "A" * 20 + "ACGTAGCTAC" * 2}, "a\t0\t10\na\t20\t40\tx y|z\t0\t-\n"
    )
    spec = NegativesSpec(method="shuffle", ratio=3)
    result = negatives(inputs, spec, output=tmp_path / "n.fa")
    assert result.made.unplaced.line.tolist() == [1, 1, 1]
    assert "2-mer counts" in result.made.unplaced.reason[0]
    made = read_fasta(tmp_path / "n.fa")
    assert list(made) == [f"shuffled_{n}|x_y|z a:20-40(-)" for n in (1, 2, 3)]
    original = ("ACGTAGCTAC" * 2).translate(COMPLEMENT)[::-1]
    assert original not in made.values()
    assert {text[0] + text[-1] for text in made.values()} == {original[0] + original[-1]}


def test_long_positives_are_not_shuffled(tmp_path: Path) -> None:
    inputs = small(tmp_path, {"a": "ACGTTGCAGC" * 10_001}, "a\t0\t100001\na\t0\t1000\n")
    result = negatives(inputs, NegativesSpec(method="shuffle"), output=tmp_path / "n.fa")
    assert result.rejections.line.tolist() == [1]
    assert len(result.made.negatives) == 1


def test_names_of_chromosomes_are_matched(tmp_path: Path) -> None:
    genome = {"chr1": "ACGTTGCAAC" * 10, "NC_2": "ACGTTGCAAC" * 10}
    inputs = small(tmp_path, genome, "1\t0\t10\tx\nchr2\t0\t10\ty\n", "1\t10\t100\n2\t10\t95\n")
    (tmp_path / "names.tsv").write_text("NC_2\tchr2\t2\n")
    result, made = make(inputs, tmp_path, method="genome")
    assert {place.chrom for place in made} <= {"NC_2"}  # of the mask, 2 matches nothing
    assert result.masks[0].n_elsewhere == 1
    assert result.renamed == {"positives": {"1": "chr1"}, "mask 1": {"1": "chr1"}}
    inputs = replace(inputs, chromosome_names=tmp_path / "names.tsv")
    with refused(IntervalError, "not one of 2 negatives could be made", "no free place of 10 nt"):
        make(inputs, tmp_path, method="genome")


def test_gff_positives_and_masks(tmp_path: Path) -> None:
    def gff(*rows: tuple[str, int, int]) -> str:
        return "".join(f"a\tx\t{kind}\t{a}\t{b}\t.\t+\t.\tID=n{a}\n" for kind, a, b in rows)

    inputs = small(
        tmp_path,
        {"a": "ACGTTGCAAC" * 10},
        gff(("exon", 1, 10), ("gene", 1, 100)),
        gff(("repeat", 11, 90), ("chromosome", 1, 100)),
    )
    values = {"method": "genome", "feature": "exon"}
    _, made = make(inputs, tmp_path, mask_feature="repeat", **values)
    assert made == [Place("a", 90, 100, "n1", "0", "+")]
    with refused(IntervalError, "mask", "--mask-feature"):
        make(inputs, tmp_path, **values)
    with refused(SpecError, "--mask-feature repeat", "no mask is GFF3 or GTF"):
        make(replace(inputs, masks=()), tmp_path, mask_feature="repeat", **values)
    with refused(SpecError, "--feature exon", "not GFF3 or GTF"):
        make(REAL, tmp_path, method="genome", feature="exon")


def test_refusals(tmp_path: Path) -> None:
    inputs = small(tmp_path, {"a": "ACGT" * 10}, "a\t0\t4\n")
    with refused(SpecError, "--ratio 0.2 of 1 positives is no negative"):
        make(inputs, tmp_path, ratio=0.2)
    with refused(SpecError, "--mask", "expected no mask"):
        make(replace(REAL, masks=(REAL.positives,)), tmp_path, method="shuffle")
    with refused(GenomeError, "nowhere.fa: no such file"):
        make(replace(inputs, genome=tmp_path / "nowhere.fa"), tmp_path)
    with refused(IntervalError, "positives: ", "nowhere.bed"):
        make(replace(inputs, positives=tmp_path / "nowhere.bed"), tmp_path)
    with refused(IntervalError, "mask: ", "nowhere.bed"):
        make(replace(inputs, masks=(tmp_path / "nowhere.bed",)), tmp_path)
    with refused(IntervalError, "none of the 1 positives can be used", "line 1: chromosome b"):
        make(small(tmp_path, {"a": "ACGT"}, "b\t0\t4\n"), tmp_path)


def test_too_many_negatives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enngene_core.dataset.negatives.MOST_NEGATIVES", 100)
    with refused(SpecError, "263 negatives", "at most 100"):
        make(REAL, tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr("enngene_core.dataset.negatives._MOST_LETTERS", 1000)
    with refused(SpecError, "letters", "at most 1,000"):
        make(REAL, tmp_path, method="shuffle")


def test_chromosomes_that_bed_cannot_name(tmp_path: Path) -> None:
    genome = {"#b": "ACGT" * 9, "track": "ACGT" * 9, "a": "ACGT" * 2}
    inputs = small(tmp_path, genome, "a\t0\t4\n")
    _, made = make(inputs, tmp_path, method="genome")
    assert made == [Place("a", 4, 8)]


def test_provenance_and_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    result = negatives(
        replace(REAL, masks=(DATA / "exons.bed",)),
        NegativesSpec(),
        output=tmp_path / "n.bed",
        on_progress=lambda done, n: told.append((done, n)),
    )
    assert list(result.provenance["inputs_sha256"]) == ["positives", "fasta", "mask"]
    assert "numpy" in result.provenance["software"]
    assert told[-1] == (263, 263)
