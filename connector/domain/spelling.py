"""What is said of a name that nothing has: the one that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def no_such(thing: str, name: str, known: Iterable[str]) -> str:
    """``there is no calendar 'ofice'; did you mean 'office'?``"""
    return f"there is no {thing} {name!r}{did_you_mean(name, known)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'office'?``, or nothing where no known name is like it."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
