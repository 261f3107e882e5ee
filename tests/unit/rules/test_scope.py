"""``applies_since``: tickets from before the installation are left alone."""

from datetime import timedelta

from connector.domain.vocabulary import Actor
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, default_policy, incident, said

POLICY = default_policy().model_copy(update={"applies_since": T0})
WORDS = said("Please escalate this ticket. Send us the RFO.", at(days=3), Actor.CUSTOMER)


def test_an_older_ticket_is_left_alone_whatever_is_said_on_it() -> None:
    old = incident(created_at=T0 - timedelta(microseconds=1), articles=(WORDS,))

    decision = evaluate(old, POLICY, at(days=4))

    assert decision.writes_nothing
    assert decision.due is None
    assert decision.outcomes[0].reasons == ("the ticket was created before the policy applies (2026-11-23 10:00 UTC)",)


def test_a_ticket_of_that_moment_is_under_the_rules() -> None:
    assert evaluate(incident(created_at=T0, articles=(WORDS,)), POLICY, at(days=4)).note is not None
