"""What is none of the rules' business: other departments' tickets, and those from before the installation."""

from datetime import timedelta

from connector.domain.mark import Mark
from connector.domain.vocabulary import Actor, TicketKind
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, complete, default_policy, incident, said
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
