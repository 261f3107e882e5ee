"""Deferral by consent (R27): a non-service-affecting fault outside working hours may wait until the next opening.

Both parties must agree in the same night or weekend; a consent is void after the opening that follows it, so nobody
has to remember which consents have been used. Who agreed, when and by which message stands on the ticket. The
clocks pause from the agreement to the opening, or to when the customer said if that is earlier (see
:mod:`connector.rules.timeline`); a raised impact ends the pause. A fault that began in working hours does not wait.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal, NamedTuple

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome
from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Impact
from connector.policy.links import ConsentQuestion
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.outages import is_over
from connector.rules.requests import Request, Source, customer_consents, support_consents, unspent
from connector.rules.text.clauses import Verdict

_CONSENTS: Final = ("deferral_support", "deferral_customer")
_SET: Final = (*_CONSENTS, "deferred_until")
"""The fields that are filled while somebody wants to defer, or while the ticket is deferred."""


Hindrance = Literal["over", "impact", "working hours", "began"]
"""Why nothing can be deferred now."""
_REASONS: Mapping[str, str] = {
    "over": "the incident is over",
    "impact": "only a fault that is non service affecting waits",
    "working hours": "these are working hours",
    "began": "the fault began in working hours",
    "limit": "the customer agreed to wait no longer",
    "time": "the agreed time has come",
    "consent": "it is not agreed by both parties any more",
}
"""The same in words for ``explain``, and why a deferral ends."""


_NOTHING_DEFERRED = {
    why: Outcome(rule="deferral", reasons=(f"nothing is deferred: {reason}",)) for why, reason in _REASONS.items()
}


class Consents(NamedTuple):
    """What each party has agreed to in this night or weekend, oldest first."""

    support: tuple[Request, ...]
    customer: tuple[Request, ...]

    @property
    def marks(self) -> frozenset[Mark]:
        """The marks of a cancelled deferral: all these consents are used up, not only the last of each party."""
        return frozenset(Mark("deferral-cancelled", consent.id) for party in self for consent in party)


def deferral(case: Case) -> Outcome:
    """Defers, asks the party that has not agreed yet, or ends a deferral."""
    ticket = case.ticket
    why_not = hindrance(case)
    if why_not is not None and not _is_begun(ticket.fields):
        return _NOTHING_DEFERRED[why_not]
    opening = case.policy.deferral_calendar.next_opening(case.now)
    consents = _consents(case, opening)
    if why_not is not None:
        return _ended(case, consents, why_not)
    until = _limit(case, consents.customer[-1], opening) if consents.customer else opening
    deferred = ticket.fields.deferred_until is not None
    if until <= case.now:
        if deferred:
            return _ended(case, consents, "limit")
        consents = consents._replace(customer=())
    if consents.support and consents.customer:
        return _deferred(case, consents.support[-1], consents.customer[-1], until)
    if deferred:
        return _ended(case, consents, "consent")
    if consents.support:
        mark = Mark("deferral-asked", *_occasion(ticket, opening))
        links = case.policy.links
        page = links.consent(ConsentQuestion(ticket.helpdesk, ticket.id, opening)) if links else None
        missing = "the customer's consent is missing"
        return _waiting("deferral_question", mark, consents.support[-1], opening, missing, page=page)
    if consents.customer:
        mark = Mark("deferral-offered", *_occasion(ticket, opening))
        missing = "support's consent is missing"
        return _waiting("deferral_offered", mark, consents.customer[-1], until, missing)
    # What was agreed in another night is worth nothing.
    stale: Changes = {}
    for name in _CONSENTS:
        if getattr(ticket.fields, name):
            stale[name] = None
    return Outcome(rule="deferral", changes=stale, reasons=("nobody wants to defer",))


def _is_begun(fields: Fields) -> bool:
    """Somebody wants to defer, or it is deferred."""
    return bool(fields.deferral_support or fields.deferral_customer or fields.deferred_until)


def _consents(case: Case, opening: datetime) -> Consents:
    """Those that were given since the last closing and not cancelled.

    One that was given in working hours does not count: the next opening after it is that very moment.
    """
    calendar = case.policy.deferral_calendar

    def standing(given: list[Request]) -> tuple[Request, ...]:
        return tuple(
            consent
            for consent in unspent(given, case.ticket)
            if calendar.next_opening(consent.at) == opening
            and Mark("deferral-cancelled", consent.id) not in case.ticket.marks
        )

    return Consents(standing(support_consents(case.ticket)), standing(customer_consents(case)))


def _limit(case: Case, consent: Request, opening: datetime) -> datetime:
    """The opening, or the end that the customer named if that is earlier (UTC). A day without a time ends the deferral
    at the hour at which its working hours begin."""
    until = consent.until
    if isinstance(until, date) and not isinstance(until, datetime):
        calendar = case.policy.deferral_calendar
        midnight = datetime.combine(until, time.min, calendar.zone)
        begins = calendar.next_opening(midnight).astimezone(calendar.zone).time()
        until = datetime.combine(until, begins, calendar.zone)
    return opening if until is None else min(opening, until.astimezone(UTC))


def hindrance(case: Case) -> Hindrance | None:
    """Why nothing can be deferred now; ``None``: it can, if both parties agree."""
    if is_over(case.ticket):
        return "over"
    if case.ticket.fields.impact is not Impact.NON_SERVICE_AFFECTING:
        return "impact"
    calendar, ticket = case.policy.deferral_calendar, case.ticket
    if calendar.is_open(case.now):
        return "working hours"
    return "began" if calendar.is_open(ticket.fields.problem_start or ticket.began_at) else None


def _deferred(case: Case, support: Request, customer: Request, until: datetime) -> Outcome:
    by_message = customer.source is Source.MESSAGE
    on_behalf = customer.actor is not Actor.CUSTOMER
    record = case.field(
        "deferral",
        "deferral_record",
        by_support={"who": support.actor, "name": support.name, "at": support.at},
        by_customer={
            "who": customer.actor,
            "name": customer.name,
            "at": customer.at,
            "message": customer.ref if by_message else None,
            "said": customer.said if by_message else None,
            "on_behalf": on_behalf,
        },
    )
    occasion = _occasion(case.ticket, case.policy.deferral_calendar.next_opening(case.now))
    return Outcome(
        rule="deferral",
        changes={"deferred_until": until, "deferral": record},
        notices=(
            Notice("deferred", {"opening": until, "record": record}, frozenset({Mark("deferred", *occasion)})),
            Notice(
                "deferral_agreed",
                {"opening": until, "on_behalf": on_behalf},
                frozenset({Mark("deferral-told", *occasion)}),
            ),
        ),
        reasons=(f"deferred until {wording.format_time(until)}: {_said(support)}; {_said(customer)}",),
        due=until,
        # The clocks read the pause from the history, where it stands only after this write.
        again=case.ticket.fields.deferred_until != until,
    )


def _said(consent: Request) -> str:
    by = consent.name or wording.actor(consent.actor)
    how = f"message {consent.ref}: {consent.said!r}" if consent.source is Source.MESSAGE else "by the field"
    return f"{by} at {wording.format_time(consent.at)}, {how}"


def _waiting(message: str, mark: Mark, given: Request, opening: datetime, missing: str, **more: str | None) -> Outcome:
    return Outcome(
        rule="deferral",
        notices=(Notice(message, {"opening": opening, **more}, frozenset({mark})),),
        reasons=(f"{_said(given)}; {missing}",),
        due=opening,
    )


def _ended(case: Case, consents: Consents, why: Hindrance | Literal["consent", "limit", "time"]) -> Outcome:
    """Empties the fields, and says so if something was agreed or asked for."""
    ticket = case.ticket
    until = ticket.fields.deferred_until
    if until is not None and until <= case.now and why in ("working hours", "consent"):
        # However late anybody looks: that working hours came, or that the night of the consents went by, follows.
        why = "time"
    changes: Changes = {}
    for name in _SET:
        if getattr(ticket.fields, name) is not None:
            changes[name] = None
    data: dict[str, Any] = {"why": why, "impact": ticket.fields.impact}
    said = _taken_back(case, until) if why == "consent" and until is not None and not consents.customer else None
    if said is not None:
        data |= {"said": said, "owner": ticket.owner}
    if until is None:
        marks = frozenset(Mark("deferral-refused", consent.id) for consent in support_consents(ticket))
        notices = (Notice("deferral_refused", data, marks),) if marks else ()
        reason = f"nothing can be deferred: {_REASONS[why]}"
        return Outcome(rule="deferral", changes=changes, notices=notices, reasons=(reason,))
    begun = ticket.changes.get("deferred_until", ())
    ended = Mark(
        "deferral-ended",
        _stamp(case.policy.deferral_calendar.next_opening(until)),
        begun[-1].id if begun else "created",
    )
    return Outcome(
        rule="deferral",
        changes=changes,
        notices=(Notice("deferral_ended", {"until": until, **data}, consents.marks | {ended}),),
        reasons=(
            f"the deferral until {wording.format_time(until)} is over: {_REASONS[why]}{f': {said!r}' if said else ''}",
        ),
        again=True,
    )


def _taken_back(case: Case, until: datetime) -> str | None:
    """The customer's words of this night that take the consent back or put it in doubt; ``None`` if the field did."""
    opening = case.policy.deferral_calendar.next_opening
    against = [
        said
        for said in case.spoken.consent
        if (said.doubts or said.reading.verdict is Verdict.NO) and opening(said.article.created_at) == opening(until)
    ]
    by_field = [change.at for change in case.ticket.changes.get("deferral_customer", ())]
    if not against or any(at > against[-1].article.created_at for at in by_field):
        return None
    return against[-1].said


def _occasion(ticket: Ticket, opening: datetime) -> tuple[str, ...]:
    """What a mark of a step towards a deferral names, so that the step is said once: the opening, and the deferral
    until that opening which has ended already, if there was one.

    An agent who takes the consent back and gives it again before anything was deferred asks the customer nothing new.
    """
    stamp = _stamp(opening)
    ended = [
        (at, mark.parts[1:])
        for mark, at in ticket.marks_by_name.get("deferral-ended", {}).items()
        if mark.parts[:1] == (stamp,)
    ]
    return (stamp, *max(ended)[1]) if ended else (stamp,)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M")
