"""Which values on a ticket count (R18, P20).

Customers can overwrite every ticket attribute through the helpdesk's API. A value that the rules depend on
counts only if the ticket's own history shows that the connector, the helpdesk itself or a person of support set
it; a customer's change is repaired and reported. Persons of support win: what they set stays.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, cast

from connector.counted import counted
from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome
from connector.domain.field import SetBy
from connector.domain.fields import CATALOGUE, NATIVE, set_by
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.worsening import is_worse, worse_noted

_NONE: frozenset[str] = frozenset()
_CONNECTOR = Actor.CONNECTOR
"""Looked at for each field that ever changed."""
_SUPPORTS = frozenset(set_by(SetBy.SUPPORT, SetBy.RULES))
_GUARDED = frozenset((*_SUPPORTS, *NATIVE))
"""What no customer may set."""

_RULES = frozenset(set_by(SetBy.RULES))
_NOT_COPIED = frozenset(set_by(SetBy.SUPPORT, SetBy.RULES, SetBy.REQUEST))

_CONTEST_WINDOW = timedelta(hours=1)
_CONTEST_ROUNDS = 3
_SAME_FIGHT = timedelta(days=1)
_STEPS_NAMED = 10


class Fight(NamedTuple):
    """The connector and somebody else set a field in turn."""

    rounds: int
    """In the last hour."""
    since: Change
    """The change by which the connector began it. A day without a round ends a fight: one that starts anew every hour
    is the same."""


def verified(ticket: Ticket) -> tuple[Ticket, Outcome]:
    """The ticket with the values that count, and the report on what was tampered with."""
    changed, fields = ticket.changes, ticket.fields
    held = vars(fields)
    empty = _empty_at_creation(ticket)
    filled = [field for field in empty if held[field] is not None and field not in changed] if empty else ()
    repairs: dict[str, Any] = dict.fromkeys(sorted(filled))
    for field, changes in changed.items():
        # What the connector wrote last counts in any field.
        last = changes[-1]
        if last.actor is not _CONNECTOR and not _counts(last, field):
            counted = _value_that_counts(ticket, field, changes)
            if counted != getattr(fields, field):
                repairs[field] = counted
    worse: tuple[Notice, ...] = ()
    for field in _corrected_by_support(ticket):
        counted, now = _last_by_support(changed[field]).new, getattr(fields, field)
        if is_worse(field, now, counted):
            worse = (worse_noted(field, counted, now, changed[field][-1].id),)
        elif counted != now:
            repairs[field] = counted
    if not repairs:
        return ticket, _TRUSTED._replace(notices=worse) if worse else _TRUSTED
    repaired = cast(Changes, _without_a_rise(ticket, repairs))
    outcome = Outcome(
        rule="trust",
        changes=repaired,
        notices=(*worse, *_reports(ticket, repairs)),
        reasons=tuple(
            f"{ticket.labels[field]} counts as {wording.value(counted)}: "
            f"{wording.value(getattr(ticket.fields, field))} was not set by support"
            for field, counted in sorted(repairs.items())
        ),
    )
    return ticket.with_changes(repaired), outcome


def _empty_at_creation(ticket: Ticket) -> frozenset[str]:
    """The fields that say nothing on a new ticket, whatever they were filled with.

    The rules' own count only where the connector has made the ticket: whoever splits off, clones or imports one brings
    along what was true of another. A customer sets nothing of support's either. And what a copy was made with are no
    requests and consents for this ticket; a person sets them again, which the history then shows.
    """
    if ticket.created_by is Actor.CONNECTOR:
        return _NONE
    if ticket.copied_from is not None and not is_known(ticket):
        return _NOT_COPIED
    return _RULES if ticket.created_by.is_trusted else _SUPPORTS


def is_known(ticket: Ticket) -> bool:
    """The connector has worked on the ticket. A link that somebody makes later tells nothing of how it began."""
    return any(change.actor is Actor.CONNECTOR for change in ticket.history) or any(
        article.author is Actor.CONNECTOR for article in ticket.articles
    )


def _without_a_rise(ticket: Ticket, repairs: Mapping[str, Any]) -> Mapping[str, Any]:
    """A level that is set back has not risen: nobody is called for it."""
    level = repairs.get("escalation_level")
    return {**repairs, "escalated_from": level} if level not in (None, ticket.fields.escalated_from) else repairs


def contested(ticket: Ticket, now: datetime) -> Mapping[str, Fight]:
    """Fields that somebody else keeps resetting (P12).

    Customers do not count: what they reset is repaired every time (P20).
    """
    contested_fields: dict[str, Fight] = {}
    # Where every field has been set but a few times nobody fights.
    if max(map(len, ticket.changes.values()), default=0) < 2 * _CONTEST_ROUNDS:
        return contested_fields
    for field, changes in ticket.changes.items():
        if len(changes) < 2 * _CONTEST_ROUNDS or changes[-1].at <= now - _CONTEST_WINDOW:
            continue
        rounds = [
            (ours, theirs)
            for ours, theirs in pairwise(changes)
            if ours.actor is Actor.CONNECTOR and theirs.actor is not Actor.CONNECTOR and theirs.actor.is_trusted
        ]
        recent = sum(theirs.at > now - _CONTEST_WINDOW for _, theirs in rounds)
        if recent >= _CONTEST_ROUNDS:
            contested_fields[field] = Fight(recent, _beginning(rounds))
    return contested_fields


def _beginning(rounds: Sequence[tuple[Change, Change]]) -> Change:
    since = rounds[-1][0]
    for ours, theirs in reversed(rounds):
        if since.at - theirs.at > _SAME_FIGHT:
            break
        since = ours
    return since


_NO_CONTEST, _ALL_PROVED, _TRUSTED = (Outcome(rule=name) for name in ("contest", "unproved", "trust"))


def contest(case: Case) -> Outcome:
    """Says on the ticket which fields the connector has stopped setting (P12)."""
    fights = contested(case.ticket, case.now)
    if not fights:
        return _NO_CONTEST
    return Outcome(
        rule="contest",
        notices=tuple(
            Notice("contested", {"field": field, "rounds": fight.rounds}, frozenset({_told(case.ticket, field, fight)}))
            for field, fight in sorted(fights.items())
        ),
        reasons=tuple(f"{case.ticket.labels[field]} is contested, left alone" for field in sorted(fights)),
        due=case.now + _CONTEST_WINDOW,
    )


def _told(ticket: Ticket, field: str, fight: Fight) -> Mark:
    """Version 0.1.0 did not say which fight it had told of: one that was on at the time."""
    of_any_fight = Mark("contested", field)
    told = ticket.marks.get(of_any_fight)
    if told is not None and told >= fight.since.at:
        return of_any_fight
    return Mark("contested", field, fight.since.id)


def unproved(case: Case) -> Outcome:
    """Says on the ticket which steps count as not done because the connector's own proof bears a wrong signature."""
    refused = case.ticket.refused_marks
    if not refused:
        return _ALL_PROVED
    data = {"steps": sorted(refused)[:_STEPS_NAMED], "more": max(0, len(refused) - _STEPS_NAMED)}
    return Outcome(
        rule="unproved",
        notices=(Notice("unproved", data, frozenset({Mark("unproved")})),),
        reasons=(
            counted(len(refused), "step has no valid proof and counts", "steps have no valid proof and count")
            + " as not done",
        ),
    )


