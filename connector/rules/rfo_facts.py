"""The facts of an outage that its customer has seen themselves: what an RFO says without anybody writing it (R32)."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Priority, RfoStatus
from connector.policy.models import Policy
from connector.rules import timeline
from connector.rules.case import Case
from connector.rules.outages import Outage, outages


class Fact(NamedTuple):
    """One line of the timeline. ``what`` and ``data`` are those of the message ``rfo_fact``."""

    at: datetime
    what: str
    data: dict[str, Any]


class Sent(NamedTuple):
    """A version that went to the customer."""

    version: int
    is_final: bool
    release: str
    """The id of the change by which it was released."""
    at: datetime


def sent(incident: Ticket, number: int) -> tuple[Sent, ...]:
    """The versions of the incident's RFO ``number`` that the marks of sent messages prove, the lowest version first."""
    found = []
    for mark, at in incident.marks.items():
        if (
            mark.name == "rfo-sent"
            and len(mark.parts) == 4
            and mark.parts[0] == str(number)
            and mark.parts[1].isdigit()
        ):
            found.append(Sent(int(mark.parts[1]), mark.parts[2] == "final", mark.parts[3], at))
    return tuple(sorted(found))


def covered(incident: Ticket, number: int) -> tuple[Outage, ...]:
    """The ended outages that the incident's RFO ``number`` is about: those that ended after the RFO before it was
    delivered and before its own first version went out. If there is none, the last one that has ended."""
    delivered = sorted(
        change.at
        for change in incident.changes.get("rfo_status", ())
        if change.new is RfoStatus.DELIVERED and change.actor.is_trusted
    )
    since = delivered[number - 2] if 1 < number <= len(delivered) + 1 else None
    until = min((one.at for one in sent(incident, number)), default=None)
    ended = [one for one in outages(incident) if one.ended is not None]
    within = [
        one
        for one in ended
        if one.ended and (since is None or one.ended > since) and (until is None or one.ended <= until)
    ]
    return tuple(within or ended[-1:])


def restored(incident: Ticket | None, number: int) -> datetime | None:
    """When the last of the :func:`covered` outages ended; ``None``: there is none."""
    found = covered(incident, number) if incident is not None else ()
    return found[-1].ended if found else None


def highest_priority(incident: Ticket, found: tuple[Outage, ...], default: Priority) -> Priority:
    """The highest priority that anybody trusted set until the last of the ``found`` outages ended; if nobody did, that
    which the incident has, else ``default``."""
    until = found[-1].ended if found else None
    changes = [change for change in incident.changes.get("priority", ()) if change.actor.is_trusted]
    had = [change.new for change in changes if change.new and (until is None or change.at <= until)]
    highest: Priority = min(had or [incident.fields.priority or default])
    return highest


def facts(incident: Ticket, found: tuple[Outage, ...], policy: Policy) -> tuple[Fact, ...]:
    """The timeline, oldest first. It names nobody and says nothing that only support can read."""
    if not found:
        return ()
    first, last = found[0].began, found[-1].ended
    known = [fact for fact in _facts(incident, found, policy) if fact.at >= first and (last is None or fact.at <= last)]
    # At the same second a repair comes after the message that tells of it.
    return tuple(sorted(known, key=lambda fact: (fact.at, fact.what in ("restored", "ended"))))


def _facts(incident: Ticket, found: tuple[Outage, ...], policy: Policy) -> Iterator[Fact]:
    is_first = found[0].began <= incident.created_at
    yield Fact(found[0].began, "reported" if is_first else "again", {})
    for outage in found[1:]:
        yield Fact(outage.began, "again", {})
    for outage in found:
        if outage.ended is not None:
            yield Fact(outage.ended, "restored" if outage.repaired else "ended", {})
    first = timeline.first_response_at(incident)
    for answer in incident.answers:
        yield Fact(answer.heard_at, "first_response" if answer.heard_at == first else "update", {})
    for change in incident.changes.get("priority", ()):
        if change.actor.is_trusted and change.new is not None and change.new != change.old:
            yield Fact(change.at, "priority", {"priority": f"{change.new} {policy.priorities[change.new].name}"})
    ladder = policy.ladder_of(incident.fields.verified_service, incident.began_at)
    names = {level.level: level.name for level in ladder.levels}
    for change in incident.changes.get("escalation_level", ()):
        if change.actor is Actor.CONNECTOR and (change.new or 0) > (change.old or 1):
            yield Fact(change.at, "level", {"level": change.new, "name": names.get(change.new)})


def fact_text(case: Case, fact: Fact) -> str:
    """The fact in words for the customer."""
    nothing: dict[str, Any] = {"priority": None, "level": None, "name": None}
    return case.text("rfo_fact", what=fact.what, **(nothing | fact.data))


def rfo_draft(case: Case) -> Outcome:
    """A note on the RFO task with the timeline as the customer has seen it, again each time it has changed, until the
    document is released."""
    ticket, incident = case.ticket, case.ticket.related
    if ticket.state.is_over or incident is None or ticket.fields.rfo_status not in (RfoStatus.DUE, RfoStatus.OVERDUE):
        return Outcome(rule="rfo_draft", reasons=("no draft is wanted",))
    found = facts(incident, covered(incident, case.rfo_number), case.policy)
    if not found:
        return Outcome(rule="rfo_draft", reasons=("the outage has not ended",))
    lines = [{"at": fact.at, "text": fact_text(case, fact)} for fact in found]
    name = sha256(repr(lines).encode()).hexdigest()[:12]
    notice = Notice("rfo_draft", {"incident": incident.number, "lines": lines}, frozenset({Mark("rfo-draft", name)}))
    return Outcome(rule="rfo_draft", notices=(notice,), reasons=(f"{len(lines)} facts that the customer has seen",))
