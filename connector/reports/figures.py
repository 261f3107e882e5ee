"""A report as tables, whatever it is printed as. Every figure names the tickets that it was counted from."""

from datetime import datetime
from typing import NamedTuple

from connector.reports.month import Month

Value = str | int | float | None


class Figure(NamedTuple):
    """A number or a word, and the numbers of the tickets that it was counted from."""

    value: Value
    tickets: tuple[str, ...] = ()


class Row(NamedTuple):
    """One line: what it is about, and its figures."""

    label: str
    figures: tuple[Figure, ...]


class Table(NamedTuple):
    """One table of a report."""

    key: str
    """What it is called in JSON and CSV."""
    title: str
    note: str
    """How it was counted, in a sentence."""
    columns: tuple[str, ...]
    """Of the values; the label has no heading of its own."""
    rows: tuple[Row, ...]
    bars: bool = False
    """The last column is a share in percent, which is drawn as a bar."""

    @property
    def words(self) -> tuple[bool, ...]:
        """Of each column, whether it holds words, which are read from the left and may be long."""
        return tuple(
            any(isinstance(row.figures[place].value, str) for row in self.rows) for place in range(len(self.columns))
        )


class Report(NamedTuple):
    """Everything that a report says."""

    month: Month
    customer: str | None
    """``None``: of all customers, for the provider itself."""
    until: datetime
    """UTC. What is told is known up to here."""
    provider: str
    policy: str
    """Its version."""
    tables: tuple[Table, ...]


def readable(value: Value) -> str:
    """A figure for people: thousands apart, a dash for nothing."""
    if value is None:
        return "–"
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else str(value)
