"""What becomes of tickets that are merged, split off or cloned: a proof and a field of the rules count on the ticket
that they were made for, and what is open goes on where the ticket went."""

from datetime import timedelta

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Priority
from tests.promises.conftest import COMPLETE, Cast, set_the_stage, zammad_house

SMALL = COMPLETE.replace("service affecting", "non-service affecting").replace("high", "low").replace("dead", "noisy")


def said(ticket: Ticket, text: str) -> int:
    """How often the connector said it on this ticket since it was created."""
    ours = [article for article in ticket.articles if article.author is Actor.CONNECTOR]
    return sum(text in article.subject for article in ours)


def test_the_target_is_looked_at_though_nobody_tells_of_it(zammad_cast: Cast) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    first = cast.customer.writes("Line dead", COMPLETE)
    stage.advance(timedelta(minutes=50))
    second = cast.customer.writes("Still dead", COMPLETE)
    stage.advance(timedelta(minutes=5))
    assert stage.ticket(second).fields.escalation_level == 1

    cast.agent.merges(first, second)
    stage.settle()

    target = stage.ticket(second)
    assert [merged.id for merged in target.merged] == [first]
    assert target.fields.escalation_level == 2, "nobody has answered since the earliest creation"
    assert "level-2" in target.marks
    assert stage.ticket(first).merged_into == second


def test_a_small_old_matter_wakes_nobody_in_a_new_outage(zammad_cast: Cast) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    old = cast.customer.writes("Mail is slow", SMALL)
    stage.advance(timedelta(days=16))
    new = cast.customer.writes("Line dead", COMPLETE)
    stage.advance(timedelta(minutes=5))
    assert stage.ticket(old).fields.escalation_level == 5

    cast.agent.merges(old, new)
    stage.advance(timedelta(minutes=5))
    assert stage.ticket(new).fields.escalation_level == 1

    stage.advance(timedelta(hours=5))
    assert stage.ticket(new).fields.escalation_level == 4
    assert "level-2" in stage.ticket(new).marks


def test_a_request_is_served_once_whatever_is_merged(zammad_cast: Cast) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    first = cast.customer.writes("Mail is slow", SMALL)
    stage.settle()
    cast.customer.replies(first, "Please escalate this ticket.")
    stage.settle()
    assert stage.ticket(first).fields.escalation_level == 2
    second = cast.customer.writes("Mail still slow", SMALL)
    stage.settle()

    cast.agent.merges(first, second)
    stage.advance(timedelta(minutes=10))
    assert stage.ticket(second).fields.escalation_level == 1, "it was served where it was made"

    stage.advance(timedelta(hours=1))
    cast.customer.replies(second, "Please escalate this ticket.")
    stage.settle()
    assert stage.ticket(second).fields.escalation_level == 2


def test_a_split_or_a_clone_begins_its_own_ladder(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.advance(timedelta(hours=9))
    assert stage.ticket(ticket).fields.escalation_level == 5

    copy = cast.agent.splits(ticket)
    stage.settle()

    split = stage.ticket(copy)
    assert split.fields.escalation_level == 1
    assert split.fields.connector_key is None
    assert said(split, "Escalation level") == 0


def test_what_lay_in_another_department_brings_no_age(sqlite_url: str) -> None:
    """Ten days there would have called the management board for a fault of eight hours."""
    cast = set_the_stage(sqlite_url, "zammad-7")
    with cast.stage as stage:
        zammad_house(stage).sandbox.add_group("HR")
        letter = {"type": "note", "internal": False, "body": "A letter."}
        held = {"title": "Letter", "group": "HR", "customer": cast.customer.email, "article": letter}
        old = str(cast.agent.calls("POST", "tickets", held)["id"])
        stage.advance(timedelta(days=10))
        new = cast.answered()

        cast.agent.merges(old, new)
        stage.advance(timedelta(hours=8, minutes=5))

        seen = stage.ticket(new)
        assert [merged.id for merged in seen.merged] == [old]
        assert (seen.fields.priority, seen.fields.escalation_level) == (Priority.P3, 2)
