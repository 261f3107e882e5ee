"""What people wrote, as cells of a spreadsheet: data, never a formula (CWE-1236)."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins with one of these is a formula to a spreadsheet."""


def harmless(text: str) -> str:
    """The text as it stands in a cell."""
    return f"'{text}" if text.startswith(_FORMULA) else text
