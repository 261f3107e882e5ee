"""A ticket as it is once a decision has been written, as a helpdesk would show it."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from connector.domain.changes import Changes
from connector.domain.decision import Decision, NewTicket, Note, Outcome
from connector.domain.fields import Fields
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.policy.models import Policy
from connector.rules.case import Case, Rule
from connector.rules.evaluate import as_note, unsaid
from connector.rules.trust import contest
from tests.builders import changed, moved, said


class Decided(NamedTuple):
    """An :class:`Outcome` whose notices are written out."""

    changes: Changes
    state: TicketState | None
    notes: tuple[Note, ...]
    creates: tuple[NewTicket, ...]
    touches: tuple[str, ...]
    reasons: tuple[str, ...]
    due: datetime | None
    again: bool


_worded: set[tuple[str, ...]] = set()
"""Messages that were put into words, by name and what of their data was there."""


def told(rule: Rule, case: Case) -> Outcome:
    """What a rule says of a case. It bears the rule's name and its reasons, changes fields that there are, and its
    messages can be put into words and prove a step that is known."""
    outcome = rule(case)
    assert outcome.rule == rule.__name__
    assert outcome.changes.keys() <= Fields.model_fields.keys()
    assert outcome.reasons is not None
    if isinstance(outcome.reasons, tuple):
        # Others are put into words when somebody asks for them.
        assert outcome.reasons or not any(outcome[1:]), "only what says and changes nothing needs no reason"
        assert all(isinstance(reason, str) and reason for reason in outcome.reasons)
    for notice in outcome.notices:
        assert all(mark.name is not None and "None" not in mark.parts for mark in notice.marks)
        there = (notice.message, *(name for name, value in notice.data.items() if value is not None))
        if there not in _worded and (note := as_note([notice], case.ticket, case.policy)):
            assert note.text
            _worded.add(there)
    return outcome


def decide(rule: Rule, ticket: Ticket, policy: Policy, now: datetime) -> Decided:
    """What one rule decides, less what stands on the ticket already."""
    outcome = told(rule, Case(ticket, policy, now))
    assert outcome.reasons or rule is contest, "only a fight that there is not needs no reason"
    return shown(outcome, ticket, policy)


def shown(outcome: Outcome, ticket: Ticket, policy: Policy) -> Decided:
    """The outcome as people see it."""
    left = unsaid(outcome, ticket)
    notes = tuple(note for notice in left.notices if (note := as_note([notice], ticket, policy)))
    return Decided(
        left.changes, left.state, notes, left.creates, left.touches, tuple(left.reasons), left.due, left.again
    )


def with_values(ticket: Ticket, **values: Any) -> Ticket:
    """The same ticket with other values, and nothing remembered of the old ones."""
    return replace(ticket, **values)


def written(ticket: Ticket, decision: Decision, when: datetime) -> Ticket:
    """Changes stand in the fields and in the history, the note among the articles."""
    history = tuple(
        changed(field, getattr(ticket.fields, field), value, when, Actor.CONNECTOR)
        for field, value in decision.changes.items()
    )
    if decision.state is not None:
        history += (moved(ticket.state, decision.state, when, Actor.CONNECTOR),)
    return with_values(
        ticket,
        state=decision.state or ticket.state,
        fields=ticket.fields.model_copy(update=dict(decision.changes)),
        history=(*ticket.history, *history),
        articles=(*ticket.articles, *_told(decision, when)),
    )


def _told(decision: Decision, when: datetime) -> tuple[Article, ...]:
    note = decision.note
    if note is None:
        return ()
    return (
        said(
            note.text,
            when,
            Actor.CONNECTOR,
            subject=note.title,
            channel=Channel.NOTE,
            internal=not note.public,
            marks=note.marks,
        ),
    )
