"""What is none of the rules' business: other departments' tickets, and those from before the installation."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import Article, MergedTicket, Ticket
from connector.domain.vocabulary import Actor, TicketKind, TicketState
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.passes import written

POLICY = default_policy().model_copy(update={"applies_since": T0})
WORDS = said("Please escalate this ticket. Send us the RFO.", at(days=3), Actor.CUSTOMER)


def test_an_older_ticket_is_left_alone_whatever_was_said_on_it() -> None:
    before = said("Please escalate this ticket.", T0 - timedelta(days=1))
    old = incident(
        created_at=T0 - timedelta(days=2), articles=(before, said("Any news?", at(days=3))), updated_at=at(days=3)
    )

    decision = evaluate(old, POLICY, at(days=4))

    assert decision.writes_nothing
    assert decision.due is None
    assert decision.outcomes[0].reasons == ("the ticket was created before the policy applies (2026-11-23 10:00 UTC)",)


def test_a_request_on_an_older_ticket_is_told_to_support_once() -> None:
    old = incident(created_at=T0 - timedelta(days=2), articles=(WORDS,), updated_at=at(days=3))

    first = evaluate(old, POLICY, at(days=4))

    assert first.note is not None
    assert (first.note.public, first.note.marks) == (False, frozenset({Mark("older")}))
    assert not first.changes
    assert not first.creates
    assert "applies_since" in first.note.text
    assert evaluate(written(old, first, at(days=4)), POLICY, at(days=5)).writes_nothing


def test_a_ticket_of_that_moment_is_under_the_rules() -> None:
    assert evaluate(incident(created_at=T0, articles=(WORDS,)), POLICY, at(days=4)).note is not None


def test_another_departments_ticket_is_left_alone() -> None:
    decision = evaluate(incident(complete(group="HR"), kind=TicketKind.OTHER, articles=(WORDS,)), POLICY, at(days=9))

    assert decision.writes_nothing
    assert decision.due is None
    assert "HR" in decision.outcomes[0].reasons[0]


def test_a_ticket_that_comes_into_scope_counts_from_then() -> None:
    fields = complete(priority="P3")
    here_from_the_start = incident(fields)
    came = incident(fields, created_at=T0 - timedelta(days=5), outside=((T0 - timedelta(days=5), T0),))
    policy = default_policy()

    levels = {
        evaluate(ticket, policy, at(hours=9)).changes.get("escalation_level") for ticket in (came, here_from_the_start)
    }
    limits = {
        evaluate(ticket, policy, at(hours=9)).changes.get("repair_due_at") for ticket in (came, here_from_the_start)
    }

    assert levels == {2}
    assert limits == {at(hours=48)}


# Moved to another department


def moved_away(actor: Actor = Actor.AGENT, noted: datetime = T0, **values: Any) -> Ticket:
    """The rules noted something at ``noted``; an hour after T0 somebody gave the ticket to HR."""
    move = changed("group", "intake", "HR", at(hours=1), actor)
    held: dict[str, Any] = {"history": (move,), "articles": (note({"level-2"}, noted),), "kind": TicketKind.OTHER}
    return incident(complete(group="HR"), **(held | values))


def test_whoever_moves_a_ticket_out_of_the_rules_reach_is_told_once_that_they_have_stopped() -> None:
    ticket = moved_away()
    decision = evaluate(ticket, default_policy(), at(hours=2))

    assert decision.note is not None
    assert (decision.note.public, decision.note.marks) == (
        False,
        frozenset({Mark("left-scope", ticket.history[-1].id)}),
    )
    assert "HR" in decision.note.text
    assert [(one.rule, one.changes) for one in decision.outcomes] == [("scope", {})]
    assert "group HR" in decision.outcomes[0].reasons[0]
    told = moved_away(history=ticket.history, articles=(*ticket.articles, note(set(decision.note.marks))))
    assert evaluate(told, default_policy(), at(hours=3)).note is None


@pytest.mark.parametrize(
    ("ticket", "is_told"),
    [
        (moved_away(Actor.CUSTOMER), True),
        (moved_away(noted=at(hours=1)), True),
        (moved_away(noted=at(hours=2)), False),
        (moved_away(Actor.CONNECTOR), False),
        (moved_away(articles=()), False),
        (moved_away(history=()), False),
        (moved_away(state=TicketState.CLOSED), False),
    ],
    ids=["by-anybody", "noted-then", "noted-later", "by-the-rules", "never-noted", "never-moved", "over"],
)
def test_only_where_the_rules_had_worked_on_it_before(ticket: Ticket, is_told: bool) -> None:
    assert (evaluate(ticket, default_policy(), at(hours=3)).note is not None) is is_told


def test_a_group_that_nobody_knows_is_said_so() -> None:
    decision = evaluate(incident(complete(group=None), kind=TicketKind.OTHER), default_policy(), T0)

    assert "group unknown" in decision.outcomes[0].reasons[0]


# From before the installation


LATER = at(days=3)


def old(*articles: Article, updated_at: datetime = LATER, **values: Any) -> Ticket:
    return incident(created_at=T0 - timedelta(days=2), articles=articles, updated_at=updated_at, **values)


@pytest.mark.parametrize(
    ("ticket", "is_told"),
    [
        (old(said("Please escalate this ticket.", at())), True),
        (old(said("Please send us the RFO.", at())), True),
        (old(said("Please escalate this ticket.", at(seconds=-1))), False),
        (old(WORDS, updated_at=at()), True),
        (old(WORDS, updated_at=at(seconds=-1)), False),
        (old(WORDS, kind=TicketKind.RFO_TASK), False),
    ],
    ids=["escalation", "rfo", "before", "changed-then", "unchanged-since", "no-incident"],
)
def test_what_is_asked_for_since_the_rules_came_is_told(ticket: Ticket, is_told: bool) -> None:
    assert (evaluate(ticket, POLICY, at(days=4)).note is not None) is is_told


def test_the_first_request_is_told_with_who_when_and_the_words() -> None:
    rfo, escalation = said("Send us the RFO.", at(days=1)), said("Please escalate this ticket.", at(days=2))
    decision = evaluate(old(rfo, escalation), POLICY, at(days=4))

    assert decision.note is not None
    assert "Tue 24 Nov 2026 11:00 CET (10:00 UTC)" in decision.note.text
    assert "Send us the RFO" in decision.note.text
    assert "customer" in decision.note.text
    assert "Mon 23 Nov 2026 11:00 CET (10:00 UTC)" in decision.note.text, "since when the rules apply"


def merged_ticket(created: datetime) -> MergedTicket:
    values: dict[str, Any] = {"created_by": Actor.CUSTOMER, "state": TicketState.CANCELLED, "fields": complete()}
    return MergedTicket(id=TicketId("3"), number="41003", created_at=created, **values)


def test_what_an_older_ticket_brings_by_a_merge_counts_for_nothing() -> None:
    """Neither its age nor what was asked for on it."""
    before = T0 - timedelta(days=30)
    asked = said("Please escalate this ticket. Send us the RFO.", before)
    words, older = (asked, said("The line is slow.", T0)), (merged_ticket(before),)
    new = incident(articles=words, merged=older, created_by=Actor.CONNECTOR)

    decision = evaluate(new, POLICY, at(hours=1))

    assert (decision.changes["escalation_level"], decision.changes.get("rfo_status")) == (1, None)
    assert decision.note is None


def test_a_ticket_that_is_merged_into_an_older_one_is_missed_aloud_once() -> None:
    old = incident(created_at=T0 - timedelta(days=2), merged=(merged_ticket(at(days=1)),), updated_at=at(days=1))

    first = evaluate(old, POLICY, at(days=1))

    assert first.note is not None
    assert "41003 was merged into this ticket" in first.note.text
    assert evaluate(written(old, first, at(days=1)), POLICY, at(days=2)).writes_nothing
    closed = old.model_copy(update={"state": TicketState.CLOSED})
    assert evaluate(closed, POLICY, at(days=1)).note is None


@pytest.mark.parametrize("kind", [TicketKind.PROBLEM, TicketKind.RFO_TASK])
def test_an_incident_that_lies_where_it_is_none_is_missed_aloud_once(kind: TicketKind) -> None:
    move = changed("group", "intake", "problems", at(hours=2))
    values: dict[str, Any] = {"kind": kind, "history": (move,), "articles": (note({"level-2"}, at(hours=1)),)}
    incidents = incident(complete(group="problems", repair_due_at=at(hours=4)), **values)
    record = incident(complete(group="problems"), **values)

    def noted(ticket: Ticket) -> bool:
        decision = evaluate(ticket, default_policy(), at(hours=3))
        return decision.note is not None and Mark("left-scope", move.id) in decision.note.marks

    assert [noted(ticket) for ticket in (incidents, record)] == [True, False]
    told = incidents.model_copy(update={"articles": (*incidents.articles, note({f"left-scope-{move.id}"}))})
    assert not noted(told)
    made = incidents.model_copy(update={"created_by": Actor.CONNECTOR})
    assert not noted(made)
