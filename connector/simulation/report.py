"""All tickets under one policy or two, added up."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketKind
from connector.policy.models import Policy
from connector.simulation.acts import Act
from connector.simulation.difference import Compared, Row, compare, customer_of, summary
from connector.simulation.replay import replay


class Policies(NamedTuple):
    """Versions of the policies."""

    in_use: str
    new: str | None


class Report(NamedTuple):
    """What came of a simulation."""

    policies: Policies
    incidents: int
    others: int
    """Tickets that no clock holds for: problem records, RFO tasks, other departments'."""
    unreadable: int
    """Tickets that the helpdesk lists and does not show."""
    restless: list[str]
    """Numbers of the incidents on which the rules did not come to rest."""
    rows: list[Row]
    """Acts of both policies; of the only one, under ``old`` and ``new`` alike."""
    customers: dict[str, tuple[int, int]]
    """Customer → incidents, and how many of them differ."""
    differing: list[Compared]


def compared(tickets: Iterable[Ticket | None], in_use: Policy, new: Policy | None, until: datetime) -> Report:
    """Every incident among ``tickets`` lived through up to ``until`` (UTC). ``None`` is a ticket that cannot be read;
    without a ``new`` policy only what the one in use would do."""
    left_out, of, differs = Counter[str](), Counter[str](), Counter[str]()
    restless, differing = list[str](), list[Compared]()
    lives = list[tuple[tuple[Act, ...], tuple[Act, ...]]]()
    for ticket in tickets:
        if ticket is None or ticket.kind is not TicketKind.INCIDENT:
            left_out["unreadable" if ticket is None else "others"] += 1
            continue
        old = replay(ticket, in_use, until)
        would = old if new is None else replay(ticket, new, until)
        if old.restless or would.restless:
            restless.append(ticket.number)
        lives.append((old.acts, would.acts))
        of[customer_of(ticket)] += 1
        one = compare(ticket, old.acts, would.acts)
        if one.differences:
            differing.append(one)
            differs[one.customer] += 1
    return Report(
        Policies(in_use.version, new.version if new else None),
        len(lives),
        left_out["others"],
        left_out["unreadable"],
        restless,
        summary(lives, differing),
        {name: (of[name], differs[name]) for name in sorted(of)},
        differing,
    )
