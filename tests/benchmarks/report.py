"""One line of the benchmark table: a figure, its target, and what the machine could do at most in the same run."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Row:
    """A measured figure. ``least`` and ``most`` are the target; without either it is information only."""

    figure: str
    measured: float
    unit: str = ""
    least: float | None = None
    most: float | None = None
    limit: float | None = None
    """What the same machine could do at most in the same run, in the unit of the figure."""
    limit_is: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; ``None`` without one."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.measured >= self.least) and (self.most is None or self.measured <= self.most)

    @property
    def ratio(self) -> float | None:
        """The share of the limit that was reached."""
        return self.measured / self.limit if self.limit else None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**self.__dict__, "met": self.met, "ratio": self.ratio}


def show(rows: Iterable[Row]) -> None:
    """Prints one table. A mark tells whether the target was met."""
    table = Table(title="Benchmarks", title_justify="left")
    for heading in ("figure", "target", "measured", "limit in the same run", "ratio"):
        table.add_column(heading, justify="left" if heading in ("figure", "limit in the same run") else "right")
    for row in rows:
        table.add_row(row.figure, _target(row), _measured(row), _limit(row), f"{row.ratio:.0%}" if row.ratio else "")
    Console(width=150).print(table)


def number(value: float) -> str:
    """Three significant digits where there are decimals, thousands separated."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _target(row: Row) -> str:
    sides = [f"≥ {number(row.least)}" if row.least is not None else "", f"≤ {number(row.most)}" if row.most else ""]
    if row.most == 0:
        sides.append("0")
    return ", ".join(side for side in sides if side)


def _measured(row: Row) -> str:
    mark = {True: "[green]✓[/] ", False: "[red]✗[/] ", None: ""}[row.met]
    return f"{mark}{number(row.measured)} {row.unit}".rstrip()


def _limit(row: Row) -> str:
    return "" if row.limit is None else f"{number(row.limit)} {row.limit_is}".rstrip()
