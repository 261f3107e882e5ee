"""R27, R34, R39: what people ask for or agree to, by message or by field."""

import pytest

from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, Channel
from connector.rules.case import Case
from connector.rules.escalation import escalation
from connector.rules.requests import customer_consents, escalation_requests, rfo_requests, rfo_words
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.passes import decide

POLICY = default_policy()


@pytest.mark.parametrize("name", POLICY.escalation.request_phrases)
def test_every_word_of_the_policy_names_an_escalation(name: str) -> None:
    wish = f"We want the {name.replace('*', 'e')} now."
    (request,) = escalation_requests(Case(incident(articles=(said(f"Hello,\n{wish.upper()}"),)), POLICY, T0))

    assert request.actor is Actor.CUSTOMER
    assert request.said == wish.upper().rstrip(".")


@pytest.mark.parametrize("name", POLICY.rfo.request_phrases)
def test_every_word_of_the_policy_names_an_rfo_in_html_too(name: str) -> None:
    html = f"<p>Dear all,</p><p>we need the {name.replace('ö', '&ouml;').replace('*', '')}</p>"

    assert len(rfo_requests(Case(incident(articles=(said(html, is_html=True),)), POLICY, T0))) == 1


@pytest.mark.parametrize(
    "article",
    [
        said("please escalate", author=Actor.AGENT),
        said("please escalate", author=Actor.CONNECTOR),
        said("please escalate", author=Actor.SYSTEM),
        said("please escalate", internal=True),
        said("Thanks.\n\n> please escalate"),
        said("please de-escalate"),
        said("please\n\nno, do not escalateall"),
    ],
    ids=["agent", "connector", "system", "internal", "quoted", "other word", "no whole words"],
)
def test_nothing_else_is_a_request(article: Article) -> None:
    assert escalation_requests(Case(incident(articles=(article,)), POLICY, T0)) == []


def test_what_the_customer_said_on_the_phone_is_a_request() -> None:
    call = said("Customer says: please escalate", channel=Channel.PHONE)

    assert len(escalation_requests(Case(incident(articles=(call,)), POLICY, T0))) == 1


def test_requests_come_in_the_order_of_time() -> None:
    later, earlier = said("please escalate", at(hours=3)), changed("escalation_request", None, "VIP", at(hours=1))

    found = escalation_requests(Case(incident(articles=(later,), history=(earlier,)), POLICY, T0))

    assert [request.id for request in found] == [f"h{earlier.id}", f"a{later.id}"]


def test_of_message_and_field_the_earlier_comes_first() -> None:
    earlier, later = said("please escalate", at(hours=1)), changed("escalation_request", None, "VIP", at(hours=3))

    found = escalation_requests(Case(incident(articles=(earlier,), history=(later,)), POLICY, T0))

    assert [request.id for request in found] == [f"a{earlier.id}", f"h{later.id}"]


ASKED, NO_MORE = "Please send us the RFO.", "We no longer need the RFO."


@pytest.mark.parametrize(
    ("said_in_turn", "standing", "taken_back"),
    [([NO_MORE], 0, False), ([ASKED], 1, False), ([ASKED, NO_MORE], 0, True), ([ASKED, NO_MORE, ASKED], 1, False)],
    ids=["never asked", "asked", "taken back", "asked again"],
)
def test_an_rfo_is_taken_back_by_who_asked_and_only_while_nobody_asks_again(
    said_in_turn: list[str], standing: int, taken_back: bool
) -> None:
    articles = tuple(said(words, at(hours=place)) for place, words in enumerate(said_in_turn))

    words = rfo_words(Case(incident(articles=articles), POLICY, T0))

    assert len(words.standing) == standing
    assert (words.taken_back is not None) is taken_back


def test_a_field_filled_at_creation_is_a_request_of_the_creator() -> None:
    ticket = incident(complete(escalation_request="urgent"), created_by=Actor.AGENT)

    assert [(r.id, r.at, r.actor, r.said) for r in escalation_requests(Case(ticket, POLICY, T0))] == [
        ("created", T0, Actor.AGENT, "urgent")
    ]


