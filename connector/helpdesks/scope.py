"""Since when, and when not, a ticket was one of the rules': read from what its history says of group or type (R2)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from connector.domain.ticket import Change


def counted_group(group: Any, changes: Sequence[Change]) -> Any:
    """The group as somebody else than the customer has chosen it: no customer takes a ticket out of the rules (P20)."""
    moves = [change for change in changes if change.field == "group"]
    for move in reversed(moves):
        if move.actor.is_trusted:
            return group if move is moves[-1] else move.new
    return moves[0].old if moves else group


def outside(
    began: datetime, *, inside: bool, turns: Iterable[tuple[datetime, bool]]
) -> tuple[tuple[datetime, datetime], ...]:
    """The times that are over in which a ticket was outside the rules.

    ``inside`` says how it began, ``turns`` (oldest first) when that changed and to what.
    """
    spans: list[tuple[datetime, datetime]] = []
    since = None if inside else began
    for at, comes_in in turns:
        if comes_in and since is not None:
            spans.append((since, at))
            since = None
        elif not comes_in and since is None:
            since = at
    return tuple(spans)
