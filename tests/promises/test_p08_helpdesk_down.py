"""P8, P9: the helpdesk is down for hours: nothing is lost, all is applied once afterwards, accepting goes on.

Tried, and red: an outage counts as a failure of the ticket; the events of an outage are done with; the 404 of a proxy
is believed.
"""

from datetime import timedelta

import pytest

from connector.sandbox.zammad import Fault
from connector.work.errand import SWEEP
from connector.work.table import Key
from tests.promises.conftest import COMPLETE, Cast, open_stage, with_people
from tests.promises.evidence import calls, levels_noted, proofs


@pytest.mark.parametrize(
    "trouble",
    [
        Fault("refuse", path="/(api|rest)/", times=None),
        Fault("hang", path="/(api|rest)/", times=None),
        Fault("status", path="/(api|rest)/", times=None, status=500),
        Fault("status", path="/(api|rest)/", times=None, status=502),
        Fault("status", path="/(api|rest)/", times=None, status=503, retry_after="120"),
        Fault("status", path="/(api|rest)/", times=None, status=401),
        Fault("stranger", path="/(api|rest)/", times=None, status=404),
    ],
    ids=["refused", "hanging", "500", "502", "503 with Retry-After", "token revoked", "404 of a proxy"],
)
def test_hours_without_a_helpdesk_lose_nothing_and_double_nothing(cast: Cast, trouble: Fault) -> None:
    stage = cast.stage
    tickets = [cast.customer.writes(f"Line {n} down", COMPLETE) for n in range(5)]
    stage.sandbox.deliver_webhooks(stage.post)
    stage.sandbox.faults.add(trouble)
    since = stage.house.served()

    stage.advance(timedelta(hours=2, minutes=30))
    asked = len(calls(stage, since))
    stage.sandbox.faults.clear()
    stage.advance(timedelta(minutes=5))

    assert asked <= 5 * 150 + 50, "a helpdesk that is down is left alone"
    for ticket in tickets:
        seen = stage.ticket(ticket)
        assert seen.fields.escalation_level == 3
        assert levels_noted(seen) == ["Escalation level 3: head of operations"]
        assert set(proofs(seen).values()) == {1}
    assert stage.table.dead_letters() == []


def test_a_bot_that_may_not_see_the_project_for_hours_forgets_no_ticket(jira_cast: Cast) -> None:
    """Jira says then that the issues do not exist."""
    stage = jira_cast.stage
    ticket = jira_cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    stage.sandbox.faults.add(Fault("status", path="/rest/api/2/(issue|project)/", times=None, status=404))

    stage.advance(timedelta(hours=1))
    stage.sandbox.faults.clear()
    stage.advance(timedelta(minutes=5))

    assert levels_noted(stage.ticket(ticket)) == ["Escalation level 2: shift manager"]


def test_accepting_never_asks_the_helpdesk(cast: Cast) -> None:
    stage = cast.stage
    cast.customer.writes("Line down", COMPLETE)
    stage.sandbox.faults.add(Fault("refuse", path="/(api|rest)/", times=None))

    assert stage.sandbox.deliver_webhooks(stage.post) == 1
    assert stage.sandbox.next_delivery_at() is None, "it was accepted, nothing is retried"
    assert stage.table.counts()[stage.desk.name].waiting == 1


def test_a_search_that_is_broken_for_a_day_does_not_end_the_sweeps(cast: Cast) -> None:
    """Tickets can be read and written meanwhile."""
    stage = cast.stage
    stage.table.touch([Key(stage.desk.name, SWEEP)], stage.clock())
    stage.sandbox.faults.add(Fault("status", *stage.house.request_of("find"), times=None, status=500))
    stage.advance(timedelta(days=1))
    stage.sandbox.faults.clear()
    stage.post = lambda *_: 503
    ticket = cast.customer.writes("Line down", COMPLETE)

    stage.advance(timedelta(minutes=15))

    assert stage.table.dead_letters() == []
    assert stage.ticket(ticket).fields.priority == "P1"


def test_another_helpdesk_on_the_same_work_table_does_not_notice(database_url: str) -> None:
    with open_stage(database_url, helpdesk="zammad-7") as down, open_stage(database_url, helpdesk="jira-cloud") as well:
        broken, sound = with_people(down), with_people(well)
        waiting = broken.customer.writes("Line down", COMPLETE)
        down.settle()
        down.sandbox.faults.add(Fault("refuse", path="/api/", times=None))
        going = sound.customer.writes("Line down", COMPLETE)
        for _ in range(25):
            for stage in (down, well):
                stage.advance(timedelta(minutes=5))

        assert levels_noted(well.ticket(going))[-1] == "Escalation level 3: head of operations"
        assert well.table.paused_until(well.desk.name) is None
        down.sandbox.faults.clear()
        down.advance(timedelta(minutes=5))
        assert levels_noted(down.ticket(waiting)) == ["Escalation level 3: head of operations"]
