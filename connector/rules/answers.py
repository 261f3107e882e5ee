"""What becomes of requests to escalate (R36, R39): served, refused for now, or too late."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor
from connector.rules.case import Case
from connector.rules.requests import Request, escalation_requests

_REOPENS_WITHIN = timedelta(minutes=1)
"""Helpdesks and their automations reopen a ticket because of a message: before they store it or shortly after."""


class TooSoon(NamedTuple):
    """A request that came too soon after another of its party."""

    request: Request
    after: Request
    """The one that was served."""
    next: datetime
    """When that party may ask again (UTC)."""


class Answers(NamedTuple):
    """What becomes of the requests, oldest first: of those that no note proves to be answered, and all refusals."""

    served: tuple[Request, ...]
    refused: tuple[TooSoon, ...]
    """Also those that support has been told of."""
    too_late: tuple[Request, ...]
    """They came when the ticket was over, or it was before they could be served. They never raise a level later."""
    answered: tuple[Request, ...]
    """Without a valid proof, and yet answered before: see :func:`_was_answered`."""

    @property
    def all(self) -> tuple[Request, ...]:
        """Every one of them."""
        return (*self.served, *(refusal.request for refusal in self.refused), *self.too_late, *self.answered)


_NO_REQUESTS = Answers((), (), (), ())
_NONE_REFUSED = Outcome(rule="refusals", reasons=("no request was refused",))


def answers(case: Case) -> Answers:
    """One request an hour for customers and one for agents, each by itself; a manager's always, at nobody's cost."""
    ticket, every = case.ticket, case.policy.escalation.requests_every.fixed
    requests = escalation_requests(case)
    if not requests:
        return _NO_REQUESTS
    served: list[Request] = []
    refused: list[TooSoon] = []
    too_late: list[Request] = []
    answered: list[Request] = []
    last: dict[bool, Request] = {}
    unproved_until = _risen_without_proof(ticket)
    for request in requests:
        party = request.actor is Actor.CUSTOMER
        before = last.get(party)
        too_soon = request.actor is not Actor.MANAGER and before is not None and request.at - before.at < every
        if Mark("refused", request.id) in ticket.marks:
            if before is not None and too_soon:
                refused.append(TooSoon(request, before, before.at + every))
            continue
        if Mark("request", request.id) in ticket.marks:
            pass
        elif _is_too_late(ticket, request):
            too_late.append(request)
            continue
        elif _was_answered(request, ticket, unproved_until):
            answered.append(request)
        elif before is not None and too_soon:
            refused.append(TooSoon(request, before, before.at + every))
            continue
        else:
            served.append(request)
        if request.actor is not Actor.MANAGER:
            last[party] = request
    return Answers(tuple(served), tuple(refused), tuple(too_late), tuple(answered))


def answer_notices(case: Case, given: Answers, at_top: tuple[Request, ...]) -> tuple[Notice, ...]:
    """What support is told of requests that raise no level; ``at_top`` are served where no level is above."""
    notices: list[Notice] = []
    if at_top:
        marks = _marks("request", at_top) | _marks("request-top", at_top)
        notices.append(Notice("escalation_at_top", {"requests": _who_and_when(at_top)}, marks))
    if given.answered:
        answered = {"requests": _who_and_when(given.answered)}
        notices.append(Notice("escalation_answered", answered, _marks("request", given.answered)))
    since = case.now - case.policy.intake.ask_within.fixed
    if late := [request for request in given.too_late if request.at >= since]:
        notices.append(Notice("escalation_too_late", {"requests": _who_and_when(late)}, _marks("request-late", late)))
    if refused := [one for one in given.refused if Mark("refused", one.request.id) not in case.ticket.marks]:
        requests = [refusal.request for refusal in refused]
        data: dict[str, Any] = {
            "requests": _who_and_when(requests),
            "every": case.policy.escalation.requests_every.fixed,
            "next": max(refusal.next for refusal in refused),
        }
        notices.append(Notice("escalation_refused", data, _marks("refused", requests)))
    return tuple(notices)


def refusals(case: Case) -> Outcome:
    """What customers are told of their requests that raised no level, once support has been told (R36).

    However often they ask within the hour, they are told once.
    """
    ticket, every = case.ticket, case.policy.escalation.requests_every.fixed
    if not ticket.was_noted("refused", "request-top"):
        return _NONE_REFUSED
    notices = [
        Notice("escalation_not_yet", {"next": refusal.next}, _marks("refused-told", [refusal.after]))
        for refusal in answers(case).refused
        if refusal.request.actor is Actor.CUSTOMER
        and Mark("refused", refusal.request.id) in ticket.marks
        and case.now < refusal.next
    ]
    top: list[Request] = []
    for request in escalation_requests(case):
        if request.actor is Actor.CUSTOMER and Mark("request-top", request.id) in ticket.marks:
            # Within the hour they have been told.
            top += [request] if not top or request.at - top[-1].at >= every else []
    if top := [request for request in top if case.now - request.at < every]:
        notices.append(Notice("escalation_highest", {}, _marks("request-told", top)))
    return Outcome(
        rule="refusals",
        notices=tuple({notice.marks: notice for notice in notices}.values()),
        reasons=("the customer hears why no level rises",) if notices else ("no refusal is younger than an hour",),
    )


def _is_too_late(ticket: Ticket, request: Request) -> bool:
    """The ticket was over when the request came, and was not opened again because of it; or a look before this one
    found it over and said so. Whoever of support opens it has read that note and decides."""
    changes = ticket.changes.get("state", ())
    before = [change.new for change in changes if change.at <= request.at]
    then = before[-1] if before else changes[0].old if changes else ticket.state
    if then.is_over:
        until = request.at + _REOPENS_WITHIN
        return not any(
            not change.new.is_over and request.at < change.at <= until and not change.actor.is_staff
            for change in changes
        )
    return ticket.state.is_over or Mark("request-late", request.id) in ticket.marks


def _was_answered(request: Request, ticket: Ticket, unproved_until: datetime | None) -> bool:
    """A note that names the request has lost its valid signature, or a level has risen since and its note is lost.

    What is older than the last thing done for it is not served anew: nobody is woken a second time for one request
    because a proof key was replaced or a note is gone. Support is told, and can ask again.
    """
    if unproved_until is not None and request.at <= unproved_until:
        return True
    return any(Mark(name, request.id) in ticket.refused_marks for name in ("request", "refused"))


def _risen_without_proof(ticket: Ticket) -> datetime | None:
    """When the connector last raised the level, by the history, without a note that proves it still.

    A note that is there names the requests that it answered. Level 1 has none, and what is set back to where it was
    before is no rise.
    """
    until, highest = None, 1
    for change in ticket.changes.get("escalation_level", ()):
        risen = max(highest, change.old or 0) < (change.new or 0)
        if risen and change.actor is Actor.CONNECTOR and Mark("level", change.new) not in ticket.marks:
            until = change.at
        highest = max(highest, change.old or 0, change.new or 0)
    return until


def _marks(name: Any, requests: Iterable[Request]) -> frozenset[Mark]:
    return frozenset(Mark(name, request.id) for request in requests)


def _who_and_when(requests: Iterable[Request]) -> list[Mapping[str, Any]]:
    return [{"who": request.actor, "at": request.at} for request in requests]
