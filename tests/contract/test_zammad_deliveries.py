"""What a real Zammad 5.5 and a real 6.4 sent, answered by the receiver."""

import json
from collections import Counter

import pytest
from werkzeug.test import TestResponse

from connector.work.jobs import Key
from tests.evidence import Delivery, deliveries
from tests.unit.webhooks.deliveries import PATH, Ledger, client, detail

ANSWERS = {"5.5": {202: 127, 401: 1, 405: 1}, "6.4": {202: 152, 400: 8, 401: 1, 405: 1}}
"""Statuses, and how often each is right: one delivery is unsigned, one came as GET after a redirect, and eight of a
6.4 have a payload that an admin has written himself."""


def replay(delivery: Delivery, ledger: Ledger) -> TestResponse:
    """The recorded request, sent to our hook instead; header values are the raw bytes read as latin-1."""
    about, body = delivery
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in about["headers"]}
    kind = environ.pop("HTTP_CONTENT_TYPE", None)
    environ.pop("HTTP_CONTENT_LENGTH", None)
    return client(ledger, 1024 * 1024).open(
        PATH,
        method=about["method"],
        query_string=about["path"].partition("?")[2],
        data=body if about["method"] == "POST" else b"",
        content_type=kind,
        environ_overrides=environ,
    )


def check(delivery: Delivery) -> int:
    """The right answer for this delivery, and the right thing stored; returns the status."""
    ledger = Ledger()
    answer = replay(delivery, ledger)
    headers = {name.lower(): value for name, value in delivery.about["headers"]}
    ticket = (json.loads(delivery.body or b"{}").get("ticket") or {}).get("id")
    if delivery.about["method"] != "POST":
        detail(answer, 405)
    elif "x-hub-signature" not in headers:
        detail(answer, 401)
    elif ticket is None:
        assert detail(answer, 400) == "ticket: missing"
    else:
        assert answer.status_code == 202
        assert answer.get_json() == {"ticket": str(ticket), "delivery": headers["x-zammad-delivery"]}
    assert [key for key, _ in ledger.stored] == ([Key("zammad", str(ticket))] if answer.status_code == 202 else [])
    return answer.status_code


@pytest.mark.parametrize("version", sorted(ANSWERS))
def test_every_recorded_delivery_gets_the_right_answer(version: str) -> None:
    assert Counter(check(delivery) for delivery in deliveries(version).values()) == ANSWERS[version]
