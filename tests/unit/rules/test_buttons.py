"""Buttons on a ticket's page: the customer's plain word, whatever stands beside it (R27, R34, R39)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, CustomerAct
from connector.rules.case import Case
from connector.rules.evaluate import evaluate
from connector.rules.requests import customer_consents, escalation_requests, rfo_words
from connector.rules.spoken import spoken
from tests.builders import T0, at, changed, default_policy, incident, said
from tests.unit.rules.deferrals import EVENING, OPENING, POLICY, QUIET, decided

AGAINST = "Do not escalate! We withdraw everything, no RFO, unless somebody agrees."


def pressed(act: CustomerAct, when: datetime = T0, words: str = "", **values: Any) -> Article:
    return said(f"A sentence of ours.\n\n{words}", when, act=act, channel=Channel.PANEL, **values)


def case(*articles: Article, **values: Any) -> Case:
    return Case(incident(articles=articles, **values), default_policy(), at(minutes=5))


@pytest.mark.parametrize("words", [AGAINST, "", "Nobody answers.", "Please escalate, and send us the RFO."])
def test_a_button_is_a_request_whatever_the_reason_says(words: str) -> None:
    article = pressed(CustomerAct.ESCALATE, words=words)

    requests = escalation_requests(case(article))

    assert [(request.ref, request.actor) for request in requests] == [(article.id, Actor.CUSTOMER)]
    assert rfo_words(case(article)).standing == ()
    # Nothing of it is put to support as unclear either.
    assert [len(mentions) for mentions in spoken(case(article).ticket, default_policy())] == [1, 0, 0]


def test_a_button_raises_one_level_and_the_note_quotes_the_reason() -> None:
    ticket = incident(articles=(pressed(CustomerAct.ESCALATE, words="Nobody answers."),))

    decision = evaluate(ticket, default_policy(), at(minutes=1))

    assert decision.changes["escalation_level"] == 2
    assert decision.note is not None
    assert "Nobody answers" in decision.note.text


def test_the_second_button_of_an_hour_is_refused() -> None:
    first = pressed(CustomerAct.ESCALATE, T0 + timedelta(minutes=1), "Now.")
    second = pressed(CustomerAct.ESCALATE, T0 + timedelta(minutes=20), "Again.")

    decision = evaluate(incident(articles=(first, second)), default_policy(), at(minutes=21))

    assert decision.changes["escalation_level"] == 2
    assert decision.note is not None
    assert any(mark.startswith("refused") for mark in decision.note.marks)


def test_an_rfo_is_requested_by_a_button() -> None:
    article = pressed(CustomerAct.REQUEST_RFO)

    assert [request.ref for request in rfo_words(case(article)).standing] == [article.id]


def deferred(*articles: Article) -> Ticket:
    support = changed("deferral_support", None, True, EVENING)
    return incident(QUIET.model_copy(update={"deferral_support": True}), history=(support,), articles=articles)


def until(ticket: Ticket, minutes: float) -> Any:
    return decided(ticket, minutes).changes.get("deferred_until")


def test_consent_is_given_and_withdrawn_by_buttons() -> None:
    yes = pressed(CustomerAct.DEFER, EVENING + timedelta(minutes=5))
    no = pressed(CustomerAct.WITHDRAW, EVENING + timedelta(minutes=6))
    again = pressed(CustomerAct.DEFER, EVENING + timedelta(minutes=7))

    assert until(deferred(yes), 8) == OPENING
    assert until(deferred(yes, no), 8) is None
    assert until(deferred(yes, no, again), 8) == OPENING


def test_words_take_back_what_a_button_gave() -> None:
    yes = pressed(CustomerAct.DEFER, EVENING + timedelta(minutes=5))
    no = said("Please carry on now.", EVENING + timedelta(minutes=6))

    assert until(deferred(yes, no), 8) is None
    assert customer_consents(Case(deferred(yes), POLICY, EVENING + timedelta(minutes=8))) != []


@pytest.mark.parametrize("author", [each for each in Actor if each is not Actor.CUSTOMER])
def test_a_button_is_the_customers_alone(author: Actor) -> None:
    ticket = incident(articles=(pressed(CustomerAct.ESCALATE, author=author),))

    assert spoken(ticket, default_policy()) == ((), (), ())
