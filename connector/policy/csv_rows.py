"""The service catalogue from a table: one row per service, its customer repeated on each row."""

import csv
import re
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from connector.policy.document import PolicyDocument, read_text
from connector.policy.problem import Location, PolicyError, Problem

_SERVICE = {
    "id": "service_id",
    "customer": "customer",
    "name": "name",
    "circuit_id": "circuit_id",
    "region": "region",
}
_CUSTOMER = {
    "id": "customer",
    "name": "customer_name",
    "organizations": "organization",
    "email_domains": "email_domains",
    "timezone": "timezone",
    "contact": "contact",
}
_COLUMNS = tuple(dict.fromkeys([*_SERVICE.values(), *_CUSTOMER.values()]))
_REQUIRED = ("service_id", "customer")


@dataclass
class _Table:
    file: str
    services: list[dict[str, Any]] = field(default_factory=list)
    service_lines: list[int] = field(default_factory=list)
    customers: list[dict[str, Any]] = field(default_factory=list)
    customer_lines: list[dict[Location, int]] = field(default_factory=list)
    """For each customer the rows that its values were taken from; ``()`` is its first row."""
    positions: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, line: int, column: str, message: str) -> None:
        self.problems.append(Problem(self.file, line, column, message))

    def take(self, columns: list[str], cells: list[str], line: int) -> None:
        if len(cells) != len(columns):
            self.report(line, "", f"has {len(cells)} cells, the header has {len(columns)}")
            return
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
        self.services.append({key: row[column] for key, column in _SERVICE.items() if row.get(column)})
        self.service_lines.append(line)
        if customer := row["customer"]:
            position = self.positions.setdefault(customer, len(self.customers))
            if position == len(self.customers):
                self.customers.append({"id": customer, "organizations": [], "email_domains": []})
                self.customer_lines.append({(): line})
            self._add_to(self.customers[position], self.customer_lines[position], row, line)

    def _add_to(self, customer: dict[str, Any], lines: dict[Location, int], row: dict[str, str], line: int) -> None:
        for key in ("name", "timezone", "contact"):
            value = row.get(_CUSTOMER[key])
            if value:
                lines.setdefault((key,), line)
            if value and customer.setdefault(key, value) != value:
                self.report(line, _CUSTOMER[key], f"{value!r}, but {customer[key]!r} on an earlier row")
        named = {
            "organizations": [row.get("organization", "")],
            "email_domains": re.split(r"[\s,;|]+", row.get("email_domains", "")),
        }
        for key, values in named.items():
            for value in values:
                if value and value not in customer[key]:
                    lines[key, len(customer[key])] = line
                    customer[key].append(value)

    def place(self, location: Location) -> tuple[int, str]:
        """The line of the row, and the column."""
        table, position, key = (*location, None, None, None)[:3]
        if table == "services" and isinstance(position, int):
            return self.service_lines[position], _SERVICE.get(str(key), "")
        if table == "customers" and isinstance(position, int):
            lines = self.customer_lines[position]
            return lines.get(location[2:], lines[()]), _CUSTOMER.get(str(key), "")
        return 1, ""


def read_csv(path: Path) -> PolicyDocument:
    """The catalogue of a CSV file with a header, separated by comma or semicolon, in UTF-8.

    :raises PolicyError: it cannot be read, or its header is not usable.
    """
    text = read_text(path)
    header = text.lstrip().partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table = _Table(str(path))
    columns: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not columns and any(cells):
                columns = _columns(cells, line, table)
            elif any(cell.strip() for cell in cells):
                table.take(columns, cells, line)
            line = reader.line_num + 1
    except csv.Error as error:
        table.report(line, "", f"is not CSV: {error}")
    if not table.services and not table.problems:
        table.report(line, "", "there are no services below the header")
    data = {"customers": table.customers, "services": table.services}
    return PolicyDocument(str(path), data, table.place, tuple(table.problems))


def _columns(header: list[str], line: int, table: _Table) -> list[str]:
    columns = [name.strip().casefold() for name in header]
    for name in dict.fromkeys(columns):
        if name not in _COLUMNS:
            table.report(line, name, f"there is no such column; known are {', '.join(_COLUMNS)}")
        elif columns.count(name) > 1:
            table.report(line, name, "the column stands twice")
    for name in _REQUIRED:
        if name not in columns:
            table.report(line, name, "the column is missing")
    if table.problems:
        raise PolicyError(table.problems)
    return columns