def _counts(change: Change, field: str) -> bool:
    """A customer's change counts where the field is theirs to fill; a stranger's or machine's never does. What they
    make of the state is for the clocks to judge."""
    if field in _GUARDED:
        return change.actor.is_trusted
    return field not in CATALOGUE or change.actor.is_party


def _value_that_counts(ticket: Ticket, field: str, changes: tuple[Change, ...]) -> Any:
    """What somebody else than the customer set last, or what was there from the start."""
    for change in reversed(changes):
        if _counts(change, field):
            return change.new
    return None if field in _empty_at_creation(ticket) else changes[0].old


def _corrected_by_support(ticket: Ticket) -> tuple[str, ...]:
    """R18: support may correct the impact, and the correction is kept."""
    changes = ticket.changes.get("impact", ())
    return ("impact",) if any(change.actor.is_staff for change in changes) else ()


def _last_by_support(changes: tuple[Change, ...]) -> Change:
    return next(change for change in reversed(changes) if change.actor.is_trusted)


def _reports(ticket: Ticket, repairs: Mapping[str, Any]) -> tuple[Notice, ...]:
    """Each change of a customer's by itself, and what another ticket's fields brought along together."""
    along = [field for field in repairs if field not in ticket.changes and ticket.created_by.is_trusted]
    told = [_report(ticket, field, counted) for field, counted in sorted(repairs.items()) if field not in along]
    if along:
        marks = frozenset(Mark("repaired", field, "created") for field in along)
        # It may lie with a level's group that it is not at. Where it belongs, whoever made it knows.
        group = ticket.fields.group if "escalation_level" in along else None
        data = {"fields": [field for field in CATALOGUE if field in along], "group": group}
        told.append(Notice("brought_along", data, marks))
    return tuple(told)


def _report(ticket: Ticket, field: str, counted: Any) -> Notice:
    changes = ticket.changes.get(field, ())
    data = {"field": field, "set": getattr(ticket.fields, field), "counts": counted}
    return Notice("restored", data, frozenset({Mark("repaired", field, changes[-1].id if changes else "created")}))
