"""What proves a step on Zammad: the signed preferences of an article that the connector made by the API, and the
subjects of version 0.1.0."""

from typing import Any

import pytest
import responses

from connector.domain.model import TicketId
from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, TicketKind
from connector.helpdesks.proofs import Proofs, public_key
from tests.unit.helpdesks.zammad.answers import API, BOT, CUSTOMER, changed_later, desk, proofs, shown

OLD, NEW = b"the old key of the proofs", b"the new key of the proofs"
MAILED = {"send-auto-response": True, "is-auto-response": False}
MARKS = frozenset({"level-2", "request-h7"})


def article(zammad: responses.RequestsMock, *keys: bytes, **values: Any) -> Article:
    """The only article of ticket 2, written by the bot, as the adapter with ``keys`` reads it."""
    whole = shown()
    whole["assets"]["TicketArticle"]["2"] |= {"created_by_id": BOT, "sender_id": 1, **values}
    zammad.get(f"{API}/tickets/2", json=whole)
    return desk(*keys).read(TicketId("2")).articles[0]


def claims(read: Article) -> tuple[set[str], set[str]]:
    """The steps that count, and those that do not."""
    return set(read.marks), set(read.refused_marks)


def sealed(ticket_id: str = "2", /, *keys: bytes, **changed: Any) -> dict[str, Any]:
    """The preferences with a proof, ``changed`` after it was signed."""
    return {"interspace": proofs(*keys).sealed(TicketId(ticket_id), MARKS) | changed}


@pytest.mark.parametrize(
    ("preferences", "marks", "refused"),
    [
        (sealed(), MARKS, set()),
        (sealed() | {"delivery_status": "success", "delivery_retry": 1}, MARKS, set()),
        (sealed("3"), {"request-h7"}, set()),
        (sealed("3") | {"interspace": sealed("3")["interspace"] | {"sig": "0"}}, set(), set()),
        (sealed("3", ticket="2"), set(), MARKS),
        (sealed(marks=["level-5"]), set(), {"level-5"}),
        (sealed(sig="0" * 64), set(), MARKS),
        (sealed(sig="\u00fc"), set(), MARKS),
        (sealed(sig=None), set(), MARKS),
        (sealed(marks="level-5"), set(), set()),
        (sealed(marks=[2]), set(), set()),
        ({"interspace": {}}, set(), set()),
        ({"interspace": ["level-2"]}, set(), set()),
        ({"interspace": None}, set(), set()),
        ({}, set(), set()),
        (None, set(), set()),
    ],
    ids=[
        "signed", "delivered since", "of another ticket", "forged for another", "copied from another ticket",
        "other marks", "forged",
        "no digits", "unsigned", "marks are a text", "marks are numbers", "empty", "a list", "null", "stripped", "none",
    ],
)  # fmt: skip
def test_a_proof_counts_as_it_was_signed_for_this_ticket(
    zammad: responses.RequestsMock, preferences: Any, marks: set[str], refused: set[str]
) -> None:
    read = article(zammad, preferences=preferences)

    assert claims(read) == (marks, refused)


def test_more_than_two_thousand_steps_stand_on_one_article(zammad: responses.RequestsMock) -> None:
    """Measured on 6.4."""
    many = frozenset(f"request-h{number}" for number in range(2_500))

    assert article(zammad, preferences={"interspace": proofs().sealed(TicketId("2"), many)}).marks == many


@pytest.mark.parametrize(
    ("signed_with", "keys", "counts"),
    [
        ((OLD,), (OLD,), True),
        ((OLD,), (NEW, OLD), True),
        ((NEW, OLD), (NEW,), True),
        ((OLD,), (NEW,), False),
        ((OLD,), (), False),
        ((), (NEW,), True),
    ],
    ids=["the same", "during a rotation", "after it", "changed at once", "lost", "the first key ever"],
)
def test_keys_are_replaced_one_after_the_other(
    zammad: responses.RequestsMock, signed_with: tuple[bytes, ...], keys: tuple[bytes, ...], *, counts: bool
) -> None:
    read = article(zammad, *keys, preferences=sealed("2", *signed_with))

    assert claims(read) == ((MARKS, set()) if counts else (set(), MARKS))


