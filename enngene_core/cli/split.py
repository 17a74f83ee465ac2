"""`enngene split`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import Flat, ReportOptions, Reports, write
from enngene_core.outputs import written_together
from enngene_core.specs.split import SplitSpec
from enngene_core.specs.splitting import SPLITS


def split(
    *,
    dataset: Annotated[Path, Parameter(help="Dataset that 'enngene preprocess' wrote.")],
    spec: Annotated[SplitSpec, Flat] = SplitSpec(),
    split_table: Annotated[
        Path | None,
        Parameter(
            help="For --split given: names of intervals and their splits, separated by a tab."
        ),
    ] = None,
    output: Annotated[Path, Parameter(help="Dataset to write (HDF5).")],
    rejected: Annotated[
        Path | None, Parameter(help="Table of windows that were left out, and why.")
    ] = None,
    checks: Annotated[
        Path | None,
        Parameter(
            help="Table of leakage between the splits, and of what trivial signals reach alone."
        ),
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Divide a dataset again, without its references: reduce classes, choose branches."""
    from enngene_core.dataset import split as work

    targets = (output, rejected, checks, *reports.paths)
    with written_together(*targets) as (new, table, check_table, *pages):
        assert new is not None
        result = work.split(
            dataset,
            spec,
            output=new,
            rejected=table,
            checks=check_table,
            split_table=split_table,
            for_report=any(pages),
        )
        if any(pages):
            from enngene_core.report.split import split_report

            write(split_report(result), pages)
    by_split = result.summary.counts.sum(axis=0)
    print(
        f"{by_split.sum()} of {sum(result.n_windows.values())} windows: "
        + ", ".join(f"{name} {n}" for name, n in zip(SPLITS, by_split, strict=True))
    )
