"""P9: accepting never depends on the helpdesk: while it is down or hangs, the receiver takes everything in as before
and does not ask it anything.

Tried, and red: nothing is stored while the helpdesk is paused; to accept means to ask for pauses first; the receiver
makes a connection to the helpdesk.
"""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from connector.sandbox.clock import SteppedClock
from connector.sandbox.faults import Fault
from connector.work.group_commit import GroupCommit
from connector.work.schema import HELPDESKS, PAUSES
from connector.work.table import Key, WorkTable
from tests.benchmarks.senders import signed_request
from tests.builders import T0
from tests.promises.conftest import COMPLETE, Cast
from tests.unit.webhooks.receiver_process import running

TROUBLE = [
    Fault("refuse", times=None),
    Fault("hang", times=None),
    Fault("status", times=None, status=500),
    Fault("status", times=None, status=401),
    Fault("status", times=None, status=429, retry_after="3600"),
]


@pytest.mark.parametrize("trouble", TROUBLE, ids=["refused", "hanging", "500", "token revoked", "rate limited"])
def test_everything_is_accepted_in_every_minute_of_an_outage(cast: Cast, trouble: Fault) -> None:
    stage = cast.stage
    tickets = {cast.customer.writes(f"Line {number} down", COMPLETE) for number in range(10)}
    stage.sandbox.faults.add(trouble)
    stage.advance(timedelta(minutes=30))
    stage.sandbox.faults.clear()
    later = {cast.customer.writes(f"Line {number} down too", COMPLETE) for number in range(10)}
    stage.sandbox.faults.add(trouble)
    asked = stage.house.served()
    delivered = stage.sandbox.deliver_webhooks(stage.post)

    assert delivered == len(later)
    assert stage.sandbox.next_delivery_at() is None, "all were accepted, none is retried"
    assert stage.house.served() == asked, "nothing was asked"
    assert tickets | later <= set(stage.table.seen(stage.house.name, sorted(tickets | later)))


def test_a_receiver_accepts_at_a_helpdesk_that_takes_connections_and_never_answers(tmp_path: Path) -> None:
    """A real receiver with the address of a helpdesk that hangs: not even a connection is made."""
    with closing(socket.create_server(("127.0.0.1", 0))) as helpdesk:
        helpdesk.setblocking(False)
        address = f"http://127.0.0.1:{helpdesk.getsockname()[1]}"
        with running(
            tmp_path, INTERSPACE_ZAMMAD_URL=address, INTERSPACE_ZAMMAD_TOKEN="the token of a helpdesk that hangs"
        ) as receiver:
            answers = [receiver.exchange(signed_request(ticket))[9:12] for ticket in range(1, 101)]
            assert answers == [b"202"] * 100
            assert receiver.stored() >= {str(ticket) for ticket in range(1, 101)}
            with pytest.raises(BlockingIOError):
                helpdesk.accept()


KEY = Key("zammad", "1")


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement with its values, as any thread gives it to SQLAlchemy or to a connection of SQLite's own."""
    said: list[str] = []

    def executed(_1: object, _2: object, statement: str, values: object, _3: object, _4: object) -> None:
        said.append(f"{statement} {values}")

    connect = sqlite3.connect

    def connected(*place: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*place, **options)
        connection.set_trace_callback(said.append)
        return connection

    monkeypatch.setattr("sqlite3.connect", connected)
    event.listen(Engine, "before_cursor_execute", executed)
    yield said
    event.remove(Engine, "before_cursor_execute", executed)


@pytest.mark.parametrize(
    "accept",
    [
        lambda table: table.touch([KEY], T0),
        lambda table: table.touch_late(lambda: {KEY: T0}),
        lambda table: GroupCommit(table).touch(KEY, T0, 30),
    ],
    ids=["touch", "touch late", "group commit"],
)
def test_to_accept_an_event_nobody_looks_at_the_pauses(
    statements: list[str], database_url: str, clock: SteppedClock, accept: Callable[[WorkTable], None]
) -> None:
    """The same is asked of the database while the helpdesk is paused and while it is not, and nothing about pauses."""
    with closing(WorkTable.open(database_url, clock)) as table:

        def asked() -> list[str]:
            statements.clear()
            accept(table)
            return list(statements)

        accept(table)  # The first one connects.
        while_up = asked()
        for endpoint in (None, "search"):
            table.pause(KEY.helpdesk, T0 + timedelta(hours=1), "the helpdesk does not answer", endpoint)
        while_down = asked()
        assert table.paused(KEY.helpdesk).whole
        assert table.seen(KEY.helpdesk, [KEY.ticket])[KEY.ticket].due == T0

    assert len(while_up) == 1
    assert while_down == while_up
    assert not any(pauses.name in while_up[0] for pauses in (HELPDESKS, PAUSES))
