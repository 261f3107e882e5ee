"""A report as a document of the provider's: PDF with its letterhead."""

from collections.abc import Iterator
from typing import Any

from connector.domain.document import Document
from connector.reports.figures import Report, Table, readable


def report_document(report: Report, name: str) -> Document:
    """The document of a report; ``name`` is that of the file."""
    return Document(
        template="report",
        name=name,
        title=f"Support report {report.month.name}, {report.customer or 'all customers'}",
        dated=report.until,
        content={
            "name": name,
            "month": f"{report.month.begins:%B %Y}",
            "whose": report.customer or "All customers",
            "about": f"Months are those of {report.month.zone.key}. As known at {report.until:%Y-%m-%d %H:%M} UTC, "
            f"by the rules of policy {report.policy}.",
            "tables": [_shown(table) for table in report.tables],
            "sources": [source for table in report.tables for source in _sources(table)],
        },
    )


def _shown(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "columns": table.columns,
        "words": table.words,
        "bars": table.bars,
        "rows": [
            {
                "label": row.label,
                "values": [readable(figure.value) for figure in row.figures],
                "part": row.figures[-1].value if table.bars else None,
            }
            for row in table.rows
        ],
    }


def _sources(table: Table) -> Iterator[dict[str, str]]:
    """The tickets of each figure; those of a figure that was counted from the same ones as one before it not again."""
    for row in table.rows:
        said = set[tuple[str, ...]]()
        for column, figure in zip(table.columns, row.figures, strict=True):
            if figure.tickets and figure.tickets not in said and figure.tickets != (row.label,):
                said.add(figure.tickets)
                what = f"{table.title}: {row.label}"
                yield {"row": what, "figure": column, "tickets": ", ".join(figure.tickets)}
