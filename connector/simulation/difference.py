"""What two policies would have done differently on the same tickets."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from connector.domain.ticket import Ticket
from connector.simulation.acts import Act

_SAME_TIME = timedelta(minutes=1)


class Difference(NamedTuple):
    """One act that one policy decides and the other does not, or at another time."""

    rule: str
    what: str
    old: Act | None
    new: Act | None

    @property
    def later(self) -> timedelta | None:
        """By how much the new policy acts later (negative: earlier); ``None``: only one of them acts."""
        return self.new.at - self.old.at if self.old and self.new else None


class Compared(NamedTuple):
    """One ticket under both policies."""

    number: str
    customer: str
    differences: tuple[Difference, ...]
    """Oldest first."""


def compare(ticket: Ticket, old: Sequence[Act], new: Sequence[Act]) -> Compared:
    """What differs on one ticket. Equal acts are paired in the order of their times."""
    differences = []
    held, would = _by_kind(old), _by_kind(new)
    for kind in dict.fromkeys((*held, *would)):
        before, after = held.get(kind, []), would.get(kind, [])
        for at in range(max(len(before), len(after))):
            was = before[at] if at < len(before) else None
            now = after[at] if at < len(after) else None
            if was is None or now is None or abs(now.at - was.at) >= _SAME_TIME:
                differences.append(Difference(*kind, was, now))
    differences.sort(key=lambda one: min(act.at for act in (one.old, one.new) if act))
    return Compared(ticket.number, customer_of(ticket), tuple(differences))


def customer_of(ticket: Ticket) -> str:
    """Whom a ticket's figures belong to: the organization, else the contact."""
    customer = ticket.customer
    return next(iter(customer.organizations), None) or customer.name or customer.id


class Row(NamedTuple):
    """One line of the summary."""

    rule: str
    what: str
    old: int
    """How often the old policy acts so."""
    new: int
    tickets: int
    """On how many tickets the policies differ in it; another time of the act counts too."""


def summary(lived: Iterable[tuple[Sequence[Act], Sequence[Act]]], compared: Iterable[Compared]) -> list[Row]:
    """All acts by rule and kind, those that differ first."""
    old, new = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for before, after in lived:
        old.update((act.rule, act.what) for act in before)
        new.update((act.rule, act.what) for act in after)
    differ = Counter((rule, what) for one in compared for rule, what in {(d.rule, d.what) for d in one.differences})
    rows = [Row(*kind, old[kind], new[kind], differ[kind]) for kind in {*old, *new}]
    return sorted(rows, key=lambda row: (not row.tickets, row.rule, row.what))


def _by_kind(acts: Iterable[Act]) -> dict[tuple[str, str], list[Act]]:
    kinds = defaultdict[tuple[str, str], list[Act]](list)
    for act in sorted(acts):
        kinds[act.rule, act.what].append(act)
    return kinds
