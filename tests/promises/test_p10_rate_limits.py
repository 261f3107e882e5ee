"""P10: 429 with Retry-After in seconds, as a date, or without: no request before its time."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from connector.sandbox.zammad import Fault
from tests.builders import T0
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import calls, proofs


@pytest.mark.parametrize(
    "header",
    ["300", format_datetime(T0 + timedelta(seconds=301), usegmt=True)],
    ids=["seconds", "date"],
)
def test_nobody_asks_before_the_time_the_helpdesk_named(cast: Cast, header: str) -> None:
    stage = cast.stage
    stage.zammad.faults.add(Fault("status", path=r"tickets/\d", times=1, status=429, retry_after=header))
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    since = len(stage.zammad.requests)

    stage.advance(timedelta(seconds=297))
    assert calls(stage, since) == []
    stage.advance(timedelta(seconds=10))

    assert stage.ticket(ticket).fields.priority == "P1"
    assert set(proofs(stage.ticket(ticket)).values()) <= {1}


def test_without_a_header_it_waits_a_little_and_tries_again(cast: Cast) -> None:
    stage = cast.stage
    stage.zammad.faults.add(Fault("status", path=r"tickets/\d", times=3, status=429))
    ticket = cast.customer.writes("Line down", COMPLETE)

    stage.advance(timedelta(minutes=1))

    assert stage.ticket(ticket).fields.priority == "P1"
