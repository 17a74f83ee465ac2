"""What to be careful about after preprocessing."""

from typing import TYPE_CHECKING

from enngene_core.report.cautions import rare_classes
from enngene_core.report.dataset_cautions import content_cautions, split_cautions
from enngene_core.report.division import REDUCED
from enngene_core.report.preprocess_words import rows_noun, rows_plural
from enngene_core.report.trust_cautions import trust_cautions
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import PreprocessResult

_MANY_UNSCORED = 0.05
_MOST_REASONS = 3


def preprocess_cautions(result: "PreprocessResult") -> list[str]:
    """All that stands out, as sentences, the worst first."""
    return [
        *trust_cautions(result),
        *_rejected(result),
        *split_cautions(result),
        *rare_classes(result.spec.classes, result.summary.counts.sum(axis=1)),
        *content_cautions(result),
        *_unscored(result),
        *_shifted(result),
    ]


def _rejected(result: "PreprocessResult") -> list[str]:
    """Rows that became no window, save those that the user wanted to be left out."""
    kinds = result.rejections.by_kind()
    del kinds[REDUCED]
    n, total = kinds.total(), sum(result.n_intervals.values())
    if not n:
        return []
    told = [f"{kind}: {number:,}" for kind, number in kinds.most_common(_MOST_REASONS)]
    more = f"; {len(kinds) - len(told)} more reasons" if len(kinds) > len(told) else ""
    return [
        f"{count(n, rows_noun(result.spec), rows_plural(result.spec))} of {total:,} "
        f"({percent(n / total)}) became no window ({listed(told)}{more}). The table of rejected "
        "rows names every line."
    ]


def _unscored(result: "PreprocessResult") -> list[str]:
    n_bases = max(int(result.summary.counts.sum()) * result.spec.kept_width, 1)
    many = [
        f"{percent(n / n_bases)} in {branch}"
        for branch, n in result.n_missing.items()
        if n > _MANY_UNSCORED * n_bases
    ]
    if not many:
        return []
    return [
        f"Many bases have no score and were given 0: {listed(many)}. If that is more frequent in "
        "one class, the network can learn it in place of the scores."
    ]


def _shifted(result: "PreprocessResult") -> list[str]:
    if not result.n_shifted:
        return []
    return [
        f"{count(result.n_shifted, 'window')} would have reached past an end and "
        f"{'was' if result.n_shifted == 1 else 'were'} shifted inside: the interval is not in the "
        "middle there."
    ]
