"""The customer's language on the ticket, and one notice that support reads English (R6)."""

from typing import Any

import pytest

from connector.domain.fields import Fields
from connector.domain.person import Customer
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, Silence, TicketState, WrittenLanguage
from connector.rules.evaluate import evaluate
from connector.rules.language import language
from tests.builders import T0, at, changed, complete, default_policy, incident, said
from tests.unit.rules.passes import Decided, decide, written

POLICY = default_policy()
GERMAN = "Guten Tag, unsere Leitung ist seit heute Morgen komplett ausgefallen. Bitte prüfen Sie das umgehend."
ENGLISH = "Good morning, our line has been down since eight this morning. Please check and call me back."


def opened(*articles: Article, **more: Any) -> Ticket:
    return incident(articles=articles or (said(GERMAN),), **more)


def looked(ticket: Ticket, **when: float) -> Decided:
    """What the rule decides, by default a minute after the ticket was opened."""
    return decide(language, ticket, POLICY, at(**(when or {"minutes": 1})))


def test_the_language_is_kept_and_told_in_the_letter_that_asks_for_details() -> None:
    decision = evaluate(opened(fields=Fields(priority=Priority.P3, group="service_desk")), POLICY, at(minutes=1))

    assert decision.changes["language"] is WrittenLanguage.GERMAN
    assert decision.note is not None
    assert decision.note.public
    assert {"asked", "english-only"} <= {str(mark) for mark in decision.note.marks}
    asked, english = (decision.note.text.index(words) for words in ("please also tell us", "One word about language"))
    assert asked < english < decision.note.text.index("nur auf Englisch")


def test_it_is_told_once_whatever_is_written_later() -> None:
    ticket = opened()
    for seconds in (1, 2, 3):
        ticket = written(ticket, evaluate(ticket, POLICY, at(seconds=seconds)), at(seconds=seconds))
    french = "Ça ne marche toujours pas du tout ici, merci de nous répondre rapidement."
    again = ticket.model_copy(update={"articles": (*ticket.articles, said(french, at(hours=1)))})

    assert ticket.fields.language is WrittenLanguage.GERMAN
    assert any("english-only" in article.marks for article in ticket.articles)
    for later in (ticket, again):
        assert looked(later, hours=2).changes == {}
        assert looked(later, hours=2).notes == ()


def test_english_is_kept_in_silence() -> None:
    decided = looked(opened(said(ENGLISH)))

    assert decided.changes == {"language": WrittenLanguage.ENGLISH}
    assert decided.notes == ()


@pytest.mark.parametrize(
    "ticket",
    [
        opened(said("Leitung tot")),
        opened(said(GERMAN, author=Actor.MACHINE)),
        opened(said(GERMAN, author=Actor.STRANGER)),
        opened(said(GERMAN, author=Actor.AGENT, channel=Channel.PHONE), created_by=Actor.AGENT),
        opened(fields=Fields(language=WrittenLanguage.ENGLISH)),
        opened(history=(changed("language", WrittenLanguage.GERMAN, None, T0, Actor.AGENT),)),
    ],
    ids=["short", "machine", "stranger", "phone", "chosen at creation", "emptied by support"],
)
def test_nothing_is_said_and_nothing_changes(ticket: Ticket) -> None:
    decided = looked(ticket)

    assert decided.changes == {}
    assert decided.notes == ()


@pytest.mark.parametrize(
    ("ticket", "minutes"),
    [
        (opened(customer=Customer(id="7", silence=Silence.NO_ADDRESS)), 1),
        (opened(state=TicketState.CLOSED), 1),
        (opened(), 60 * 24 * 30),
        (opened(said(GERMAN), said("Wir kümmern uns darum.", at(minutes=1), Actor.AGENT)), 2),
    ],
    ids=["no address", "closed", "old", "support has answered"],
)
def test_the_language_is_kept_without_a_letter(ticket: Ticket, minutes: float) -> None:
    decided = looked(ticket, minutes=minutes)

    assert decided.changes == {"language": WrittenLanguage.GERMAN}
    assert decided.notes == ()


def test_the_choice_of_support_stays() -> None:
    by_hand = changed("language", WrittenLanguage.GERMAN, WrittenLanguage.DUTCH, at(minutes=30))
    chosen = opened(fields=complete(language=WrittenLanguage.DUTCH), history=(by_hand,))

    assert looked(chosen, hours=1).changes == {}
    assert looked(chosen, hours=1).notes == ()
