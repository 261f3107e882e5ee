"""R18: a worse statement of the customer always counts; support's correction holds against what was said before it."""

from typing import Any

import pytest

from connector.domain.person import Person
from connector.domain.ticket import Article, Change
from connector.domain.vocabulary import Actor, Channel, Impact, Urgency
from connector.rules.completeness import completeness
from connector.rules.evaluate import evaluate
from connector.rules.worsening import basis, is_worse
from tests.builders import at, changed, complete, default_policy, incident, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
SA, DEGRADED, NSA = Impact
ADA = Person(id="5", email="ada@harbour.example")


def states(impact: Impact, minute: float, **values: Any) -> Article:
    return said(f"Impact: {impact.value.replace('_', ' ')}", at(minutes=minute), **{"by": ADA, **values})


def impact_of(*articles: Article, now: Impact, history: tuple[Change, ...] = (), **values: Any) -> Any:
    ticket = incident(complete(impact=now), articles=(said("hello"), *articles), history=history, **values)
    return decide(completeness, ticket, POLICY, at(hours=2)).changes.get("impact", now)


CORRECTED = changed("impact", SA, NSA, at(minutes=10), Actor.AGENT)


@pytest.mark.parametrize(
    ("minute", "stated", "counts"), [(20, SA, SA), (20, DEGRADED, DEGRADED), (20, NSA, NSA), (5, SA, NSA)]
)
def test_after_a_correction_only_a_later_and_worse_statement_counts(
    minute: float, stated: Impact, counts: Impact
) -> None:
    assert impact_of(states(stated, minute), now=NSA, history=(CORRECTED,)) is counts


def test_the_next_correction_holds_again_and_so_does_the_next_worse_statement() -> None:
    taken = changed("impact", NSA, SA, at(minutes=21), Actor.CONNECTOR)
    again = changed("impact", SA, NSA, at(minutes=30), Actor.AGENT)
    worse = states(SA, 20)

    assert impact_of(worse, now=SA, history=(CORRECTED, taken)) is SA
    assert impact_of(worse, now=NSA, history=(CORRECTED, taken, again)) is NSA
    assert impact_of(worse, states(DEGRADED, 40), now=NSA, history=(CORRECTED, taken, again)) is DEGRADED


def test_a_calmer_statement_takes_a_worse_one_back_as_far_as_the_correction() -> None:
    corrected = changed("impact", NSA, DEGRADED, at(minutes=10), Actor.AGENT)
    taken = changed("impact", DEGRADED, SA, at(minutes=21), Actor.CONNECTOR)

    assert impact_of(states(SA, 20), states(NSA, 30), now=SA, history=(corrected, taken)) is DEGRADED


@pytest.mark.parametrize("creator", [Actor.CUSTOMER, Actor.AGENT])
@pytest.mark.parametrize("channel", list(Channel))
def test_what_was_chosen_at_creation_can_be_worsened_by_a_message(creator: Actor, channel: Channel) -> None:
    values: dict[str, Any] = {"created_by": creator, "channel": channel}

    assert impact_of(states(SA, 20), now=NSA, **values) is SA
    assert impact_of(states(NSA, 20), now=SA, **values) is SA


def test_so_can_the_urgency_unless_support_has_chosen_it() -> None:
    urgent = said("Urgency: high", at(minutes=20), by=ADA)
    by_form = incident(complete(urgency=Urgency.LOW), articles=(said("hello"), urgent))
    by_agent = incident(
        complete(urgency=Urgency.LOW),
        articles=(said("hello"), urgent),
        history=(changed("urgency", Urgency.HIGH, Urgency.LOW, at(minutes=10)),),
    )

    assert decide(completeness, by_form, POLICY, at(hours=1)).changes.get("urgency") is Urgency.HIGH
    assert "urgency" not in decide(completeness, by_agent, POLICY, at(hours=1)).changes


def test_support_reads_of_it_and_the_deferral_ends() -> None:
    """B6: everything is down now, in the middle of a deferral."""
    ticket = incident(
        complete(impact=NSA, urgency=Urgency.LOW),
        articles=(said("Fan noise."), said("Everything is completely down now!", at(minutes=20), by=ADA)),
        history=(CORRECTED,),
    )

    decision = evaluate(ticket, POLICY, at(minutes=21))

    assert decision.changes["impact"] is SA
    assert decision.note is not None
    assert not decision.note.public
    assert "The customer says now that it is worse" in decision.note.text


@pytest.mark.parametrize("by", [Person(id="9", email="noc@carrier.example"), Person(id="8", email="noreply@x.example")])
def test_nobody_else_makes_it_worse(by: Person) -> None:
    ticket = incident(complete(impact=NSA), articles=(said("hello"), states(SA, 20, by=by)), history=(CORRECTED,))
    assert evaluate(ticket, POLICY, at(minutes=21)).changes.get("impact") is None


def test_a_customers_calmer_field_is_no_basis() -> None:
    history = (CORRECTED, changed("impact", NSA, SA, at(minutes=20), Actor.CUSTOMER))
    calmer = (*history, changed("impact", SA, DEGRADED, at(minutes=30), Actor.CUSTOMER))

    assert basis(incident(complete(impact=SA), history=history), "impact") == (SA, at(minutes=20))
    assert basis(incident(complete(impact=DEGRADED), history=calmer), "impact") == (SA, at(minutes=20))
    assert basis(incident(), "circuit_id") is None


def test_the_order_of_impacts() -> None:
    assert is_worse("impact", SA, DEGRADED)
    assert is_worse("impact", DEGRADED, NSA)
    assert not is_worse("impact", NSA, NSA)
    assert not is_worse("impact", SA, None)
    assert not is_worse("impact", None, NSA)
