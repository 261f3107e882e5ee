"""A ticket as it is once a decision has been written, as a helpdesk would show it."""

from datetime import datetime
from typing import Any

from connector.domain.decision import Decision, Outcome
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel
from connector.policy.models import Policy
from connector.rules.case import Case, Rule
from connector.rules.evaluate import unsaid
from connector.rules.trust import contest
from tests.builders import changed, moved, said


def decide(rule: Rule, ticket: Ticket, policy: Policy, now: datetime) -> Outcome:
    """What one rule decides, less what stands on the ticket already. Every outcome names its rule and its reasons."""
    outcome = rule(Case(ticket, policy, now))
    assert outcome.rule == rule.__name__
    assert outcome.reasons or rule is contest, "only a fight that there is not needs no reason"
    assert all(isinstance(reason, str) and reason for reason in outcome.reasons)
    return unsaid(outcome, ticket)


def with_values(ticket: Ticket, **values: Any) -> Ticket:
    """The same ticket with other values, and nothing remembered of the old ones."""
    held = {name: getattr(ticket, name) for name in Ticket.model_fields}
    return Ticket(**(held | values))


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
