"""Deferral by consent (R27): a non-service-affecting fault outside working hours may wait until the next opening.

Both parties must agree in the same night or weekend; a consent is worth nothing after the opening that follows it, so
nothing has to be remembered of what was served. Who agreed, when and by which message stands on the ticket. The
clocks pause from the agreement to the opening (see :mod:`connector.rules.timeline`); a raised impact ends the pause.
"""

from datetime import datetime
from typing import Final, NamedTuple

from connector.domain.decision import Note, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Changes, Ticket
from connector.domain.vocabulary import Impact
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.requests import Request, Source, customer_consents, support_consents

_CONSENTS: Final = ("deferral_support", "deferral_customer")
_SET: Final = (*_CONSENTS, "deferred_until")
"""What is on a ticket while somebody wants to defer, or it is deferred."""


class Consents(NamedTuple):
    """What each party has agreed to since the last closing."""

    support: Request | None
    customer: Request | None

    @property
    def marks(self) -> frozenset[Mark]:
        """The steps that a cancelled deferral leaves behind: these consents are used up."""
        return frozenset(Mark("deferral-cancelled", consent.id) for consent in self if consent is not None)


def deferral(case: Case) -> Outcome:
    """Defers, asks the party that has not agreed yet, or ends a deferral."""
    ticket = case.ticket
    hindrance = _hindrance(case)
    if hindrance is not None and not any(getattr(ticket.fields, name) for name in _SET):
        return Outcome(rule="deferral", reasons=(f"nothing is deferred: {hindrance}",))
    opening = case.policy.deferral_calendar.next_opening(case.now)
    consents = _consents(case, opening)
    if hindrance is not None:
        return _ended(ticket, consents, hindrance)
    if consents.support and consents.customer:
        return _deferred(ticket, consents.support, consents.customer, opening)
    if ticket.fields.deferred_until is not None:
        return _ended(ticket, consents, "it is not agreed by both parties any more")
    if consents.support:
        note = _ask_customer(ticket, opening)
        return _waiting(note, consents.support, opening, "the customer's consent is missing")
    if consents.customer:
        return _waiting(_ask_support(opening), consents.customer, opening, "support's consent is missing")
    # What was agreed in another night is worth nothing.
    stale: Changes = {}
    for name in _CONSENTS:
        if getattr(ticket.fields, name):
            stale[name] = None
    return Outcome(rule="deferral", changes=stale, reasons=("nobody wants to defer",))


def _consents(case: Case, opening: datetime) -> Consents:
    """The latest of each party that was given since the last closing and not cancelled."""
    calendar = case.policy.deferral_calendar

    def latest(given: list[Request]) -> Request | None:
        standing = [
            consent
            for consent in given
            if not calendar.is_open(consent.at)
            and calendar.next_opening(consent.at) == opening
            and Mark("deferral-cancelled", consent.id) not in case.ticket.marks
        ]
        return standing[-1] if standing else None

    return Consents(latest(support_consents(case.ticket)), latest(customer_consents(case.ticket, case.policy)))


def _hindrance(case: Case) -> str | None:
    """Why nothing can be deferred now."""
    if case.ticket.state.is_over:
        return "the incident is over"
    impact = case.ticket.fields.impact
    if impact is not Impact.NON_SERVICE_AFFECTING:
        return f"the impact is {wording.value(impact)}"
    return "these are working hours" if case.policy.deferral_calendar.is_open(case.now) else None


def _deferred(ticket: Ticket, support: Request, customer: Request, opening: datetime) -> Outcome:
    record = f"Support: {_said(support)}. Customer: {_said(customer)}."
    notes = (
        Note(
            public=False,
            title=f"Deferred until {wording.format_time(opening)}",
            text=f"Both parties agreed to continue at the next opening of working hours. {record} "
            "The clocks stand still until then. A raised impact ends the deferral.",
            marks=frozenset({Mark("deferred", _stamp(opening))}),
        ),
        Note(
            public=True,
            title=f"Ticket {ticket.number}: we continue {wording.format_time(opening)}",
            text=f"{wording.greeting(ticket)}\n\nas agreed, we continue to work on this ticket at "
            f"{wording.format_time(opening)}. If the fault gets worse before, please tell us and state the impact.",
            marks=frozenset({Mark("deferral-told", _stamp(opening))}),
        ),
    )
    return Outcome(
        rule="deferral",
        changes={"deferred_until": opening, "deferral": record[:1000]},
        notes=notes,
        reasons=(f"deferred until {wording.format_time(opening)}. {record}",),
        due=opening,
        # The clocks are those of the history, which tells of the pause once it is written.
        again=ticket.fields.deferred_until != opening,
    )


def _said(consent: Request) -> str:
    by = consent.name or wording.actor(consent.actor)
    how = f"message {consent.ref}: {consent.said!r}" if consent.source is Source.MESSAGE else "by the field"
    return f"{by} at {wording.format_time(consent.at)}, {how}"


def _waiting(note: Note, given: Request, opening: datetime, missing: str) -> Outcome:
    return Outcome(rule="deferral", notes=(note,), reasons=(f"{_said(given)}; {missing}",), due=opening)


def _ask_customer(ticket: Ticket, opening: datetime) -> Note:
    return Note(
        public=True,
        title=f"Ticket {ticket.number}: may we continue {wording.format_time(opening)}?",
        text=f"{wording.greeting(ticket)}\n\nyour traffic is not disturbed by this fault. With your consent we "
        f"continue at {wording.format_time(opening)}, when working hours begin. If you agree, please reply: "
        "I agree to the deferral.\n\nWithout your consent we go on now.",
        marks=frozenset({Mark("deferral-asked", _stamp(opening))}),
    )


def _ask_support(opening: datetime) -> Note:
    return Note(
        public=False,
        title="The customer agrees to defer",
        text=f"The customer agrees to continue at {wording.format_time(opening)}. If you agree too, set 'Support "
        "agrees to defer'. Until then the clocks run.",
        marks=frozenset({Mark("deferral-offered", _stamp(opening))}),
    )


def _ended(ticket: Ticket, consents: Consents, why: str) -> Outcome:
    """Says so where something was agreed or asked for; empties what was set."""
    until = ticket.fields.deferred_until
    changes: Changes = {}
    for name in _SET:
        if getattr(ticket.fields, name) is not None:
            changes[name] = None
    if until is None:
        text = f"Nothing can be deferred: {why}."
        marks = frozenset(Mark("deferral-refused", consent.id) for consent in support_consents(ticket))
        notes = (Note(public=False, title="Not deferred", text=text, marks=marks),) if marks else ()
        return Outcome(rule="deferral", changes=changes, notes=notes, reasons=(text,))
    text = f"The deferral until {wording.format_time(until)} is over: {why}. The clocks run again."
    begun = ticket.changes.get("deferred_until", ())
    ended = Mark("deferral-ended", _stamp(until), begun[-1].id if begun else "created")
    notes = (Note(public=False, title="Deferral over", text=text, marks=consents.marks | {ended}),)
    return Outcome(rule="deferral", changes=changes, notes=notes, reasons=(text,), again=True)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M")
