"""R14–R22, R27, R34, R39: sixty first messages with what a person would read in them.

``expect`` names the fields that are given; all others stay empty, as do those that are ``ASK``. ``ok_ask``: leaving it
empty and asking is tolerable. ``description``: the problem is described. ``esc``, ``rfo``, ``defer``: it is asked for.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.domain.fields import INTAKE, Fields
from connector.domain.ticket import Customer
from connector.domain.vocabulary import Actor, Channel
from connector.rules.case import Case
from connector.rules.completeness import completeness
from connector.rules.requests import customer_consents, escalation_requests, rfo_requests
from tests.builders import default_policy, incident, said

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "text" / "cases.json").read_text(encoding="utf-8"))
SENT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CUSTOMERS = {
    "harbour": Customer(id="5", name="Ada Example", email="ada@harbour.example", organizations=("Harbour Bank",)),
    "acme": Customer(id="6", name="Petra Muster", email="petra@acme.example", organizations=("Acme Logistics",)),
}
FREE = ("short_description", "test_results")
"""Texts: no value is expected word for word."""


def first_message(case: dict[str, Any]) -> Case:
    sent = datetime.fromisoformat(case["sent"]) if "sent" in case else SENT
    phone = case.get("channel") == "phone"
    message = said(
        case["body"],
        sent,
        Actor.AGENT if phone else Actor.CUSTOMER,
        channel=Channel.PHONE if phone else Channel.EMAIL,
        is_html=case.get("view") == "html",
    )
    ticket = incident(
        Fields(),
        title=case.get("subject", case["title"]),
        articles=(message,),
        created_at=sent,
        customer=CUSTOMERS[case["customer"]],
    )
    return Case(ticket, default_policy(), sent)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']} {case['id']}")
def test_a_first_message_is_read_as_a_person_would_or_asked_about(case: dict[str, Any]) -> None:
    looked_at = first_message(case)
    changes = completeness(looked_at).changes
    expected = {name: value for name, value in case["expect"].items() if name in INTAKE and value != "ASK"}
    read = {name: _plain(value) for name, value in changes.items() if name in INTAKE and name not in FREE}

    asked = set(expected) - set(read)
    assert asked <= set(case.get("ok_ask", ()))
    assert read == {name: value for name, value in expected.items() if name not in asked}
    assert bool(changes.get("short_description")) >= case["expect"].get("description", False)
    heard = (escalation_requests(looked_at), rfo_requests(looked_at), customer_consents(looked_at))
    assert tuple(map(bool, heard)) == tuple(case["expect"].get(name, False) for name in ("esc", "rfo", "defer"))


def _plain(value: object) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)
