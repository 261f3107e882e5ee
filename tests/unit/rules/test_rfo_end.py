"""How an RFO ends: delivered, declined, taken back, and asked for once more."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, RfoStatus, TicketState
from connector.rules.rfo import rfo
from tests.builders import at, changed, moved, note, said
from tests.unit.rules.passes import decide, with_values
from tests.unit.rules.rfo_tickets import DUE, OVER, P1, P3, P4, POLICY, asked, promised, solved, task

# Delivered


def sent(body: str = "Please find the RFO attached.", **values: Any) -> Article:
    return said(body, at(hours=5), Actor.AGENT, **values)


@pytest.mark.parametrize(
    "article",
    [
        sent("Dear Ada,\nplease find the RFO attached."),
        sent("See you.", attachments=("incident-41007.pdf",)),
        sent("The root cause was a digger. To prevent this we lay a second path."),
        sent("Anbei der Ausfallbericht."),
    ],
)
@pytest.mark.parametrize("now", [at(hours=6), at(days=30)])
def test_a_closed_task_and_a_message_with_the_document_are_a_delivered_rfo(article: Article, now: datetime) -> None:
    ticket = solved(links=(task(state=TicketState.CLOSED),), articles=(asked(), article))
    outcome = decide(rfo, ticket, POLICY, now)

    assert outcome.changes["rfo_status"] is RfoStatus.DELIVERED
    assert outcome.touches == ("90",)
    assert outcome.notes == ()
    assert outcome.creates == ()


@pytest.mark.parametrize(
    "articles",
    [
        (),
        (sent("We will send you the RFO by Monday."),),
        (sent("Thanks!", attachments=("image001.png",)),),
        (sent(internal=True),),
        (said("Please find the RFO attached.", at(minutes=90), Actor.AGENT),),
        (said("Please find our RFO attached.", at(hours=5)),),
        (sent("Hello,\nwe look into it.\n\n> please find the RFO attached"),),
    ],
    ids=["nothing", "a promise", "a logo", "internal", "before the repair", "the customer's", "quoted"],
)
def test_a_task_closed_although_nothing_reached_the_customer_leaves_the_rfo_due(articles: tuple[Article, ...]) -> None:
    ticket = solved(links=(task(state=TicketState.CLOSED),), articles=(asked(), *articles))

    assert decide(rfo, ticket, POLICY, at(hours=6)).changes["rfo_status"] is RfoStatus.DUE
    assert decide(rfo, ticket, POLICY, at(days=30)).changes["rfo_status"] is RfoStatus.OVERDUE


def test_the_document_alone_delivers_nothing_before_the_task_is_done() -> None:
    ticket = solved(links=(task(),), articles=(asked(), sent()))
    assert decide(rfo, ticket, POLICY, at(hours=6)).changes["rfo_status"] is RfoStatus.DUE


def test_delivered_as_support_states_it_stays() -> None:
    by_hand = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(hours=4))

    outcome = decide(rfo, solved(history=(OVER, by_hand), links=(task(),)), POLICY, at(days=30))

    assert outcome.changes == {"rfo_status": RfoStatus.DELIVERED, "rfo_due_at": None}
    assert outcome.notes == ()


def test_declined_with_a_reason_it_stays_and_the_customer_is_told_once() -> None:
    by_hand = changed("rfo_status", RfoStatus.DUE, RfoStatus.DECLINED, at(hours=4))
    ticket = solved(history=(OVER, by_hand), links=(task(),))
    ticket = ticket.with_changes({"rfo_decline_reason": "The fault was in your own network."})

    outcome = decide(rfo, ticket, POLICY, at(days=30))
    (told,) = outcome.notes
    after = with_values(ticket, articles=(*ticket.articles, note(set(told.marks), at(hours=5))))

    assert outcome.changes == {"rfo_status": RfoStatus.DECLINED, "rfo_due_at": None}
    assert told.public
    assert "The fault was in your own network." in told.text
    assert decide(rfo, after, POLICY, at(days=30)).notes == ()
    assert decide(rfo, after, POLICY, at(days=30)).changes["rfo_status"] is RfoStatus.DECLINED


def test_declined_without_a_reason_it_is_not_declined() -> None:
    by_hand = changed("rfo_status", RfoStatus.DUE, RfoStatus.DECLINED, at(hours=4))
    ticket = solved(history=(OVER, by_hand), links=(task(),)).with_changes({"rfo_decline_reason": "n/a"})

    outcome = decide(rfo, ticket, POLICY, at(hours=5))

    assert outcome.changes["rfo_status"] is RfoStatus.DUE
    assert [told.public for told in outcome.notes if "not declined" in told.title] == [False]


def test_a_customer_states_nothing_by_the_status() -> None:
    forged = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(hours=4), Actor.CUSTOMER)

    assert decide(rfo, solved(history=(OVER, forged)), POLICY, at(hours=5)).changes["rfo_status"] is RfoStatus.DUE


def test_a_promised_rfo_is_never_declined() -> None:
    """Whatever the reading of priorities says today."""
    decided = changed("priority", P4, P3, at(minutes=5), Actor.CONNECTOR)
    shown = changed("rfo_due_at", None, DUE, at(hours=3), Actor.CONNECTOR)

    outcome = decide(rfo, solved(P3, history=(decided, OVER, shown)), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE}


# An agent overrules every reading


def test_an_agent_takes_a_misread_request_back() -> None:
    ticked = changed("rfo_requested", None, True, at(hours=3))
    taken = changed("rfo_requested", True, False, at(hours=4))

    outcome = decide(rfo, promised(ticked, taken), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None}
    assert outcome.touches == ("90",)
    assert [(told.public, told.title) for told in outcome.notes] == [(False, "RFO taken back")]
    assert "Task 41090 can be closed" in outcome.notes[0].text


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("We do not need the RFO any more.", False),
        ("Please cancel our request for the RFO.", False),
        ("We have not received the RFO.", True),
        ("Thanks for the RFO.", True),
    ],
)
def test_who_asked_by_message_takes_it_back_by_message(text: str, stands: bool) -> None:
    status = decide(rfo, solved(articles=(asked(), said(text, at(hours=4)))), POLICY, at(hours=5)).changes["rfo_status"]

    assert status is (RfoStatus.DUE if stands else None)


def test_a_customer_does_not_take_back_what_support_asked_for() -> None:
    ticked = changed("rfo_requested", None, True, at(hours=3))
    no = said("We do not need the RFO any more.", at(hours=4))

    assert decide(rfo, solved(history=(OVER, ticked), articles=(no,)), POLICY, at(hours=5)).changes["rfo_status"]


def test_a_customer_who_clears_the_field_does_not_take_back_the_message() -> None:
    ticked = changed("rfo_requested", None, True, at(hours=3), Actor.CUSTOMER)
    cleared = changed("rfo_requested", True, False, at(hours=4), Actor.CUSTOMER)

    assert decide(rfo, solved(history=(OVER, ticked, cleared)), POLICY, at(hours=5)).changes["rfo_status"]


# Another outage


def test_a_later_outage_has_an_rfo_of_its_own() -> None:
    delivered = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(days=3), Actor.CONNECTOR)
    back = moved(TicketState.CLOSED, TicketState.OPEN, at(days=10))
    again = moved(TicketState.OPEN, TicketState.CLOSED, at(days=10, hours=1))
    done = task(state=TicketState.CLOSED, rfo_status=RfoStatus.DELIVERED)
    history = (OVER, delivered, back, again)
    once_more = asked(at(days=10, minutes=30))

    silent = decide(rfo, solved(history=history, links=(done,)), POLICY, at(days=11))
    second = decide(rfo, solved(history=history, links=(done,), articles=(asked(), once_more)), POLICY, at(days=11))

    assert silent.changes["rfo_status"] is RfoStatus.DELIVERED
    assert second.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": datetime(2026, 12, 10, 11, 0, tzinfo=UTC)}
    assert [new.key for new in second.creates] == ["rfo:7:2"]
    linked = (done, task(id="91", number="41091", connector_key="rfo:7:2", rfo_due_at=second.changes["rfo_due_at"]))
    third = decide(rfo, solved(history=history, links=linked, articles=(asked(), once_more)), POLICY, at(days=11))
    assert third.creates == ()


def test_asked_again_for_the_same_outage_it_stays_delivered_unless_support_asks() -> None:
    delivered = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(days=3), Actor.CONNECTOR)
    done = task(state=TicketState.CLOSED, rfo_status=RfoStatus.DELIVERED)
    values: dict[str, Any] = {"links": (done,), "articles": (asked(), asked(at(days=5)))}

    assert (
        decide(rfo, solved(history=(OVER, delivered), **values), POLICY, at(days=6)).changes["rfo_status"]
        is RfoStatus.DELIVERED
    )
    ticked = changed("rfo_requested", None, True, at(days=5))
    again = decide(rfo, solved(history=(OVER, delivered, ticked), **values), POLICY, at(days=6))
    assert [new.key for new in again.creates] == ["rfo:7:2"]


def test_who_asks_again_for_the_same_outage_is_put_before_a_person_once() -> None:
    delivered = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(days=3), Actor.CONNECTOR)
    done = task(state=TicketState.CLOSED, rfo_status=RfoStatus.DELIVERED)
    ticket = solved(history=(OVER, delivered), links=(done,), articles=(asked(), asked(at(days=5))))

    (noted,) = decide(rfo, ticket, POLICY, at(days=6)).notes

    assert (noted.public, noted.title) == (False, "RFO asked for again, please check")
    told = ticket.model_copy(update={"articles": (*ticket.articles, note({str(m) for m in noted.marks}, at(days=6)))})
    assert decide(rfo, told, POLICY, at(days=6)).notes == ()
    assert decide(rfo, ticket, POLICY, at(days=30)).notes == ()


# What was counted stands


@pytest.mark.parametrize("articles", [(), (said("Please send us the RFO.", at(hours=1), Actor.STRANGER),)])
def test_a_promise_stands_where_nobody_can_read_the_request_any_more(articles: tuple[Article, ...]) -> None:
    """Its author has left the customer's company; the comment is deleted."""
    noted = changed("rfo_status", None, RfoStatus.REQUESTED, at(hours=1), Actor.CONNECTOR)
    due = changed("rfo_status", RfoStatus.REQUESTED, RfoStatus.DUE, at(hours=2, seconds=5), Actor.CONNECTOR)

    later = decide(rfo, promised(noted, due, articles=articles), POLICY, at(days=1))
    repaired = decide(rfo, solved(history=(noted, OVER), articles=articles), POLICY, at(hours=3))

    assert later.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE}
    assert repaired.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE}
    back = (changed("rfo_requested", None, True, at(hours=4)), changed("rfo_requested", True, None, at(hours=5)))
    assert decide(rfo, promised(noted, due, *back, articles=articles), POLICY, at(days=1)).changes["rfo_status"] is None
    tampered = changed("rfo_status", None, RfoStatus.DUE, at(hours=3), Actor.CUSTOMER)
    assert (
        decide(rfo, solved(history=(OVER, tampered), articles=articles), POLICY, at(days=1)).changes["rfo_status"]
        is None
    )


