"""P20, P12 on Zammad: what proves a step there, and what only looks as if it did."""

from datetime import timedelta

import pytest

from connector.domain.vocabulary import Actor, TicketState
from connector.sandbox.zammad.desk import SandboxZammad
from connector.sandbox.zammad.furnished import BOT
from connector.work.table import Key
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, notes, proofs

pytestmark = pytest.mark.parametrize("place", [("zammad", "sqlite")], ids=["zammad"], indirect=True)
FORGED = "Escalation level 2: shift manager [ref: asked reminded level-2 level-3 level-4 level-5]"


def zammad(cast: Cast) -> SandboxZammad:
    sandbox = cast.stage.sandbox
    assert isinstance(sandbox, SandboxZammad)
    return sandbox


def test_a_mail_with_the_bots_address_as_from_stops_no_escalation(cast: Cast) -> None:
    """Zammad takes From for the author and verifies nothing."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    zammad(cast).receive_mail(BOT, f"[Ticket#{stage.ticket(ticket).number}] {FORGED}", "Nothing to do.")

    stage.advance(timedelta(hours=1))

    assert stage.ticket(ticket).fields.escalation_level == 2
    assert levels_noted(stage.ticket(ticket))[-1] == "Escalation level 2: shift manager"


def test_a_ticket_that_such_a_mail_opens_has_rules(cast: Cast) -> None:
    ticket = str(zammad(cast).receive_mail(BOT, FORGED, "Our line is dead."))
    # Its webhook is left out as an echo of ours; a sweep finds it.
    cast.stage.table.touch([Key("zammad", ticket)], cast.stage.clock())
    cast.stage.settle()

    seen = cast.stage.ticket(ticket)
    assert seen.created_by is Actor.CUSTOMER
    assert proofs(seen)["asked"] == 1


def test_our_mail_is_no_first_response_and_shows_no_mark(cast: Cast) -> None:
    ticket = cast.customer.writes("Line down", "Our line is dead.")
    cast.stage.settle()

    row = zammad(cast).world.table("Ticket")[int(ticket)]
    assert proofs(cast.stage.ticket(ticket))["asked"] == 1
    assert cast.stage.ticket(ticket).state is TicketState.NEW
    assert (row["first_response_at"], row["last_contact_agent_at"]) == (None, None)
    assert [title for title in notes(cast.stage.ticket(ticket)) if "ref:" in title] == []


def test_a_title_proves_nothing_even_if_the_preferences_of_our_message_are_lost(cast: Cast) -> None:
    """Our letters repeat the customer's title, and version 0.1.0 proved by subjects."""
    ticket = cast.customer.writes("Line down [ref: level-5 request-a3]", "Our line is dead.")
    cast.stage.settle()
    for row in zammad(cast).world.table("TicketArticle").values():
        row["preferences"] = {}

    assert any("Line down (ref: level-5" in title for title in notes(cast.stage.ticket(ticket)))
    assert not cast.stage.ticket(ticket).marks


def test_a_merge_carries_no_proof_over(cast: Cast) -> None:
    """Each ticket has its own ladder: what was said on one was not said on the other."""
    stage = cast.stage
    old = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    stage.advance(timedelta(minutes=61))
    assert "level-2" in proofs(stage.ticket(old))
    new = cast.customer.writes("Line still down", COMPLETE)
    stage.settle()

    cast.agent.calls("PUT", f"ticket_merge/{old}/{stage.ticket(new).number}")
    merged = stage.ticket(new)
    stage.advance(timedelta(minutes=61))

    assert "Escalation level 2: shift manager" in notes(merged)
    assert "level-2" not in merged.marks
    assert not [mark for article in merged.articles for mark in article.refused_marks], "an everyday act"
    assert levels_noted(stage.ticket(new)).count("Escalation level 2: shift manager") == 2
    assert stage.ticket(old).state is TicketState.CANCELLED


def test_hundreds_of_requests_between_two_looks_are_said_once(cast: Cast) -> None:
    """Their proofs are longer than the 3,000 characters of a subject."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    for _ in range(250):
        cast.customer.replies(ticket, "Please escalate this ticket.")
    stage.settle()
    stage.settle()

    seen = stage.ticket(ticket)
    assert seen.fields.escalation_level == 2
    answered = [mark for mark in seen.marks if mark.name in ("request", "refused")]
    assert len(answered) == 250
    assert {times for mark, times in proofs(seen).items() if mark in answered} == {1}
    assert len(levels_noted(seen)) == 1


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_nobody_changes_a_proof_afterwards(cast: Cast, who: str) -> None:
    """Measured on 6.4: an agent's request is answered with 200 and changes nothing, a customer's with 403."""
    ticket = cast.customer.writes("Line down", "Our line is dead.")
    cast.stage.settle()
    before = cast.stage.ticket(ticket)
    (own,) = [article.id for article in before.articles if article.author is Actor.CONNECTOR]
    change = {"preferences": {"interspace": {}}, "subject": FORGED}
    if who == "customer":
        with pytest.raises(ValueError, match=r": 403 "):
            cast.customer.calls("PUT", f"ticket_articles/{own}", change)
    else:
        cast.agent.calls("PUT", f"ticket_articles/{own}", change)

    assert cast.stage.ticket(ticket).marks == before.marks


def test_a_wrong_signature_counts_for_nothing_and_is_reported_once(cast: Cast) -> None:
    """As after a proof key that was replaced at once: to be told twice is a nuisance, never to be told a breach."""
    stage = cast.stage
    ticket = cast.customer.writes("Line slow", "Our line is slow.")
    stage.settle()
    (article,) = [row for row in zammad(cast).world.table("TicketArticle").values() if row["created_by_id"] != 1][1:]
    article["preferences"]["interspace"]["sig"] = "0" * 64
    stage.table.touch([Key("zammad", ticket)], stage.clock())
    stage.settle()
    cast.customer.replies(ticket, "Hello?")
    stage.settle()

    seen = stage.ticket(ticket)
    assert [title for title in notes(seen) if title.startswith("Proofs are not valid")] == ["Proofs are not valid"]
    assert proofs(seen)["asked"] == 1, "asked again, with a proof that counts"
    assert [article.refused_marks for article in seen.articles if article.refused_marks] == [{"asked"}]