def test_a_request_from_the_creation_stays_one_after_it_was_served_and_emptied() -> None:
    """R39: else a second one would be served within the hour."""
    served = changed("escalation_request", "urgent", None, at(minutes=1), Actor.CONNECTOR)
    again = said("please escalate", at(minutes=30))
    ticket = incident(
        complete(priority="P2", escalation_level=2),
        history=(served,),
        articles=(note({"level-2", "request-created"}, at(minutes=1)), again),
    )

    outcome = decide(escalation, ticket, POLICY, at(minutes=31))

    assert [request.id for request in escalation_requests(Case(ticket, POLICY, T0))] == ["created", f"a{again.id}"]
    assert outcome.changes["escalation_level"] == 2
    assert outcome.notes[0].marks == {f"refused-a{again.id}"}


def test_a_request_from_the_creation_that_support_took_back_is_none() -> None:
    taken_back = changed("escalation_request", "urgent", None, at(minutes=1))

    assert escalation_requests(Case(incident(complete(), history=(taken_back,)), POLICY, T0)) == []


@pytest.mark.parametrize("actor", [Actor.AGENT, Actor.CUSTOMER])
def test_who_set_the_field_asked_for_the_rfo(actor: Actor) -> None:
    asked = changed("rfo_requested", None, True, at(hours=1), actor)

    (found,) = rfo_requests(Case(incident(complete(rfo_requested=True), history=(asked,)), POLICY, T0))

    assert (found.id, found.at, found.actor) == (f"h{asked.id}", at(hours=1), actor)


@pytest.mark.parametrize("creator", [Actor.AGENT, Actor.CUSTOMER])
def test_an_rfo_can_be_asked_for_at_creation(creator: Actor) -> None:
    (found,) = rfo_requests(Case(incident(complete(rfo_requested=True), created_by=creator), POLICY, T0))

    assert (found.id, found.actor) == ("created", creator)


@pytest.mark.parametrize("creator", [Actor.AGENT, Actor.CUSTOMER])
def test_a_customer_withdraws_only_an_own_request(creator: Actor) -> None:
    withdrawn = changed("rfo_requested", True, False, at(hours=2), Actor.CUSTOMER)
    asked = changed("rfo_requested", None, True, at(hours=1), creator)
    at_creation = incident(complete(rfo_requested=False), created_by=creator, history=(withdrawn,))
    later = incident(complete(rfo_requested=False), history=(asked, withdrawn))

    expected = 1 if creator is Actor.AGENT else 0
    assert len(rfo_requests(Case(at_creation, POLICY, T0))) == expected
    assert len(rfo_requests(Case(later, POLICY, T0))) == expected


def test_support_withdraws_any_request_by_the_field() -> None:
    asked = changed("rfo_requested", None, True, at(hours=1), Actor.CUSTOMER)
    withdrawn = changed("rfo_requested", True, False, at(hours=2), Actor.AGENT)

    assert rfo_requests(Case(incident(complete(rfo_requested=False), history=(asked, withdrawn)), POLICY, T0)) == []


def test_nobody_asked() -> None:
    assert rfo_requests(Case(incident(articles=(said("The line is down."),)), POLICY, T0)) == []


@pytest.mark.parametrize("words", ["Please carry on tonight.", "Please do not wait any longer.", "I withdraw that."])
def test_a_consent_ends_with_the_message_that_takes_it_back(words: str) -> None:
    """R27: also the consent that an agent wrote down; a later one counts anew."""
    by_field = changed("deferral_customer", None, True, at(minutes=1))
    agreed, again = said("You may defer this until tomorrow."), said("You may defer it after all.", at(hours=2))
    before, after = (agreed,), (agreed, said(words, at(hours=1)))

    def consents(*articles: Article) -> list[str]:
        ticket = incident(complete(deferral_customer=True), history=(by_field,), articles=articles)
        return [consent.id for consent in customer_consents(Case(ticket, POLICY, at(hours=3)))]

    assert consents(*before) == [f"a{agreed.id}", f"h{by_field.id}"]
    assert consents(*after) == []
    assert consents(*after, again) == [f"a{again.id}"]


@pytest.mark.parametrize("actor", [Actor.STRANGER, Actor.MACHINE])
def test_a_stranger_asks_for_nothing_and_agrees_to_nothing_by_a_field(actor: Actor) -> None:
    forged = (
        changed("rfo_requested", None, True, at(hours=1), actor),
        changed("deferral_customer", None, True, at(hours=1), actor),
    )
    case = Case(incident(complete(rfo_requested=True, deferral_customer=True), history=forged), POLICY, at(hours=2))

    assert rfo_requests(case) == []
    assert customer_consents(case) == []
