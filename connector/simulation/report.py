"""All tickets under one policy or two, added up."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Duplicate, Priority, TicketKind
from connector.policy.models import Policy
from connector.simulation.acts import Act
from connector.simulation.at_once import at_once
from connector.simulation.difference import Compared, Row, compare, customer_of, summary
from connector.simulation.replay import replay


class Policies(NamedTuple):
    """Versions of the policies."""

    in_use: str
    new: str | None


class Open(NamedTuple):
    """What a policy does to open tickets the moment it comes into force."""

    policy: str
    """Its version."""
    looked_at: int
    unreadable: int
    acts: list[tuple[str, str, int]]
    """Rule, act, and on how many tickets; those that people notice only."""
    tickets: list[tuple[str, str, tuple[str, ...]]]
    """Number, customer and acts of each ticket that visibly changes."""


def on_open(tickets: Iterable[Ticket | None], policy: Policy, now: datetime) -> Open:
    """Of the open ones among ``tickets``, at ``now`` (UTC). ``None`` is a ticket that cannot be read."""
    looked_at = unreadable = 0
    kinds, changed = Counter[tuple[str, str]](), list[tuple[str, str, tuple[str, ...]]]()
    for ticket in tickets:
        if ticket is None:
            unreadable += 1
        elif not ticket.state.is_over:
            looked_at += 1
            acts = dict.fromkeys((act.rule, act.what) for act in at_once(ticket, policy, now) if act.is_visible)
            kinds.update(list(acts))
            if acts:
                changed.append((ticket.number, customer_of(ticket), tuple(what for _, what in acts)))
    rows = [(*kind, count) for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))]
    return Open(policy.version, looked_at, unreadable, rows, changed)


class Report(NamedTuple):
    """What came of a simulation."""

    policies: Policies
    incidents: int
    others: int
    """Tickets that no clock holds for: problem records, RFO tasks, other departments', duplicates."""
    unreadable: int
    """Tickets that the helpdesk lists and does not show."""
    restless: list[str]
    """Numbers of the incidents on which the rules did not come to rest."""
    rows: list[Row]
    """Acts of both policies; of the only one, under ``old`` and ``new`` alike."""
    customers: dict[str, tuple[int, int]]
    """Customer → incidents, and how many of them differ."""
    differing: list[Compared]


def is_case(ticket: Ticket) -> bool:
    """Whether it is an incident of its own: one fault counts once, however often it was reported."""
    return ticket.kind is TicketKind.INCIDENT and ticket.fields.duplicate is not Duplicate.CONFIRMED


def compared(tickets: Iterable[Ticket | None], in_use: Policy, new: Policy | None, until: datetime) -> Report:
    """Every incident among ``tickets`` lived through up to ``until`` (UTC). ``None`` is a ticket that cannot be read;
    without a ``new`` policy only what the one in use would do.

    Where the policies differ in what they promise for some priorities only, a ticket on which nobody asked for these
    lives the same life under both: it is played once.
    """
    asked: set[Priority] = set()
    noting = in_use.model_copy(update={"applies_since": None}).noting(asked)
    apart = in_use.apart(new) if new is not None else frozenset[Priority]()
    left_out, of, differs = Counter[str](), Counter[str](), Counter[str]()
    restless, differing = list[str](), list[Compared]()
    lives = list[tuple[tuple[Act, ...], tuple[Act, ...]]]()
    for ticket in tickets:
        if ticket is None or not is_case(ticket):
            left_out["unreadable" if ticket is None else "others"] += 1
            continue
        asked.clear()
        old = replay(ticket, noting, until)
        is_same = apart is not None and apart.isdisjoint(asked)
        would = old if new is None or is_same else replay(ticket, new, until)
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
