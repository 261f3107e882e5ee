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
    failed: str = ""
    """Why nothing could be measured."""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; ``None`` without one."""
        if self.failed:
            return False
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.measured >= self.least) and (self.most is None or self.measured <= self.most)

    @property
    def ratio(self) -> float | None:
        """The share of the limit that was reached."""
        return self.measured / self.limit if self.limit and not self.failed else None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**self.__dict__, "met": self.met, "ratio": self.ratio}


def failure(figure: str, reason: str) -> Row:
    """A figure that could not be measured. It counts as missed."""
    return Row(figure=figure, measured=0.0, failed=" ".join(reason.split())[:300] or "no reason told")


def show(rows: Iterable[Row]) -> None:
    """Prints one table. A mark tells whether the target was met."""
    table = Table(title="Benchmarks", title_justify="left")
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading in ("figure", "limit in the same run") else "right")
    for row in rows:
        mark = {True: "[green]✓[/] ", False: "[red]✗[/] ", None: ""}[row.met]
        table.add_row(row.figure, _target(row), mark + measured(row), _limit(row), _ratio(row))
    Console(width=150).print(table)


def markdown(rows: Iterable[Row]) -> str:
    """The table as the docs hold it. Missed targets are in bold."""
    lines = [" | ".join(_HEADINGS), "|".join("---" for _ in _HEADINGS)]
    for row in rows:
        shown = f"**{measured(row)}, missed**" if row.met is False else measured(row)
        lines.append(" | ".join((row.figure, _target(row), shown, _limit(row), _ratio(row))))
    return "\n".join(f"| {line.replace('  ', ' ')} |" for line in lines) + "\n"


def measured(row: Row) -> str:
    """The figure with its unit, or why there is none."""
    return f"failed: {row.failed.replace('|', '/')}" if row.failed else f"{number(row.measured)} {row.unit}".rstrip()


def number(value: float) -> str:
    """Three significant digits where there are decimals, thousands separated."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


_HEADINGS = ("figure", "target", "measured", "limit in the same run", "ratio")


def _target(row: Row) -> str:
    least = f"≥ {number(row.least)}" if row.least is not None else ""
    most = ("0" if row.most == 0 else f"≤ {number(row.most)}") if row.most is not None else ""
    return ", ".join(side for side in (least, most) if side)


def _limit(row: Row) -> str:
    return "" if row.limit is None else f"{number(row.limit)} {row.limit_is}".rstrip()


def _ratio(row: Row) -> str:
    return f"{row.ratio:.0%}" if row.ratio else ""
