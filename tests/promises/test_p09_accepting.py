"""P9: accepting never depends on the helpdesk: while it is down or hangs, the receiver takes everything in as before
and does not ask it anything."""

import socket
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from connector.sandbox.faults import Fault
from tests.benchmarks.senders import signed_request
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
