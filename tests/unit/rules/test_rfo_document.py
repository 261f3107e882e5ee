"""R32, R33: what stands in an RFO document, value by value. Its looks: ``tests/unit/documents``."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.document import Document
from connector.domain.person import Customer
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoRelease, RfoStatus, ServiceCheck
from connector.rules.rfo_document import Edition, rfo_document
from connector.rules.rfo_facts import Sent
from connector.rules.rfo_text import rfo_text
from tests.builders import at, changed, complete, default_policy, incident, said
from tests.unit.rules.passes import with_values
from tests.unit.rules.released_rfos import DUE, TEXTS, outage, task
from tests.unit.rules.test_rfo_facts import CLOSED, OPEN, TWICE, lived

POLICY = default_policy()
FIRST = Sent(1, False, "801", at(hours=4))
SECOND = Sent(2, True, "802", at(hours=6))


def document(about: Ticket, history: tuple[Change, ...] = (), edition: Edition | None = None, **texts: Any) -> Document:
    own = task(about, *history, **(TEXTS | texts))
    wanted = edition or Edition(1, 1, RfoRelease.FINAL, at(hours=8))
    return rfo_document(about, own, rfo_text(own, about, None, POLICY, None), POLICY, wanted)


def content(about: Ticket, **more: Any) -> Mapping[str, Any]:
    return document(about, **more).content


def test_the_whole_document() -> None:
    text: Any = {
        "rfo_summary": "The line was down.\n\n It is up. ",
        "rfo_trigger": "Road works.",
        "third_party_reference": "Carrier 4711",
    }
    made = document(outage(), **text)

    assert (made.template, made.name, made.title) == ("rfo", "RFO-41007-1-v1.pdf", "Reason For Outage RFO-41007-1")
    assert made.dated == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    assert made.content == {
        "number": "RFO-41007-1",
        "version": 1,
        "preview": False,
        "preliminary": False,
        "customer": "Harbour Bank",
        "ticket": {"number": "41007", "title": "packet loss on the line"},
        "services": [{"id": "SVC-1005", "name": "Ethernet line", "circuit": "HAM-ETH-0108", "region": "Hamburg"}],
        "priority": "P1 critical",
        "impact": "Degradation (e.g. high packet loss or latency)",
        "times": {
            "start": "Mon 23 Nov 2026 10:40 CET (09:40 UTC)",
            "reported": "Mon 23 Nov 2026 11:00 CET (10:00 UTC)",
            "restored": "Mon 23 Nov 2026 14:00 CET (13:00 UTC)",
            "duration": "3 h 20 min",
            "requested": "Mon 23 Nov 2026 12:00 CET (11:00 UTC)",
            "due": "Mon 30 Nov 2026 14:00 CET (13:00 UTC)",
        },
        "timeline": [
            {"at": "Mon 23 Nov 2026 11:00 CET (10:00 UTC)", "text": "Incident reported"},
            {"at": "Mon 23 Nov 2026 11:10 CET (10:10 UTC)", "text": "First response"},
            {"at": "Mon 23 Nov 2026 14:00 CET (13:00 UTC)", "text": "Update sent"},
            {"at": "Mon 23 Nov 2026 14:00 CET (13:00 UTC)", "text": "Service restored"},
        ],
        "measures": [
            {"what": "Move the second path to its own duct", "owner": "Ada", "due": "2027-02-01", "done": False}
        ],
        "third_party": "Carrier 4711",
        "revisions": [
            {"version": 1, "preliminary": False, "at": "Mon 23 Nov 2026 19:00 CET (18:00 UTC)", "text": None}
        ],
        "issued": "Mon 23 Nov 2026 19:00 CET (18:00 UTC)",
        "rfo_summary": ["The line was down.", "It is up."],
        "root_cause": ["A digger cut both fibres in the same duct."],
        "rfo_trigger": ["Road works."],
        "rfo_detection": [],
        "rfo_resolution": ["The carrier spliced both fibres."],
        "corrective_measures": [],
    }


def test_a_preview_and_a_preliminary_version_say_that_they_are() -> None:
    seen = content(outage(), edition=Edition(2, 3, RfoRelease.PRELIMINARY, at(hours=8), is_preview=True))

    assert (seen["number"], seen["version"]) == ("RFO-41007-2", 3)
    assert (seen["preview"], seen["preliminary"]) == (True, True)


def test_every_version_is_told_with_what_its_field_said_when_it_went_out() -> None:
    history = (
        changed("rfo_revision", None, "The cause is known.", at(hours=5)),
        changed("rfo_revision", "The cause is known.", "The duct, not the fibre.", at(hours=7)),
    )
    edition = Edition(1, 3, RfoRelease.FINAL, at(hours=8), (FIRST, SECOND))
    rows = content(outage(), history=history, edition=edition, rfo_revision="The duct, not the fibre.")["revisions"]

    assert [(row["version"], row["preliminary"], row["text"]) for row in rows] == [
        (1, True, None),
        (2, False, "The cause is known."),
        (3, False, "The duct, not the fibre."),
    ]
    assert [row["at"] for row in rows[:2]] == [
        "Mon 23 Nov 2026 15:00 CET (14:00 UTC)",
        "Mon 23 Nov 2026 17:00 CET (16:00 UTC)",
    ]


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ((), "now"),
        ((changed("rfo_revision", "before", "now", SECOND.at),), "now"),
        ((changed("rfo_revision", "before", "now", at(hours=7)),), "before"),
    ],
    ids=["never-changed", "in-the-same-moment", "only-later"],
)
def test_what_a_version_changed_is_what_the_field_said_then(history: tuple[Change, ...], told: str) -> None:
    edition = Edition(1, 3, RfoRelease.FINAL, at(hours=8), (SECOND,))
    rows = content(outage(), history=history, edition=edition, rfo_revision="now")["revisions"]

    assert rows[0]["text"] == told


# Whose document it is


def of(customer: Customer, **fields: Any) -> Ticket:
    return outage(**fields).model_copy(update={"customer": customer})


STRANGER = Customer(id="6", name="Bob", email="bob@elsewhere.example")


@pytest.mark.parametrize(
    ("customer", "fields", "company"),
    [
        (STRANGER, {}, "Harbour Bank"),
        (STRANGER, {"service_check": ServiceCheck.FOREIGN}, "Bob"),
        (STRANGER, {"service_id": None, "service_check": None}, "Bob"),
    ],
    ids=["owner-of-the-service", "service-of-another", "no-service"],
)
def test_it_names_the_owner_of_a_verified_service_else_whoever_is_known(
    customer: Customer, fields: dict[str, Any], company: str
) -> None:
    assert content(of(customer, **fields))["customer"] == company


def test_a_customer_without_a_name_in_the_catalogue_is_called_by_the_id() -> None:
    unnamed = tuple(one.model_copy(update={"name": ""}) for one in POLICY.catalogue.customers)
    policy = POLICY.model_copy(update={"catalogue": POLICY.catalogue.model_copy(update={"customers": unnamed})})
    about = outage()
    own = task(about, **TEXTS)
    edition = Edition(1, 1, RfoRelease.FINAL, at(hours=8))

    assert (
        rfo_document(about, own, rfo_text(own, about, None, policy, None), policy, edition).content["customer"]
        == "harbour"
    )


@pytest.mark.parametrize(
    ("fields", "services"),
    [
        (
            {"service_id": "SVC-9", "service_check": ServiceCheck.UNKNOWN, "circuit_id": "C-1"},
            [{"id": "SVC-9", "name": "", "circuit": "C-1", "region": None}],
        ),
        ({"service_id": None, "service_check": None, "circuit_id": "C-1"}, []),
    ],
    ids=["stated", "none"],
)
def test_a_service_that_is_not_verified_stands_as_it_was_stated(
    fields: dict[str, Any], services: list[dict[str, Any]]
) -> None:
    assert content(outage(**fields))["services"] == services


def test_without_an_impact_none_is_told() -> None:
    assert content(outage(impact=None))["impact"] is None


# Times


def test_the_time_between_two_outages_is_not_counted_as_down() -> None:
    times = content(lived(*TWICE, problem_start=at(minutes=-20)))["times"]

    assert times == {
        "start": "Mon 23 Nov 2026 10:40 CET (09:40 UTC)",
        "reported": "Mon 23 Nov 2026 11:00 CET (10:00 UTC)",
        "restored": "Mon 23 Nov 2026 17:00 CET (16:00 UTC)",
        "duration": "3 h 20 min",
        "requested": None,
        "due": None,
    }


@pytest.mark.parametrize(
    ("stated", "start"),
    [
        (None, "11:00 CET"),
        (at(minutes=10), "11:00 CET"),
        (at(), "11:00 CET"),
        (at(minutes=-1), "10:59 CET"),
    ],
)
def test_it_began_when_it_was_reported_or_before_as_the_customer_said(stated: datetime | None, start: str) -> None:
    assert start in content(lived((OPEN, CLOSED, 2), problem_start=stated))["times"]["start"]


def test_the_start_that_was_stated_is_that_of_the_first_outage_only() -> None:
    delivered = changed("rfo_status", None, RfoStatus.DELIVERED, at(hours=3), Actor.AGENT)
    about = lived(*TWICE, problem_start=at(minutes=-20))
    again = with_values(about, history=(*about.history[:1], delivered, *about.history[1:]))

    times = content(again, edition=Edition(2, 1, RfoRelease.FINAL, at(hours=8)))["times"]

    assert (times["start"], times["duration"]) == ("Mon 23 Nov 2026 16:00 CET (15:00 UTC)", "1 h")


def test_before_an_outage_has_ended_nothing_is_told_of_its_times() -> None:
    about = incident(complete(rfo_due_at=DUE), articles=(said("Line down."), said("Please send the RFO.", at(hours=1))))
    seen = content(about)

    assert seen["times"] == {
        "start": None,
        "reported": None,
        "restored": None,
        "duration": None,
        "requested": "Mon 23 Nov 2026 12:00 CET (11:00 UTC)",
        "due": "Mon 30 Nov 2026 14:00 CET (13:00 UTC)",
    }
    assert seen["timeline"] == []


def test_the_priority_is_the_highest_until_the_end_and_the_policys_where_there_is_none() -> None:
    raised = changed("priority", Priority.P3, Priority.P1, at(hours=3))
    about = lived((OPEN, CLOSED, 2), priority=Priority.P1)
    first = changed("priority", None, Priority.P3, at(), Actor.CONNECTOR)

    assert content(with_values(about, history=(first, *about.history, raised)))["priority"] == "P3 minor"
    default = POLICY.default_priority
    assert content(lived((OPEN, CLOSED, 2), priority=None))["priority"].startswith(default)


def test_the_first_version_changes_nothing_whatever_the_field_says() -> None:
    history = (changed("rfo_revision", None, "A draft.", at(hours=1)),)
    edition = Edition(1, 2, RfoRelease.FINAL, at(hours=8), (FIRST,))

    alone = content(outage(), history=history, rfo_revision="A draft.")["revisions"]
    both = content(outage(), history=history, edition=edition, rfo_revision="A draft.")["revisions"]
    assert ([row["text"] for row in alone], [row["text"] for row in both]) == ([None], [None, "A draft."])
