"""R14–R22, R27, R34, R39: first messages with what a person would read in them.

``expect`` names the fields that are given; all others stay empty, as do those that are ``ASK``. ``ok_ask``: leaving it
empty and asking (of a request: telling support) is tolerable; ``may``: so are these values. ``description``: the
problem is described. ``esc``, ``rfo``, ``defer``: it is asked for.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.domain.fields import INTAKE, Fields
from connector.domain.person import Customer
from connector.domain.vocabulary import Actor, Channel
from connector.rules.case import Case
from connector.rules.completeness import completeness, statements
from connector.rules.requests import customer_consents, escalation_requests, rfo_requests
from tests.builders import default_policy, incident, said
from tests.unit.rules.text.corpora import Sentence, sentences

CASES: list[dict[str, Any]] = [
    case
    for name in ("cases", "rounds")
    for case in json.loads((Path(__file__).parent / "text" / f"{name}.json").read_text(encoding="utf-8"))
]
"""The rounds were written before the code that reads them, and judged by their meaning."""
SENT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CUSTOMERS = {
    "harbour": Customer(id="5", name="Ada Example", email="ada@harbour.example", organizations=("Harbour Bank",)),
    "northwind": Customer(id="7", name="Max", email="max@northwind.example", organizations=("Northwind Media",)),
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


@pytest.mark.parametrize("kind", sorted({case["kind"] for case in CASES}))
def test_a_first_message_is_read_as_a_person_would_or_asked_about(kind: str) -> None:
    for case in CASES:
        if case["kind"] == kind:
            _is_read_well(case)


def _is_read_well(case: dict[str, Any]) -> None:
    looked_at = first_message(case)
    changes = completeness(looked_at).changes
    expected = {name: value for name, value in case["expect"].items() if name in INTAKE and value != "ASK"}
    read = {name: _plain(value) for name, value in changes.items() if name in INTAKE and name not in FREE}

    may, tolerable = case.get("may", {}), set(case.get("ok_ask", ()))
    assert set(expected) - set(read) <= tolerable
    assert {name: value for name, value in read.items() if value != expected.get(name)
            and value not in may.get(name, ())} == {}  # fmt: skip
    assert bool(changes.get("short_description")) >= case["expect"].get("description", False)
    heard = {
        "esc": escalation_requests(looked_at),
        "rfo": rfo_requests(looked_at),
        "defer": customer_consents(looked_at),
    }
    wanted = {name for name in heard if case["expect"].get(name, False)}
    assert wanted - tolerable <= {name for name, requests in heard.items() if requests} <= wanted


SHORT = {
    "service_id": "service", "problem_start": "start", "impact": "impact", "urgency": "urgency",
    "circuit_id": "circuit", "fault_type": "fault", "ip_addresses": "ip",
}  # fmt: skip


def meant(mail: Sentence) -> tuple[dict[str, str], str | None]:
    """The values that a mail of the corpus gives, and the field that it leaves in doubt."""
    values = dict(value.split("=", 1) for value in mail.meaning[0].split())
    doubt = values.pop("doubt", None)
    return values, doubt


def told(mail: Sentence) -> tuple[dict[str, str], set[str]]:
    """What is read of it, as the corpus writes it, and which fields are in doubt."""
    subject, body = mail.text.split(" # ", 1)
    body = body.replace("~", "\t").replace("¦", "|")
    looked_at = first_message({"title": subject, "body": body, "customer": "harbour"})
    changes = completeness(looked_at).changes
    values = {SHORT[name]: _plain(value).replace(", ", ",") for name, value in changes.items() if name in SHORT}
    if "start" in values:
        values["start"] = values["start"][:16]
    heard = {"esc": escalation_requests(looked_at), "rfo": rfo_requests(looked_at)}
    values |= {name: "yes" for name, requests in heard.items() if requests}
    return values, {doubt.field for statement in statements(looked_at) for doubt in statement.said.doubts}


MAILS = [mail._replace(meaning=(values,), text=text) for mail in sentences("mails", 0)
         for values, text in [mail.text.split(" # ", 1)]]  # fmt: skip


@pytest.mark.parametrize("mail", [mail for mail in MAILS if mail.part == "tune"], ids=lambda mail: mail.text)
def test_tables_lines_and_words_below_a_name_are_read(mail: Sentence) -> None:
    values, doubt = meant(mail)
    got, doubts = told(mail)

    assert got == values
    assert doubt is None or doubt in doubts


def test_of_mails_that_nobody_tuned_for_nothing_is_misread() -> None:
    pairs = [(meant(mail)[0], told(mail)[0]) for mail in MAILS if mail.part == "count"]

    assert [got for want, got in pairs if not got.items() <= want.items()] == []
    assert sum(got != want for want, got in pairs) <= 2


def _plain(value: object) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)
