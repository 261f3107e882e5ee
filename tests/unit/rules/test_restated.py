"""R15, R16, R19: what a customer says otherwise later changes nothing by itself, and support is told once."""

import pytest

from connector.domain.decision import Note
from connector.domain.ticket import Article, Change
from connector.domain.vocabulary import Actor
from connector.rules.completeness import completeness
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
FIRST = said("The line is slow.", id="1")


def told(*articles: Article, history: tuple[Change, ...] = (), days: float = 0) -> list[Note]:
    """The notes about another detail, half an hour or so many days after the ticket was opened."""
    ticket = incident(complete(circuit_id="HAM-ETH-0108"), articles=(FIRST, *articles), history=history)
    outcome = decide(completeness, ticket, POLICY, at(hours=24 * days, minutes=30))
    assert not {"service_id", "circuit_id", "problem_start"} & outcome.changes.keys()
    return [one for one in outcome.notes if one.title == "The customer states another detail, please check"]


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("Service ID: SVC-1006", "SVC-1006"),
        ("Sorry, the affected service is SVC-1006, not SVC-1005.", "SVC-1006"),
        ("Circuit ID: HAM-ETH-0109", "HAM-ETH-0109"),
        ("Start time: 2026-11-23 08:00 UTC", "08:00 UTC"),
        ("It failed at 08:00 UTC already.", "08:00 UTC"),
    ],
)
def test_support_is_told_of_another_detail(words: str, quoted: str) -> None:
    (written,) = told(said(words, at(minutes=20), id="2"))

    said_otherwise = written.text.split("\n")[1]
    assert said_otherwise.startswith("- ")
    assert quoted in said_otherwise
    assert not written.public


@pytest.mark.parametrize(
    "words", ["Service ID: SVC-1005", "It is not SVC-1006 but SVC-1005.", "Any news?", "Thank you."]
)
def test_nothing_is_told_of_what_says_the_same_or_nothing(words: str) -> None:
    assert told(said(words, at(minutes=20))) == []


def test_it_is_told_once_for_each_message_and_not_of_old_ones() -> None:
    message = said("Service ID: SVC-1006", at(minutes=20), id="2")

    assert told(message, note({"restated-2"}, at(minutes=21))) == []
    assert told(message, days=8) == []


def test_it_is_settled_once_support_sets_the_field() -> None:
    message = said("Service ID: SVC-1006", at(minutes=20), id="2")

    assert told(message, history=(changed("service_id", "SVC-1005", "SVC-1005", at(minutes=25), Actor.AGENT),)) == []
    assert told(message, history=(changed("service_id", None, "SVC-1005", T0, Actor.AGENT),)) != []


def test_strangers_and_support_state_nothing_else() -> None:
    assert told(said("Service ID: SVC-1006", at(minutes=20), Actor.STRANGER)) == []
    assert told(said("Service ID: SVC-1006", at(minutes=20), Actor.AGENT)) == []
