"""Receivers outside of the helpdesk are told of a level once, and the ticket says so; never silently not."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connector.domain.vocabulary import Actor
from connector.outgoing.courier import Courier
from connector.outgoing.receivers import Receiver, Webhook
from connector.outgoing.webhooks import Webhooks
from connector.policy.locate import MAPPINGS
from connector.work.table import WorkTable
from connector.work.worker import Worker
from tests.listener import Listener, listening
from tests.promises.conftest import COMPLETE, Cast

KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Outside:
    """The connector of a stage with one receiver."""

    def __init__(self, cast: Cast, listener: Listener, **values: Any) -> None:
        receiver = Receiver(url=SecretStr(listener.url), secret=SecretStr(SECRET), **values)
        self.stage = cast.stage
        self.webhooks = Webhooks({"pager": Webhook(receiver, MAPPINGS)}, "https://desk.example/#{id}", cast.stage.clock)
        self.start()

    def start(self) -> None:
        """A process that has just started."""
        stage = self.stage
        stage.worker = Worker(stage.table, stage.desk, stage.policy, tellers=(self.webhooks,))
        self.courier = Courier(stage.table, stage.desk.name, self.webhooks.deliver)

    def advance(self, length: timedelta) -> None:
        """Time passes; what is due then is delivered, and the tickets say so."""
        self.stage.advance(length)
        self.courier.run_due()
        self.stage.settle()

    def marks(self, ticket: str) -> set[str]:
        """What the ticket proves to be told or not."""
        return {mark for mark in self.stage.ticket(ticket).marks if mark.name in ("told", "not-told")}


def test_a_level_is_told_once_signed_and_without_the_customers_words(cast: Cast) -> None:
    with listening() as listener:
        outside = Outside(cast, listener)
        ticket = cast.customer.writes("Line dead, says Mr Secret", COMPLETE)
        cast.stage.settle()
        assert listener.got == [], "nobody is called for the first level"

        outside.advance(timedelta(hours=1))
        outside.advance(timedelta(minutes=30))

        by_event = {json.loads(one.body)["data"]["event"]: one for one in listener.got}
        assert len(by_event) == len(listener.got), "each once"
        assert set(map(str, outside.marks(ticket))) == {f"told-pager-{event}" for event in by_event}
        level, missed = by_event["level-2"], by_event["missed-first_response-1"]
        said = json.loads(level.body)
        assert json.loads(missed.body)["data"]["target"]["name"] == "first_response"
        assert said["type"] == "escalation.level_reached"
        assert said["data"]["level"]["number"] == 2
        assert said["data"]["ticket"]["number"] == cast.stage.ticket(ticket).number
        assert said["data"]["ticket"]["url"] == f"https://desk.example/#{cast.stage.ticket(ticket).id}"
        assert said["data"]["ticket"]["priority"] == "P1"
        assert b"Secret" not in level.body
        content = f"{level.headers['webhook-id']}.{level.headers['webhook-timestamp']}.".encode() + level.body
        signature = base64.b64encode(hmac.digest(KEY, content, hashlib.sha256)).decode()
        assert level.headers["webhook-signature"] == f"v1,{signature}"
        told = [article for article in cast.stage.ticket(ticket).articles if "told-pager-level-2" in article.marks]
        assert [(article.internal, article.author) for article in told] == [(True, Actor.CONNECTOR)]
        assert cast.stage.table.tellings.of(cast.stage.desk.name, ticket) == [], "the ticket is the record"


def test_a_lost_database_repeats_nothing_and_forgets_nothing(
    zammad_cast: Cast, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    with listening() as listener:
        outside = Outside(cast, listener, events=["escalation.level_reached"])
        ticket = cast.customer.writes("Line dead", COMPLETE)
        stage.settle()
        outside.advance(timedelta(hours=1))
        listener.answer = lambda: (503, {})
        outside.advance(timedelta(hours=1))
        assert outside.marks(ticket) == {"told-pager-level-2"}
        told = {one.headers["webhook-id"] for one in listener.got}

        stage.table.close()
        stage.table = WorkTable.open(f"sqlite:///{tmp_path_factory.mktemp('new')}/work.sqlite3", stage.clock)
        outside.start()
        stage.worker._sweeps.begin()
        listener.answer = lambda: (200, {})
        before = len(listener.got)
        outside.advance(timedelta(minutes=1))

        assert outside.marks(ticket) == {"told-pager-level-2", "told-pager-level-3"}
        assert len(listener.got) == before + 1
        assert listener.got[-1].headers["webhook-id"] in told, "a repeat has its first id"


def test_what_cannot_be_told_is_said_on_the_ticket_and_can_be_told_later(zammad_cast: Cast) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    with listening() as listener:
        outside = Outside(cast, listener, events=["escalation.level_reached"])
        listener.answer = lambda: (410, {})
        ticket = cast.customer.writes("Line dead", COMPLETE)
        stage.settle()
        outside.advance(timedelta(hours=1))
        assert outside.marks(ticket) == {"not-told-pager-level-2"}
        note = next(one for one in stage.ticket(ticket).articles if "not-told-pager-level-2" in one.marks)
        assert note.internal
        assert "410" in note.body

        (given_up,) = stage.table.tellings.dead()
        listener.answer = lambda: (200, {})
        assert stage.table.tellings.replay([given_up.key]) == 1
        outside.advance(timedelta(minutes=1))

        assert outside.marks(ticket) == {"not-told-pager-level-2", "told-pager-level-2"}
        assert stage.table.tellings.dead() == []


def dies(_: object, planned: Sequence[object]) -> None:
    """The process is killed here."""
    if planned:
        raise SystemExit


def test_a_crash_between_the_note_and_the_plan_loses_nothing(
    zammad_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    with listening() as listener:
        outside = Outside(cast, listener, events=["escalation.level_reached"])
        ticket = cast.customer.writes("Line dead", COMPLETE)
        stage.settle()
        with monkeypatch.context() as patched:
            patched.setattr(type(stage.table.tellings), "add", dies)
            with pytest.raises(SystemExit):
                stage.advance(timedelta(hours=1))
        assert "level-2" in stage.ticket(ticket).marks

        outside.start()
        outside.advance(timedelta(minutes=5))

        assert outside.marks(ticket) == {"told-pager-level-2"}
        assert len(listener.got) == 1