def test_what_is_signed_for_one_helpdesk_counts_on_that_one() -> None:
    proof = Proofs("zammad", (NEW,)).sealed(TicketId("2"), MARKS)

    assert Proofs("zammad", (NEW,)).read(TicketId("2"), proof).marks == MARKS
    assert Proofs("jira", (NEW,)).read(TicketId("2"), proof).marks == set()


def test_no_key_is_shown() -> None:
    assert NEW.decode() not in repr(Proofs("zammad", (NEW,)))
    assert public_key("zammad", 50) != public_key("zammad", 51) != public_key("jira", 51)


@pytest.mark.parametrize(
    ("subject", "marks"),
    [
        ("Escalation level 2: shift manager [ref: level-2 request-h7]", MARKS),
        ("x [ref: rfo-due-20261130T1200] ", {"rfo-due-20261130T1200"}),
        ("Ticket 41002: details needed", set()),
        ("[ref: level-2] not at the end", set()),
        ("[ref:]", set()),
        (None, set()),
    ],
)
def test_subjects_of_version_0_1_0_still_prove(
    zammad: responses.RequestsMock, subject: str | None, marks: set[str]
) -> None:
    assert article(zammad, subject=subject).marks == marks


def test_an_old_proof_that_is_older_than_the_ticket_came_with_a_merge(zammad: responses.RequestsMock) -> None:
    moved = article(zammad, subject="x [ref: level-5]", created_at="2026-11-01T09:00:00.000Z")

    assert claims(moved) == (set(), set())


@pytest.mark.parametrize(("written_here", "counts"), [(2, True), (77, False)], ids=["here", "on the merged one"])
def test_after_a_merge_an_old_proof_counts_where_it_was_written(
    zammad: responses.RequestsMock, written_here: int, *, counts: bool
) -> None:
    made = {"created_by_id": BOT, "created_at": "2026-11-22T12:49:05.000Z"}
    history = [
        {"id": 1, "o_id": 2, "object": "Ticket", "type": "received_merge", "id_from": 5, "id_to": 2, **made},
        {"id": 2, "o_id": written_here, "object": "Ticket::Article", "type": "created", **made},
    ]
    zammad.get(f"{API}/ticket_history/2", json={"history": history, "assets": {}})
    zammad.get(f"{API}/ticket_history/5", json={"error": "gone"}, status=404)
    whole = changed_later(shown())
    whole["assets"]["TicketArticle"]["2"] |= {"created_by_id": BOT, "sender_id": 1, "subject": "x [ref: level-5]"}
    zammad.get(f"{API}/tickets/2", json=whole)

    assert set(desk().read(TicketId("2")).marks) == ({"level-5"} if counts else set())


def test_a_subject_beside_a_proof_proves_nothing(zammad: responses.RequestsMock) -> None:
    """A title may hold a customer's words."""
    assert article(zammad, subject="x [ref: level-5]", preferences=sealed()).marks == MARKS


@pytest.mark.parametrize("preferences", [{}, sealed()], ids=["by its subject", "by a copied proof"])
def test_a_customer_proves_nothing(zammad: responses.RequestsMock, preferences: Any) -> None:
    """P20."""
    read = article(zammad, subject="x [ref: level-5]", created_by_id=CUSTOMER, sender_id=2, preferences=preferences)

    assert (read.author, claims(read)) == (Actor.CUSTOMER, (set(), set()))


@pytest.mark.parametrize("preferences", [MAILED, sealed() | MAILED], ids=["by its subject", "by a copied proof"])
def test_a_mail_with_the_bots_address_as_from_proves_nothing(zammad: responses.RequestsMock, preferences: Any) -> None:
    """Zammad takes From for the author and verifies nothing."""
    read = article(zammad, subject="x [ref: level-5]", type_id=1, preferences=preferences)

    assert (read.author, claims(read)) == (Actor.CUSTOMER, (set(), set()))


def test_a_ticket_that_such_a_mail_opens_is_a_customers(zammad: responses.RequestsMock) -> None:
    whole = shown(created_by_id=BOT, updated_by_id=BOT, create_article_type_id=1, connector_key="rfo:1")
    zammad.get(f"{API}/tickets/2", json=whole)
    zammad.get(f"{API}/ticket_history/2", json={"history": [], "assets": {}})

    ticket = desk().read(TicketId("2"))

    assert (ticket.created_by, ticket.kind) == (Actor.CUSTOMER, TicketKind.INCIDENT)
