"""Tables of a dataset: its classes, and what was left out."""

from collections import Counter

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.report.description import Table
from enngene_core.specs.splitting import SPLITS


def class_table(
    result: DatasetResult, n_rows: dict[str, int], *, noun: str, left_out: str, caption: str
) -> Table:
    """Each class: what there was of it, what was left out, and its windows by split.

    Parameters
    ----------
    result
        After preprocessing or dividing again.
    n_rows
        Rows of each class at the start.
    noun, left_out
        What the columns are called.
    caption
        Of the table.
    """
    n_left_out = Counter(result.rejections.label.tolist())
    rows = [
        (name, n_rows[name], n_left_out[label], int(of_class.sum()), *map(int, of_class))
        for label, (name, of_class) in enumerate(
            zip(result.spec.classes, result.summary.counts, strict=True)
        )
    ]
    return Table("classes", caption, ("class", noun, left_out, "windows", *SPLITS), rows)


def rejection_table(result: DatasetResult, *, noun: str, caption: str) -> list[Table]:
    """Reasons by class, the most frequent first, if there are any."""
    pairs = zip(result.rejections.label.tolist(), result.rejections.kind.tolist(), strict=True)
    rows = [
        (result.spec.classes[label], kind, n) for (label, kind), n in Counter(pairs).most_common()
    ]
    return [Table("rejections", caption, ("class", "reason", noun), rows)] if rows else []
