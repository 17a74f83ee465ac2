"""`enngene negatives`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import Flat, ReportOptions, Reports, write
from enngene_core.outputs import written_together
from enngene_core.specs.negatives import NegativesSpec


def negatives(
    *,
    positives: Annotated[
        Path,
        Parameter(
            help="Intervals of the positives: BED, narrowPeak, broadPeak, GFF3 or GTF; plain or "
            "gzip."
        ),
    ],
    fasta: Annotated[Path, Parameter(help="Genome: FASTA (plain, gzip or bgzip) or 2bit.")],
    mask: Annotated[
        tuple[Path, ...],
        Parameter(
            help="Intervals that no negative may overlap, such as repeats or blacklisted regions: "
            "a file like that of the positives. Give it once for each file.",
            show_default=False,
        ),
    ] = (),
    chromosome_names: Annotated[
        Path | None,
        Parameter(
            help="Table of names that mean the same chromosome, a chromosome a line, separated by "
            "tabs. Names that differ only by chr are matched without it."
        ),
    ] = None,
    spec: Annotated[NegativesSpec, Flat] = NegativesSpec(),
    output: Annotated[
        Path, Parameter(help="Negatives to write: BED, or FASTA with --method shuffle.")
    ],
    rejected: Annotated[
        Path | None,
        Parameter(
            help="Table of positives that could not be used or lack some of their negatives, and "
            "why."
        ),
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Make a background class from positives and a genome."""
    from enngene_core.cli.progress import CountProgress
    from enngene_core.dataset import negatives as work
    from enngene_core.dataset.negatives_inputs import NegativesInputs

    with written_together(output, rejected, *reports.paths) as (made, table, *pages):
        assert made is not None
        result = work.negatives(
            NegativesInputs(positives, fasta, tuple(mask), chromosome_names),
            spec,
            output=made,
            rejected=table,
            on_progress=CountProgress("negatives made"),
        )
        if any(pages):
            from enngene_core.report.negatives import negatives_report

            write(negatives_report(result), pages)
    line = (
        f"{len(result.made.negatives)} negatives for {len(result.made.positives)} positives; "
        f"{len(result.made.unplaced)} could not be {'placed' if spec.makes_places else 'made'}"
    )
    if n_rejected := len(result.rejections):
        line += f"; {n_rejected} of {result.n_positives} positives could not be used"
    print(line)
