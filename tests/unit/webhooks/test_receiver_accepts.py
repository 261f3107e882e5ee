"""What is accepted: signed deliveries, and only after the store has them."""

from datetime import timedelta

import pytest
from structlog.typing import EventDict
from werkzeug.test import Client

from connector.work.jobs import Key
from tests.evidence import deliveries
from tests.unit.webhooks.deliveries import (
    DELIVERY,
    NOW,
    PATH,
    Ledger,
    deliver,
    headers,
    ticket_body,
)


def test_a_signed_delivery_marks_its_ticket_due_after_the_settling_time(sender: Client, ledger: Ledger) -> None:
    body = deliveries("5.5")["0002-ok-main"].body
    answer = deliver(sender, body)
    assert answer.status_code == 202
    assert answer.get_json() == {"ticket": "6", "delivery": DELIVERY}
    assert ledger.stored == [(Key("zammad", "6"), NOW + timedelta(seconds=1))]


@pytest.mark.parametrize("odd", [None, "17"])
def test_a_delivery_without_a_proper_id_is_accepted(sender: Client, ledger: Ledger, odd: str | None) -> None:
    sent = {**headers(ticket_body()), "X-Zammad-Delivery": odd or ""}
    if odd is None:
        del sent["X-Zammad-Delivery"]
    answer = sender.post(PATH, data=ticket_body(), headers=sent)
    assert answer.get_json() == {"ticket": "17", "delivery": None}
    assert ledger.tickets == ["17"]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_other_spellings_of_the_media_type_are_accepted(sender: Client, content_type: str) -> None:
    sent = {**headers(ticket_body()), "Content-Type": content_type}
    assert sender.post(PATH, data=ticket_body(), headers=sent).status_code == 202


def test_a_body_without_announced_length_is_read_to_its_end(sender: Client, ledger: Ledger) -> None:
    sent = headers(ticket_body())
    chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answer = sender.post(PATH, data=ticket_body(), headers=sent, environ_overrides=chunked)
    assert answer.status_code == 202
    assert ledger.tickets == ["17"]


def test_health_never_touches_the_store(sender: Client, ledger: Ledger) -> None:
    ledger.down = True
    answer = sender.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})


def test_ready_says_how_much_work_there_is(sender: Client, ledger: Ledger) -> None:
    deliver(sender, ticket_body())
    answer = sender.get("/readyz")
    assert answer.status_code == 200
    work = {"due": 1, "waiting": 0, "leased": 0, "dead": 0, "oldest_due": NOW.isoformat()}
    assert answer.get_json() == {"status": "ready", "work": {"zammad": work}}


def test_accepting_writes_no_line_above_debug(sender: Client, log: list[EventDict]) -> None:
    deliver(sender, ticket_body())
    assert [line["log_level"] for line in log] == ["debug"]
