"""What notes prove, to the letter: by a wrong mark a customer would be told twice, or never (P2)."""

import pytest

from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, Channel, Impact, Priority, PrioritySource, TicketState
from connector.rules.deferral import deferral
from connector.rules.evaluate import evaluate
from connector.rules.priority import priority
from connector.rules.rfo import rfo
from connector.rules.trust import unproved
from tests.builders import at, changed, complete, default_policy, incident, moved, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
EVENING = at(hours=9)
"""Monday, 20:00 in Berlin: the next opening is Tuesday at 08:00 UTC."""
QUIET = complete(impact=Impact.NON_SERVICE_AFFECTING, urgency="high", deferral_support=True, problem_start=EVENING)
SUPPORT = changed("deferral_support", None, True, EVENING)
AGREES = said("I agree to the deferral.", EVENING)
ASKS = said("Please send us the RFO.", at(hours=1))
OVER = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2))


def test_a_deferral_and_its_end() -> None:
    agreed = incident(QUIET, history=(SUPPORT,), articles=(AGREES,))
    assert [told.marks for told in decide(deferral, agreed, POLICY, EVENING).notes] == [
        {"deferred-20261124T0800"},
        {"deferral-told-20261124T0800"},
    ]

    begun = changed("deferred_until", None, at(hours=22), EVENING, Actor.CONNECTOR)
    worse = QUIET.model_copy(update={"deferred_until": at(hours=22), "impact": Impact.SERVICE_AFFECTING})
    ended = incident(worse, history=(SUPPORT, begun), articles=(AGREES,))
    (told,) = decide(deferral, ended, POLICY, EVENING).notes
    assert f"deferral-ended-20261124T0800-{begun.id}" in told.marks


def test_a_deferral_that_is_refused() -> None:
    worse = QUIET.model_copy(update={"impact": Impact.SERVICE_AFFECTING})
    (told,) = decide(deferral, incident(worse, history=(SUPPORT,)), POLICY, EVENING).notes
    assert told.marks == {f"deferral-refused-h{SUPPORT.id}"}


@pytest.mark.parametrize(
    ("of", "mark"), [(Priority.P1, "rfo-due-20261130T1200"), (Priority.P3, f"rfo-declined-a{ASKS.id}")]
)
def test_an_rfo_promised_and_declined(of: Priority, mark: str) -> None:
    ticket = incident(complete(priority=of), state=TicketState.CLOSED, history=(OVER,), articles=(ASKS,))
    (told,) = decide(rfo, ticket, POLICY, at(hours=3)).notes
    assert told.marks == {mark}


def test_a_priority_that_changes() -> None:
    earlier = changed("priority", None, Priority.P4, at(), Actor.CONNECTOR)
    fields = complete(priority=Priority.P4, priority_source=PrioritySource.MATRIX)
    (told,) = decide(priority, incident(fields, history=(earlier,)), POLICY, at(minutes=1)).notes
    assert told.marks == {f"priority-P3-{earlier.id}"}
    (told,) = decide(priority, incident(fields), POLICY, at(minutes=1)).notes
    assert told.marks == {"priority-P3-created"}


@pytest.mark.parametrize(("count", "more"), [(1, ""), (10, ""), (12, " and 2 more")])
def test_proofs_with_a_wrong_signature(count: int, more: str) -> None:
    steps = [f"level-{number}" for number in range(1, count + 1)]
    article: Article = said(
        "", author=Actor.CONNECTOR, channel=Channel.NOTE, internal=True, refused_marks=frozenset(steps)
    )
    ticket = incident(articles=(article,))

    (told,) = decide(unproved, ticket, POLICY, at(minutes=1)).notes

    assert told.marks == {"unproved"}
    assert not told.public
    assert f"not valid: {', '.join(sorted(steps)[:10])}{more}. " in told.text
    assert "unproved" in {
        mark for note in [evaluate(ticket, POLICY, at(minutes=1)).note] if note for mark in note.marks
    }
