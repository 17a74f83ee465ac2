"""What a report says, as plain words and tables."""

from enngene_core.report.description import Facts, Figure, Report, Table, Text, Warning


def warnings_of(report: Report) -> str:
    blocks = [block for section in report.sections for block in section.blocks]
    return "\n".join(block.text for block in blocks if isinstance(block, Warning))


def text_of(report: Report) -> str:
    blocks = [block for section in report.sections for block in section.blocks]
    words = [block.text for block in blocks if isinstance(block, Text)]
    facts = [row for block in blocks if isinstance(block, Facts) for row in block.rows]
    return "\n".join(words + [f"{name}: {value}" for name, value in facts])


def table_of(report: Report, name: str) -> Table:
    blocks = [block for section in report.sections for block in section.blocks]
    tables = [block for block in blocks if isinstance(block, Table)]
    tables += [block.numbers for block in blocks if isinstance(block, Figure)]
    return next(table for table in tables if table.name == name)
