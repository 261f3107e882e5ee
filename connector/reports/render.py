"""A report as a page, as rows for a spreadsheet, as data. The same report gives the same bytes."""

import csv
import io
import json
from collections.abc import Callable
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from connector.reports.figures import Report, Row, Table, Value, readable
from connector.reports.spreadsheet import harmless


def as_json(report: Report) -> str:
    """All tables with their rows as objects."""
    data = {
        "provider": report.provider,
        "month": report.month.name,
        "timezone": report.month.zone.key,
        "customer": report.customer,
        "until": report.until.isoformat(),
        "policy": report.policy,
        "tables": {table.key: [_as_object(row, table) for row in table.rows] for table in report.tables},
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def as_csv(report: Report) -> str:
    """One line for each figure: month, customer, table, row, column, value, tickets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("month", "customer", "table", "row", "figure", "value", "tickets"))
    for table in report.tables:
        for row in table.rows:
            for column, (value, tickets) in zip(table.columns, row.figures, strict=True):
                cells = (report.customer or "all", table.key, row.label, column, value, " ".join(tickets))
                writer.writerow((report.month.name, *map(_cell, cells)))
    return out.getvalue()


def as_html(report: Report) -> str:
    """One page without scripts or anything from elsewhere, to read on a screen or on paper."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["figure"] = readable
    template = files("connector.reports").joinpath("report.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(template).render(report=report)


TEXTS: dict[str, Callable[[Report], str]] = {"html": as_html, "csv": as_csv, "json": as_json}
"""Formats that are texts."""


def _as_object(row: Row, table: Table) -> dict[str, object]:
    named = zip(table.columns, row.figures, strict=True)
    return {"label": row.label, **{name: figure._asdict() for name, figure in named}}


def _cell(value: Value) -> Value:
    return harmless(value) if isinstance(value, str) else value
