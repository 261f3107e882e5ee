"""Zammad 6.4 refuses the first writes of a new attribute on several tickets at once (extra/race2): that passes.

Tried, and red: the refusal has another text, and is taken for one of a detail.
"""

from datetime import timedelta

from connector.sandbox.faults import Fault
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import steps


def test_the_race_of_first_writes_leaves_no_trace(zammad_cast: Cast) -> None:
    stage = zammad_cast.stage
    undisturbed = zammad_cast.customer.writes("Line down", COMPLETE)
    stage.advance(timedelta(minutes=5))
    ticket = zammad_cast.customer.writes("Line down", COMPLETE)
    stage.sandbox.faults.add(Fault("status", *stage.house.request_of("write", ticket), times=6, status=422))

    stage.advance(timedelta(minutes=5))

    assert stage.table.dead_letters() == []
    assert stage.ticket(ticket).fields.escalation_level == 1
    assert steps(stage.ticket(ticket)) == steps(stage.ticket(undisturbed))
