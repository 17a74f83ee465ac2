"""The report of motifs."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.plots.motifs import N_BINS, MotifsDisplay
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, model_facts, run_again
from enngene_core.report.description import Block, Figure, Report, Section, Table, Text, Warning
from enngene_core.report.words import count, listed

if TYPE_CHECKING:
    from enngene_core.interpretation.motifs.motif import Motif, Origin
    from enngene_core.interpretation.motifs.result import MotifsResult

#: False discovery rate, from which a preference or a match is told as one.
_SURE = 0.05
#: Known motifs, of fewer of which p values are rough.
_FEW_KNOWN = 25
_FEW_WINDOWS = 500
_MOST_ROWS = 20


def motifs_report(result: "MotifsResult") -> Report:
    """What a network looks for, for a biologist."""
    spec = result.spec
    settings = [
        ("method", spec.method),
        ("split", spec.split),
        ("windows, at most", f"{spec.windows:,}"),
        ("seed", str(spec.seed)),
        ("letters", "ACGU (RNA)" if result.is_rna else "ACGT (DNA)"),
    ]
    if spec.method != "attributions":
        settings.append(("a site reaches", f"{spec.threshold:g} of the filter's highest value"))
        settings.append(("sites of a filter, at most", f"{spec.sites:,}"))
    if spec.method != "filters":
        settings.append(("class", spec.target or "every class"))
        settings.append(("steps", f"{spec.steps:,}"))
        settings.append(("seqlets, at most", f"{spec.seqlets:,}"))
    settings += model_facts(result.config)
    return Report(
        "Motifs: what the network looks for",
        [
            Section("What was done", [Text(text) for text in _what_was_done(result)]),
            Section("What was found", [Text(text) for text in _what_was_found(result)]),
            Section(CAREFUL, [Warning(text) for text in _cautions(result)]),
            Section(FIGURES, _figures(result)),
            Section(TABLES, _tables(result)),
            run_again(settings, result.config.provenance),
        ],
    )


def _what_was_done(result: "MotifsResult") -> list[str]:
    spec = result.spec
    n = int(result.n_windows.sum())
    of_all = f" of {result.n_in_split:,}, drawn at random," if n < result.n_in_split else ""
    texts = [
        f"{count(n, 'window')}{of_all} of the {spec.split} split were read by the network to see "
        "which short patterns it looks for."
    ]
    if spec.method != "attributions":
        texts.append(
            "Filters: a convolution of the first layer slides each of its filters along the "
            "window. The places that excite a filter most, one of a window, were laid on each "
            "other: what they share is what the filter looks for."
        )
    if spec.method != "filters":
        texts.append(
            "Attributions: Integrated Gradients gave each base a contribution to the score of the "
            "window's class. TF-MoDISco (Shrikumar and others, arXiv 1811.00416) cut out the runs "
            "of bases that contribute most (seqlets), and laid those on each other that are alike."
        )
    if result.n_known is not None:
        texts.append(
            f"Sequence motifs were compared with {count(result.n_known, 'known motif')} by Tomtom "
            "(Gupta and others, Genome Biology 2007)."
        )
    return texts


def _what_was_found(result: "MotifsResult") -> list[str]:
    texts = []
    classes = result.config.dataset.classes
    if result.spec.method != "filters":
        motifs = result.drawn("attributions")
        if motifs:
            best = motifs[0]
            explained = listed([classes[best.explained or 0]])
            side = "for" if best.speaks_for else "against"
            texts.append(
                f"TF-MoDISco found {count(len(motifs), 'motif')}. The largest, {best.consensus} "
                f"(of {count(best.n_sites, 'seqlet')}), speaks {side} {explained}."
            )
        else:
            texts.append("TF-MoDISco found no motif in the attributions.")
    if result.spec.method != "attributions":
        filters = [m for m in result.motifs if m.origin == "filters"]
        motifs = result.drawn("filters")
        sure = [m for m in motifs if m.preference is not None and m.preference.q < _SURE]
        texts.append(
            f"Of {count(len(filters), 'filter')}, {len(motifs):,} have a motif, and {len(sure):,} "
            "of these fit the windows of one class better than those of the others (false "
            f"discovery rate below {_SURE:g})."
        )
        if sure and sure[0].preference is not None:
            best = sure[0]
            consensus = f" ({best.consensus})" if best.consensus else ""
            texts.append(
                f"The filter that tells its class best is {best.name}{consensus}, for "
                f"{listed([classes[sure[0].preference.label]])}: its best match in a window "
                f"ranks the classes with an AUROC of {sure[0].preference.auroc:.3f}."
            )
    if result.n_known is not None:
        texts.append(_likeness(result))
    return texts


def _likeness(result: "MotifsResult") -> str:
    """How many motifs are like a known one, and which are most."""
    matched = [(motif, motif.match) for motif in result.motifs if motif.match is not None]
    matched.sort(key=lambda pair: pair[1].p)
    n_known = sum(match.q < _SURE for _, match in matched)
    told = "; ".join(
        f"{motif.name} ({motif.consensus}) is like {listed([match.name])} "
        f"(p {match.p:.2g}, q {match.q:.2g})"
        for motif, match in matched[: min(max(n_known, 1), 3)]
    )
    text = f"{count(n_known, 'motif is', 'motifs are')} like a known one (q below {_SURE:g})"
    if n_known or not told:
        return f"{text}: {told}." if told else f"{text}."
    return (
        f"{text}. The nearest: {told}. A known motif of few bases can hardly have a small q-value, "
        "however well it fits: look at the logos, too."
    )


def _cautions(result: "MotifsResult") -> list[str]:
    found = []
    spec = result.spec
    if spec.method != "attributions":
        found.append(
            "A filter is not a motif by itself. In a deep network one motif is often shared by "
            "several filters, each of which sees a part of it, and later layers put the parts "
            "together; many filters look for the same, or for a mere excess of some bases."
        )
        left_out = [m for m in result.motifs if m.state]
        if left_out:
            found.append(
                f"{count(len(left_out), 'motif is', 'motifs are')} listed in the table and not "
                "drawn: they never fire, have fewer than 10 sites, or tell nothing about what "
                "stands there."
            )
        if result.without_filters:
            found.append(
                f"There are no filters of {listed(list(result.without_filters))}: its first layer "
                "is no convolution, or its filters are wider than a window."
            )
    if spec.split == "train" and result.is_own_dataset:
        found.append(
            "The network was trained on these windows, so that motifs prefer their classes "
            "somewhat more than they would on new ones; the test split shows how much of it holds."
        )
    if not result.is_own_dataset:
        found.append(
            "The dataset is not the one that the network was trained on: its splits may hold "
            "windows that it was trained on."
        )
    n = int(result.n_windows.sum())
    if n < _FEW_WINDOWS:
        found.append(f"{count(n, 'window')} are few: motifs of so few sites are uncertain.")
    if np.count_nonzero(result.n_windows) == 1:
        found.append("All windows are of one class, so that no motif can prefer one.")
    if result.n_known is not None and result.n_known < _FEW_KNOWN:
        found.append(
            f"{count(result.n_known, 'known motif')} are few: Tomtom takes their own positions as "
            "the background, so its p values are rough. A whole collection gives better ones."
        )
    found.append(
        "Motifs tell what this network uses to tell these classes apart, and so what it was given "
        "to compare: a motif may stand for the composition of a class, or of its opposite. Believe "
        "those that come again in networks with other seeds, and that other data bear out."
    )
    return found


def _figures(result: "MotifsResult") -> list[Block]:
    blocks: list[Block] = []
    if motifs := result.drawn("attributions"):
        blocks.append(_figure(result, motifs, "attributions", "sequence"))
    for branch in result.branches:
        if motifs := result.drawn("filters", branch):
            blocks.append(_figure(result, motifs, "filters", branch))
    return blocks or [Text("There is no motif to show.")]


def _figure(result: "MotifsResult", motifs: "list[Motif]", origin: "Origin", branch: str) -> Figure:
    shown = motifs[: result.spec.top]
    display = MotifsDisplay(
        shown,
        result.config.dataset.classes,
        window=result.config.dataset.window,
        symbols=shown[0].symbols,
    )
    if origin == "attributions":
        first = (
            f"The {count(len(shown), 'largest motif')} from attributions, of {len(motifs):,}. "
            "Beside the logo of the seqlets' bases, what these contribute on average to the "
            "class's score; letters below 0 speak against it."
        )
    else:
        first = (
            f"The {count(len(shown), 'filter')} of {branch} that tell their class best, of "
            f"{len(motifs):,} with a motif."
        )
    height = (
        "The height of a stack is the information against the background of the windows, less "
        "what chance gives so few sites; each letter has its share of it."
        if shown[0].is_coded
        else "The line is the mean score of the sites, the band from their lower to their upper "
        "quartile, and the dotted line the mean of the windows."
    )
    name = "motifs_attributions" if origin == "attributions" else f"motifs_{branch}"
    return Figure(
        name,
        f"{first} {height} On the right, where in the window the sites stand (middles, in "
        f"{N_BINS} stretches), read from 5' to 3'. The AUROC is the probability that a window of "
        "the named class has a better match than one of another class.",
        lambda: display.plot().figure,
        _numbers(name, display),
    )


def _numbers(name: str, display: MotifsDisplay) -> Table:
    """A row for each position of each motif, and one for each stretch of the window."""
    columns = ["motif", "what", "position"]
    columns += list(display.symbols) or ["lower_quartile", "mean", "upper_quartile"]
    n_more = len(columns) - 4
    rows: list[tuple[object, ...]] = []
    for motif in display.motifs:
        values = motif.frequencies if motif.is_coded else motif.values
        kinds = [("share" if motif.is_coded else "score", np.asarray(values, dtype=float))]
        if motif.is_coded:
            kinds.append(("bits", motif.frequencies * motif.information[:, None]))
        if motif.contributions is not None:
            kinds.append(("attribution", motif.contributions))
        for what, table in kinds:
            rows += [
                (motif.name, what, position, *row.tolist())
                for position, row in enumerate(table, start=1)
            ]
        rows += [
            (motif.name, "sites_in_stretch", position, float(share), *("NA",) * n_more)
            for position, share in enumerate(display.shares(motif), start=1)
        ]
    return Table(name, "Every number of the figure.", columns, rows)


def _q(q: float) -> str:
    """A q-value with two digits."""
    return f"{q:.2g}" if q >= 1e-99 else "below 1e-99"


def _tables(result: "MotifsResult") -> list[Block]:
    classes = result.config.dataset.classes
    columns = ["motif", "consensus", "sites", "bits", "class", "AUROC", "q"]
    columns += ["known", "q of known"] if result.n_known is not None else []
    rows = []
    motifs = [m for m in result.motifs if not m.state]
    of_attributions = [m for m in motifs if m.origin == "attributions"][: _MOST_ROWS // 2]
    of_filters = [m for m in motifs if m.origin == "filters"]
    for motif in [*of_attributions, *of_filters[: _MOST_ROWS - len(of_attributions)]]:
        found, known = motif.preference, motif.match
        row = [motif.name, motif.consensus or "scores", motif.n_sites]
        row.append(round(float(motif.information.sum()), 1) if motif.is_coded else "")
        row += [classes[found.label], f"{found.auroc:.3f}", _q(found.q)] if found else ["", "", ""]
        if result.n_known is not None:
            row += [known.name, _q(known.q)] if known else ["", ""]
        rows.append(tuple(row))
    caption = (
        f"The first {len(rows)} of {count(len(motifs), 'motif')} (the tool's table has all): "
        "consensus, sites, bits in all, and the class in whose windows the motif fits best."
    )
    return [Table("motifs", caption, columns, rows)]
