"""P7 on Zammad: what an agent changes while the connector writes to the same ticket sends no webhook, and is not lost.

Seen on a real 6.4: triggers that leave out the connector's changes look at who changed the ticket last, and that is the
connector then. Tried, and red: no look after an own write; the sandbox tells of the agent's change all the same.
"""

from datetime import timedelta

import pytest

from connector.domain.vocabulary import Impact, Priority
from connector.helpdesks.registry import plugin
from connector.work.errand import SweepSchedule
from connector.work.worker import Worker
from tests.promises.conftest import COMPLETE, Cast, zammad_house


@pytest.mark.parametrize("looks_again", [True, False])
def test_a_change_that_crosses_the_connectors_own_write_is_found_soon(zammad_cast: Cast, looks_again: bool) -> None:
    stage, soon = zammad_cast.stage, plugin("zammad").sweep_after_write
    assert soon is not None
    stage.worker = Worker(
        stage.table, stage.desk, stage.policy, schedule=SweepSchedule(after_write=soon if looks_again else None)
    )
    ticket = zammad_cast.customer.writes("Line dead", COMPLETE)
    stage.advance(timedelta(minutes=14))
    sandbox = zammad_house(stage).sandbox

    sandbox.cross("grace@interspace.example", int(ticket), impact="degradation")
    stage.advance(timedelta(minutes=1))
    told = len(sandbox.world.http_log)
    stage.advance(soon + timedelta(seconds=5))

    seen = stage.ticket(ticket)
    assert seen.fields.impact is Impact.DEGRADATION
    assert seen.fields.priority is (Priority.P2 if looks_again else Priority.P1)
    assert len(sandbox.world.http_log) == told, "nobody was told of it"