def test_who_has_left_is_spoken_for_by_the_customer() -> None:
    """Of a request that was counted and that nobody can read any more."""
    noted = changed("rfo_status", None, RfoStatus.REQUESTED, at(hours=1), Actor.CONNECTOR)
    back = said("We do not need the RFO any more.", at(hours=3))

    decided = decide(rfo, solved(history=(noted, OVER), articles=(back,)), POLICY, at(hours=4))

    assert decided.changes["rfo_status"] is None


def test_what_was_declined_asks_for_no_rfo_of_a_later_outage() -> None:
    """It was a P3 then, and the customer was told why; now it is a P1 and nobody has asked."""
    request = asked(at(hours=3))
    declined = note({f"rfo-declined-a{request.id}"}, at(hours=3, minutes=1))
    raised = changed("priority", P3, P1, at(days=10, minutes=1))
    back = moved(TicketState.CLOSED, TicketState.OPEN, at(days=10))
    again = moved(TicketState.OPEN, TicketState.CLOSED, at(days=10, hours=1))
    worse = solved(history=(OVER, back, raised, again), articles=(request, declined))

    assert decide(rfo, worse, POLICY, at(days=11)).changes["rfo_status"] is None
    once_more = worse.model_copy(update={"articles": (*worse.articles, asked(at(days=10, hours=2)))})
    assert decide(rfo, once_more, POLICY, at(days=11)).changes["rfo_status"] is RfoStatus.DUE
