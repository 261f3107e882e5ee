"""R7: an unknown or foreign service ID is marked, never silently accepted."""

from typing import Any

import pytest

from connector.domain.person import Customer
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, ServiceCheck
from connector.policy.catalogue import Catalogue
from connector.rules.service import service
from tests.builders import T0, at, changed, complete, default_policy, incident, note
from tests.unit.rules.passes import decide

POLICY = default_policy()
STRANGER = Customer(id="66", email="eve@elsewhere.example")
TOLD = note({"service-foreign-SVC-1005"}, at(minutes=1))
CHECKED = changed("service_check", ServiceCheck.FOREIGN, ServiceCheck.VERIFIED, at(minutes=30))
ACME = Customer(id="9", email="bo@acme.example")


def stated(service_id: str | None, **values: Any) -> Ticket:
    return incident(complete(service_id=service_id, service_check=None), **values)


def test_a_customers_own_service_is_verified_and_its_circuit_filled_in() -> None:
    outcome = decide(service, stated("SVC-1005"), POLICY, T0)

    assert outcome.changes == {"service_check": ServiceCheck.VERIFIED, "circuit_id": "HAM-ETH-0108"}
    assert outcome.notes == ()


def test_case_does_not_matter() -> None:
    assert decide(service, stated("svc-1005"), POLICY, T0).changes["service_check"] is ServiceCheck.VERIFIED


@pytest.mark.parametrize(
    ("customer", "check"),
    [
        (Customer(id="1", organizations=("Harbour Bank",)), ServiceCheck.VERIFIED),
        (Customer(id="1", email="x@HARBOUR.example"), ServiceCheck.VERIFIED),
        (Customer(id="1", email="x@mail.harbour.example"), ServiceCheck.FOREIGN),
        (ACME, ServiceCheck.FOREIGN),
        (STRANGER, ServiceCheck.FOREIGN),
        (Customer(id="1"), ServiceCheck.FOREIGN),
    ],
    ids=["organization", "domain", "subdomain", "other customer", "unknown contact", "nothing known"],
)
def test_whose_service_it_is_depends_on_the_contact(customer: Customer, check: ServiceCheck) -> None:
    assert decide(service, stated("SVC-1005", customer=customer), POLICY, T0).changes["service_check"] is check


@pytest.mark.parametrize(
    ("service_id", "customer", "words"),
    [
        ("SVC-9999", ACME, "SVC-9999 is not in the service catalogue"),
        ("SVC-1005", ACME, "belongs to harbour; bo@acme.example is a contact of acme"),
        ("SVC-1005", STRANGER, "belongs to harbour; eve@elsewhere.example is not known as a contact"),
    ],
)
def test_a_doubtful_service_is_told_to_agents_only(service_id: str, customer: Customer, words: str) -> None:
    (told,) = decide(service, stated(service_id, customer=customer), POLICY, T0).notes

    assert words in told.text
    assert not told.public


def test_it_is_told_once_and_again_for_another_service_id() -> None:
    told = note({"service-unknown-SVC-9999"})

    assert decide(service, stated("SVC-9999", articles=(told,)), POLICY, T0).notes == ()
    assert decide(service, stated("SVC-9998", articles=(told,)), POLICY, T0).notes != ()


def test_nothing_is_checked_without_a_service_id_or_without_a_catalogue() -> None:
    no_catalogue = POLICY.model_copy(update={"catalogue": Catalogue()})

    assert decide(service, stated(None), POLICY, T0).changes == {"service_check": None}
    assert decide(service, stated("SVC-9999"), no_catalogue, T0).changes == {"service_check": None}


def test_a_circuit_is_neither_overwritten_nor_filled_in_again() -> None:
    emptied = changed("circuit_id", "HAM-ETH-0108", None, at(minutes=5))
    given = incident(complete(circuit_id="HAM-1"))

    assert "circuit_id" not in decide(service, given, POLICY, T0).changes
    assert "circuit_id" not in decide(service, stated("SVC-1005", history=(emptied,)), POLICY, T0).changes


def test_a_doubtful_service_gives_no_circuit_away() -> None:
    assert "circuit_id" not in decide(service, stated("SVC-1005", customer=STRANGER), POLICY, T0).changes


def test_an_agents_answer_to_the_note_is_respected() -> None:
    """People win."""
    ticket = incident(complete(), customer=STRANGER, articles=(TOLD,), history=(CHECKED,))

    outcome = decide(service, ticket, POLICY, at(hours=1))

    assert outcome.changes == {}
    assert outcome.notes == ()


def test_it_counts_for_this_service_id_only() -> None:
    other = changed("service_id", "SVC-1005", "SVC-1006", at(minutes=40), Actor.CUSTOMER)
    ticket = incident(complete(service_id="SVC-1006"), customer=STRANGER, articles=(TOLD,), history=(CHECKED, other))

    assert decide(service, ticket, POLICY, at(hours=1)).changes["service_check"] is ServiceCheck.FOREIGN


@pytest.mark.parametrize("articles", [(), (note({"service-foreign-SVC-1005"}, at(hours=1)),)])
def test_a_check_by_hand_before_the_note_does_not_count(articles: tuple[Article, ...]) -> None:
    ticket = incident(complete(), customer=STRANGER, articles=articles, history=(CHECKED,))

    assert decide(service, ticket, POLICY, at(hours=1)).changes["service_check"] is ServiceCheck.FOREIGN


def test_an_emptied_check_is_made_again() -> None:
    emptied = changed("service_check", ServiceCheck.FOREIGN, None, at(minutes=30))
    ticket = incident(complete(service_check=None), customer=STRANGER, articles=(TOLD,), history=(emptied,))

    assert decide(service, ticket, POLICY, at(hours=1)).changes["service_check"] is ServiceCheck.FOREIGN


def test_service_ids_that_differ_only_in_what_a_mark_cannot_hold_are_told_apart() -> None:
    for first, second in (("SVC-1/2", "SVC-1_2"), ("Ä", "Ö")):
        (told,) = decide(service, stated(first), POLICY, T0).notes
        notes = (note(set(told.marks)),)

        assert decide(service, stated(first, articles=notes), POLICY, T0).notes == ()
        assert decide(service, stated(second, articles=notes), POLICY, T0).notes != ()


def test_what_version_0_1_0_told_of_a_service_id_is_not_told_again() -> None:
    told = note({"service-unknown-SVC-1_2"}, at(minutes=1))
    checked = changed("service_check", ServiceCheck.UNKNOWN, ServiceCheck.VERIFIED, at(minutes=30))

    assert decide(service, stated("SVC-1/2", articles=(told,)), POLICY, T0).notes == ()
    by_hand = incident(complete(service_id="SVC-1/2"), articles=(told,), history=(checked,))
    assert "support has checked" in decide(service, by_hand, POLICY, T0).reasons[0]
