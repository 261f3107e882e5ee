"""Reasons without the words of those who wrote on the ticket."""

import json

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.decision import Decision
from connector.domain.person import Customer
from connector.domain.vocabulary import Actor
from connector.operations.explanation import as_data
from connector.operations.quoting import without_quotations
from connector.rules.evaluate import evaluate
from tests.builders import T0, complete, default_policy, incident, said

STORY = "The zephyrine on quay four is dead again, quoth bumblethorpe. Would it make sense to escalate the zephyrine?"


def cleaned(reason: str, body: str = STORY, **fields: object) -> str:
    ticket = incident(fields=complete(**fields), articles=(said(body),), title="Quagmire at the quay")
    return without_quotations(ticket, Decision(()))(reason)


def test_what_was_quoted_is_gone_and_what_the_rules_say_stays() -> None:
    reason = (
        "message 7 at 2026-11-23 10:00 UTC may be about escalation: 'Would it make sense to escalate the zephyrine?'"
    )
    assert cleaned(reason) == "message 7 at 2026-11-23 10:00 UTC may be about escalation: …"
    assert cleaned("Description from the customer's text: the zephyrine on quay four is dead") == (
        "Description from the customer's text: …"
    )
    assert cleaned("unclear: Did it begin on ZEPHYRINE ON  quay at 09:40?") == "unclear: Did it begin on … at 09:40?"


def test_titles_names_and_fields_of_people_are_gone_also_when_they_are_short() -> None:
    assert cleaned("it is called Quagmire at the quay") == "it is called …"
    assert cleaned("Test results from the customer's text: mtr", test_results="mtr") == (
        "Test results from the customer's text: …"
    )


def test_terms_of_the_rules_stay_although_the_customer_used_them() -> None:
    said_so = "Impact: service affecting\nUrgency: high\nStart time: 2026-11-23 09:40 UTC"
    for reason in ("P1: impact service affecting × urgency high", "first response was due 2026-11-23 10:15 UTC"):
        assert cleaned(reason, body=said_so) == reason


def test_the_connectors_own_messages_are_no_quotations() -> None:
    note = said("the customer hears of level 2", author=Actor.CONNECTOR)
    ticket = incident(articles=(note,))
    assert without_quotations(ticket, Decision(()))("the customer hears of level 2") == "the customer hears of level 2"


def test_an_explanation_holds_no_word_of_a_customer_and_says_what_was_read() -> None:
    customer = Customer(id="7", name="Ada Lovelace", email="ada@harbour.example")
    ticket = incident(articles=(said(STORY),), title="Quagmire", customer=customer)
    policy = default_policy()
    data = json.dumps(as_data(ticket, evaluate(ticket, policy, T0), policy, T0), ensure_ascii=False)
    for word in ("zephyrine", "bumblethorpe", "Quagmire", "Lovelace", "harbour.example"):
        assert word.casefold() not in data.casefold()
    assert "requested by the customer (message contains …)" in data


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyzäöü", min_size=4, max_size=9), min_size=3, max_size=12, unique=True))
def test_no_three_words_of_a_message_in_a_row_are_left(words: list[str]) -> None:
    body = " ".join(words)
    left = cleaned(f"seen: {body} and more", body=body)
    assert not any(" ".join(words[at : at + 3]) in left for at in range(len(words) - 2))


def test_words_of_other_tickets_that_were_read_are_gone_and_their_numbers_stay() -> None:
    other = incident(articles=(said(STORY),), title="Quagmire").model_copy(update={"id": "8", "number": "41008"})
    ticket = incident(fields=complete(duplicate_of="41008")).model_copy(update={"others": (other,)})
    cut = without_quotations(ticket, Decision(()))
    assert cut("it goes on under 41008: the zephyrine on quay, Quagmire") == "it goes on under 41008: …, …"
