"""Deferral by consent (R27): a non-service-affecting fault outside working hours may wait until the next opening.

Both parties must agree in the same night or weekend; a consent is worth nothing after the opening that follows it, so
nothing has to be remembered of what was served. Who agreed, when and by which message stands on the ticket. The
clocks pause from the agreement to the opening (see :mod:`connector.rules.timeline`); a raised impact ends the pause.
"""

from datetime import datetime
from typing import Any, NamedTuple

from connector.domain.decision import Note, Outcome, mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Impact
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.requests import Request, customer_consents, support_consents

_CONSENTS = ("deferral_support", "deferral_customer")
_SET = (*_CONSENTS, "deferred_until")
"""What is on a ticket while somebody wants to defer, or it is deferred."""


class Consents(NamedTuple):
    """What each party has agreed to since the last closing."""

    support: Request | None
    customer: Request | None

    @property
    def marks(self) -> frozenset[str]:
        """The steps that a cancelled deferral leaves behind: these consents are used up."""
        return frozenset(mark("deferral-cancelled", one.id) for one in self if one is not None)


def deferral(ticket: Ticket, policy: Policy, now: datetime) -> Outcome:
    """Defers, asks the party that has not agreed yet, or ends a deferral."""
    hindrance = _hindrance(ticket, policy, now)
    if hindrance is not None and not any(getattr(ticket.fields, name) for name in _SET):
        return Outcome(rule="deferral", reasons=(f"nothing is deferred: {hindrance}",))
    opening = policy.deferral_calendar.next_opening(now)
    consents = _consents(ticket, policy, opening)
    if hindrance is not None:
        return _ended(ticket, consents, hindrance)
    if consents.support and consents.customer:
        return _deferred(ticket, consents.support, consents.customer, opening)
    if ticket.fields.deferred_until is not None:
        return _ended(ticket, consents, "it is not agreed by both parties any more")
    if consents.support:
        note = _ask_customer(ticket, opening)
        return _waiting(ticket, note, consents.support, opening, "the customer's consent is missing")
    if consents.customer:
        note = _ask_support(opening)
        return _waiting(ticket, note, consents.customer, opening, "support's consent is missing")
    # What was agreed in another night is worth nothing.
    stale = {name: None for name in _CONSENTS if getattr(ticket.fields, name)}
    return Outcome(rule="deferral", changes=stale, reasons=("nobody wants to defer",))


def _consents(ticket: Ticket, policy: Policy, opening: datetime) -> Consents:
    """The latest of each party that was given since the last closing and not cancelled."""
    calendar = policy.deferral_calendar

    def latest(given: list[Request]) -> Request | None:
        standing = [
            one
            for one in given
            if not calendar.is_open(one.at)
            and calendar.next_opening(one.at) == opening
            and mark("deferral-cancelled", one.id) not in ticket.marks
        ]
        return standing[-1] if standing else None

    return Consents(latest(support_consents(ticket)), latest(customer_consents(ticket, policy)))


def _hindrance(ticket: Ticket, policy: Policy, now: datetime) -> str | None:
    """Why nothing can be deferred now."""
    if ticket.state.is_over:
        return "the incident is over"
    if ticket.fields.impact is not Impact.NON_SERVICE_AFFECTING:
        return f"the impact is {wording.value(ticket.fields.impact)}"
    return "these are working hours" if policy.deferral_calendar.is_open(now) else None


def _deferred(ticket: Ticket, support: Request, customer: Request, opening: datetime) -> Outcome:
    record = f"Support: {_said(support)}. Customer: {_said(customer)}."
    notes = (
        Note(
            public=False,
            title=f"Deferred until {wording.format_time(opening)}",
            text=f"Both parties agreed to continue at the next opening of working hours. {record} "
            "The clocks stand still until then. A raised impact ends the deferral.",
            marks=frozenset({mark("deferred", _stamp(opening))}),
        ),
        Note(
            public=True,
            title=f"Ticket {ticket.number}: we continue {wording.format_time(opening)}",
            text=f"{wording.greeting(ticket)}\n\nas agreed, we continue to work on this ticket at "
            f"{wording.format_time(opening)}. If the fault gets worse before, please tell us and state the impact.",
            marks=frozenset({mark("deferral-told", _stamp(opening))}),
        ),
    )
    return Outcome(
        rule="deferral",
        changes={"deferred_until": opening, "deferral": record[:1000]},
        notes=tuple(note for note in notes if not note.marks & ticket.marks.keys()),
        reasons=(f"deferred until {wording.format_time(opening)}. {record}",),
        due=opening,
        # The clocks are those of the history, which tells of the pause once it is written.
        again=ticket.fields.deferred_until != opening,
    )


def _said(consent: Request) -> str:
    by = consent.name or wording.actor(consent.actor)
    return f"{by} at {wording.format_time(consent.at)}, {consent.reason}"


def _waiting(ticket: Ticket, note: Note, given: Request, opening: datetime, missing: str) -> Outcome:
    return Outcome(
        rule="deferral",
        notes=() if note.marks <= ticket.marks.keys() else (note,),
        reasons=(f"{_said(given)}; {missing}",),
        due=opening,
    )


def _ask_customer(ticket: Ticket, opening: datetime) -> Note:
    return Note(
        public=True,
        title=f"Ticket {ticket.number}: may we continue {wording.format_time(opening)}?",
        text=f"{wording.greeting(ticket)}\n\nyour traffic is not disturbed by this fault. With your consent we "
        f"continue at {wording.format_time(opening)}, when working hours begin. If you agree, please reply: "
        "I agree to the deferral.\n\nWithout your consent we go on now.",
        marks=frozenset({mark("deferral-asked", _stamp(opening))}),
    )


def _ask_support(opening: datetime) -> Note:
    return Note(
        public=False,
        title="The customer agrees to defer",
        text=f"The customer agrees to continue at {wording.format_time(opening)}. If you agree too, set 'Support "
        "agrees to defer'. Until then the clocks run.",
        marks=frozenset({mark("deferral-offered", _stamp(opening))}),
    )


def _ended(ticket: Ticket, consents: Consents, why: str) -> Outcome:
    """Says so where something was agreed or asked for; empties what was set."""
    fields = ticket.fields
    changes: dict[str, Any] = {name: None for name in _SET if getattr(fields, name) is not None}
    until = fields.deferred_until
    if until is None:
        text = f"Nothing can be deferred: {why}."
        refused = [one for one in support_consents(ticket) if mark("deferral-refused", one.id) not in ticket.marks][-1:]
        marks = frozenset(mark("deferral-refused", one.id) for one in refused)
        notes = (Note(public=False, title="Not deferred", text=text, marks=marks),) if refused else ()
        return Outcome(rule="deferral", changes=changes, notes=notes, reasons=(text,))
    text = f"The deferral until {wording.format_time(until)} is over: {why}. The clocks run again."
    marks = consents.marks | {mark("deferral-ended", _stamp(until))}
    notes = (Note(public=False, title="Deferral over", text=text, marks=marks),)
    return Outcome(rule="deferral", changes=changes, notes=notes, reasons=(text,), again=True)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M")
