"""A helpdesk that does not come along with the connector has webhooks by being in the registry, and by nothing else.

Its sender differs from the others' in all that can differ: it shows a token in a header of its own, names its events in
another header, and writes of several tickets at once.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.typing import EventDict
from werkzeug.test import Client, TestResponse

from connector.domain.model import TicketId
from connector.helpdesks import registry
from connector.helpdesks.payload import Value
from connector.helpdesks.sender import Event, Headers, Hook, Sender, shows_token
from connector.work.jobs import Key
from tests.counted import Counted
from tests.unit.webhooks.deliveries import NOW, Ledger, detail, receiver
from webhooks.app import create_app

TOKEN = b"a-token-of-the-small-one"
PATH = "/webhooks/small/night"


def verify(headers: Headers, _body: bytes, hook: Hook) -> bool:
    return shows_token(hook.tokens, (headers.get("X-Small-Token"),))


def event(headers: Headers, payload: Value, bot: str | None) -> Event:
    if payload.find("by") == bot:
        return Event(name=headers.get("X-Small-Event"), ignored="own change")
    ids = (payload[end].identifier() for end in ("first", "second"))
    return Event(tuple(TicketId(str(one)) for one in ids))


SENDER = Sender(
    secret_settings=(),
    token_settings=("small_token",),
    proof_headers=("X-Small-Token",),
    challenge="Small",
    delivery_header="X-Small-Delivery",
    delivery_id=re.compile("[a-z]+"),
    attempt_headers={"attempt": "X-Small-Attempt"},
    verify=verify,
    event=event,
)


@pytest.fixture
def small(ledger: Ledger) -> Iterator[Client]:
    """A client of a receiver with a hook of the small helpdesk beside another's."""
    registry.register(replace(registry.plugins()[0], name="small", title="Small", sender=SENDER))
    hook = Hook("small", tokens=(TOKEN,), bot="connector", name="night")
    yield Client(create_app(replace(receiver(ledger), hooks=[*receiver(ledger).hooks, hook])))
    registry.unregister("small")


def deliver(to: Client, payload: object, **headers: str) -> TestResponse:
    sent = {"X-Small-Token": TOKEN.decode(), "X-Small-Delivery": "abc", "Content-Type": "application/json"}
    return to.post(PATH, data=json.dumps(payload), headers=sent | headers)


def test_its_tickets_are_marked_due(small: Client, ledger: Ledger, log: list[EventDict]) -> None:
    answer = deliver(small, {"first": 1, "second": 2}, **{"X-Small-Attempt": "3"})

    assert answer.status_code == 202
    assert answer.get_json() == {"tickets": ["1", "2"], "delivery": "abc"}
    due = NOW + timedelta(seconds=1)
    assert ledger.stored == [(Key("small", "1"), due), (Key("small", "2"), due)]
    (line,) = log
    assert (line["helpdesk"], line["hook"], line["delivery"], line["attempt"]) == ("small", "night", "abc", "3")


def test_what_it_must_not_do_is_refused(small: Client, ledger: Ledger, log: list[EventDict]) -> None:
    unknown = deliver(small, {}, **{"X-Small-Token": "another token"})
    assert detail(unknown, 401) == "X-Small-Token: missing or not valid for this hook"
    assert unknown.headers["WWW-Authenticate"] == "Small"
    assert detail(deliver(small, {"first": 1}), 400) == "second: missing"
    assert small.post("/webhooks/small/day").status_code == 404
    assert ledger.stored == []
    assert [line["delivery"] for line in log] == ["abc", "abc", None]


def test_its_own_changes_are_ignored_and_counted_by_its_name(small: Client, ledger: Ledger) -> None:
    counted = Counted()
    answer = deliver(small, {"by": "connector"}, **{"X-Small-Event": "changed"})
    assert answer.get_json() == {"ignored": "own change", "event": "changed", "delivery": "abc"}
    assert ledger.stored == []
    assert counted("webhooks_accepted_total", sender="small", what="ignored") == 1
