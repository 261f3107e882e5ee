"""A table in the terminal: one row for each thing that is listed."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from connector.logs import harmless


def listing(columns: Iterable[str], rows: Iterable[Iterable[object]], title: str | None = None) -> Table:
    """Cells are what somebody wrote: none is taken for markup or obeyed by the terminal. ``None`` is an empty cell."""
    table = Table(*columns, title=title, title_justify="left")
    for cells in rows:
        table.add_row(*(Text(harmless("" if cell is None else str(cell))) for cell in cells))
    return table
