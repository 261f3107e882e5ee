"""Tables in the terminal. Tried, and red: cells as strings, which rich reads as markup; without ``harmless``."""

from io import StringIO

from rich.console import Console

from connector.cli.listing import listing


def test_a_cell_is_neither_markup_nor_obeyed() -> None:
    out = StringIO()

    Console(file=out, width=80).print(listing(("what", "why"), [("[red]41[/]", "\x1b[2J"), (7, None)], "Tickets"))

    shown = out.getvalue()
    assert "[red]41[/]" in shown
    assert "\\x1b[2J" in shown
    assert "\x1b" not in shown
    assert "None" not in shown
