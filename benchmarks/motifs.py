"""Known motifs of RNA-binding proteins, found again in networks that were trained on their sites.

The folder holds `SET.train.CLASS.fa.gz`, with positive and negative as classes. Each network is
that of the default preset. Its motifs are compared by Tomtom with 30 known ones, of which one is
the protein's own. `rank` is a motif's place among all motifs of its kind. Shown are the first
three, the first that is most like the protein's own at a false discovery rate below 0.05, and, of
those that are most like it, the one with the smallest p-value.
"""

import argparse
import csv
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.accuracy import files
from benchmarks.scores import enngene
from enngene_core.formats.meme import WrittenMotif, write_meme

#: Consensus of what proteins bind (Ray et al., Nature 2013, 499:172, and the papers it names).
KNOWN = {
    **{"PUM2": "UGUANAUA", "QKI": "ACUAAY", "HNRNPC": "UUUUUG", "PTBP1": "UUUCUU"},
    **{"RBFOX1": "UGCAUG", "TARDBP": "GUGUGU", "MBNL1": "GCUUGC", "CELF1": "UGUGUKK"},
    **{"ELAVL1": "UUUGUUU", "SRSF1": "GGAGGA", "KHDRBS1": "AUAAAAG", "FMR1": "GACAAGG"},
    **{"IGF2BP2": "MAWACA", "LIN28A": "AGGAGAA", "NOVA1": "YCAYYCAY", "HNRNPA1": "UAGGGW"},
    **{"HNRNPK": "CCAWMCC", "PCBP1": "CCUUUCC", "ZFP36": "UUAUUUAUU", "MSI1": "UAGUWRG"},
    **{"PABPC1": "AGAAAAU", "TIA1": "UUUUUBK", "U2AF2": "UUUUUYC", "FUS": "CGCGC"},
    **{"SNRPA": "AUUGCAC", "RBM5": "GAAGGAA", "YBX1": "AACAUCA", "SART3": "AGAAAAN"},
    **{"ESRP2": "GGGAAG", "HNRNPL": "ACACRAM"},
}
_IUPAC = {
    **{base: base for base in "ACGU"},
    **{"R": "AG", "Y": "CU", "S": "CG", "W": "AU", "K": "GU", "M": "AC", "B": "CGU", "N": "ACGU"},
}
_OWN = {"pum2": "PUM2", "qki": "QKI"}


def write_known(path: Path) -> None:
    """Write the known motifs in MEME's format."""
    motifs = []
    for name, consensus in KNOWN.items():
        rows = [[base in _IUPAC[letter] for base in "ACGU"] for letter in consensus]
        shares = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
        motifs.append(WrittenMotif(name, consensus, shares, 20))
    write_meme(path, motifs, symbols="ACGU", background=[0.25] * 4, both_strands=False)


def main() -> None:
    """Print a table: the first motifs of each kind, and the first that is the known one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sequences")
    parser.add_argument("--sets", nargs="+", default=list(_OWN), choices=list(_OWN))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, help="bundle of the only set, if it is trained")
    parser.add_argument("--method", default="both", choices=["filters", "attributions", "both"])
    arguments = parser.parse_args()
    print(
        "| set | from | rank | motif | consensus | sites | AUROC | most like | Tomtom p | q "
        "| seconds |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for name in arguments.sets:
        with tempfile.TemporaryDirectory() as folder:
            judge(arguments, name, Path(folder))


def judge(arguments: argparse.Namespace, name: str, folder: Path) -> None:
    """Train a network, if there is none, and print its motifs."""
    dataset, model = folder / "dataset.h5", arguments.model or folder / "model.zip"
    table, known = folder / "motifs.tsv", folder / "known.meme"
    enngene(
        *("preprocess", *files(arguments.data, name, "train"), "--window", 200),
        *("--ratio", "9:1:0:0", "--output", dataset),
    )
    if arguments.model is None:
        enngene("train", "--dataset", dataset, "--seed", arguments.seed, "--output", model)
    write_known(known)
    start = time.perf_counter()
    enngene(
        *("motifs", "--model", model, "--dataset", dataset, "--alphabet", "rna"),
        *("--method", arguments.method, "--target", "positive", "--known", known),
        *("--output", table),
    )
    seconds = time.perf_counter() - start
    with open(table, newline="") as handle:
        rows = [row for row in csv.DictReader(handle, delimiter="\t") if row["left_out"] == "NA"]
    for origin in ("attributions", "filters"):
        of_kind = [row for row in rows if row["from"] == origin]
        own = [
            number for number, row in enumerate(of_kind) if row["match"].split()[0] == _OWN[name]
        ]
        sure = [number for number in own if float(of_kind[number]["match_q_value"]) < 0.05]
        best = sorted(own, key=lambda number: float(of_kind[number]["match_p_value"]))
        for number in sorted({*range(min(3, len(of_kind))), *sure[:1], *best[:1]}):
            row = of_kind[number]
            cells = [row[key] for key in ("motif", "consensus", "sites")]
            cells += [f"{float(row['auroc']):.3f}", row["match"]]
            cells += [f"{float(row[key]):.2g}" for key in ("match_p_value", "match_q_value")]
            print(
                f"| {name} | {origin} | {number + 1} | {' | '.join(cells)} | {seconds:.0f} |",
                flush=True,
            )
        print(
            f"| {name} | {origin} | {len(own)} of {len(of_kind)} are most like {_OWN[name]}, "
            f"{len(sure)} with q < 0.05 | | | |"
        )


if __name__ == "__main__":
    main()
