"""P1: an answer 2xx means that the event is on disk: kill -9 of all processes at random moments loses nothing.

Real processes, real sockets, 32 senders. ``make chaos`` does it with 50 kills on each helpdesk and each database.
Whether an event was lost shows on the helpdesk: its sweep finds nothing here, so that only an acknowledged delivery can
have brought a change about. What a few kills hit only by chance is done on purpose before: an event arrives in the
middle of the work on its ticket, and the database is asked at the very moment of the answer.

Tried, and red: the result of a work forgets the event that came meanwhile; the receiver answers before the commit, or
without one; an event is stored under another helpdesk.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from connector.domain.vocabulary import TicketState
from connector.sandbox.house import IN_PROCESS
from connector.sandbox.stage import SETTLE
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.chaos.helpdesks import HELPDESKS
from tests.chaos.rounds import kill_and_restart
from tests.promises.conftest import COMPLETE, Cast, Place

PLACES = [("zammad", "sqlite"), ("jira-cloud", "postgresql")]


def test_when_the_answer_comes_the_event_is_in_the_database(
    cast: Cast, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, tickets, checks, store = cast.stage, set[str](), Event(), cast.stage.table.touch_late

    def late(collect: Callable[[], Mapping[Key, datetime]]) -> None:
        """Time enough for a receiver that answers without waiting."""
        checks.wait(0.1)
        store(collect)

    monkeypatch.setattr(stage.table, "touch_late", late)

    def checked(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent = {name: value for name, value in headers.items() if name.isascii() and value.isascii()}
        checks.clear()
        answer = stage.receiver.test_client().post(url.removeprefix(IN_PROCESS), data=body, headers=sent)
        assert answer.status_code == 202
        said = answer.get_json()
        if "ignored" not in said:  # the connector's own change
            another = WorkTable.open(place.database_url, stage.clock)
            named = said.get("tickets") or [said["ticket"]]
            rows = another.seen(stage.desk.name, named)
            another.close()
            checks.set()
            assert rows.keys() == set(named)
            assert all(row.due is not None and row.due <= stage.clock() + SETTLE for row in rows.values())
            tickets.update(named)
        return answer.status_code

    stage.post = checked
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.replies(ticket, "Technicians are on their way.")
    stage.settle()
    cast.come_to_the_rfo(ticket)

    assert ticket in tickets


class Meanwhile:
    """The worker's helpdesk. At one moment of a work something happens, and its delivery is acknowledged."""

    def __init__(self, desk: Any, moment: str, happening: Callable[[], object]) -> None:
        self._desk, self._moment = desk, moment
        self._happening: Callable[[], object] | None = happening

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._desk, name)
        if name != self._moment:
            return method

        def called(*arguments: Any) -> Any:
            result = method(*arguments)
            if self._happening is not None:
                happening, self._happening = self._happening, None
                happening()
            return result

        return called

    @property
    def happened(self) -> bool:
        """It is over."""
        return self._happening is None


@pytest.mark.parametrize("moment", ["read", "write", "ensure"])
def test_an_event_that_arrives_during_the_work_is_acted_upon(cast: Cast, moment: str) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    if moment == "ensure":
        stage.settle()
        cast.agent.sets(ticket, state=TicketState.CLOSED)
        stage.settle()
        stage.clock.advance(timedelta(minutes=31))

    def happening() -> None:
        cast.customer.replies(
            ticket, "Please send us the RFO." if moment == "ensure" else "Please escalate this ticket."
        )
        stage.sandbox.deliver_webhooks(stage.post)

    desk = Meanwhile(stage.desk, moment, happening)
    stage.worker = Worker(stage.table, desk, stage.policy)
    stage.settle()
    stage.settle()

    assert desk.happened
    if moment == "ensure":
        assert f"rfo:{ticket}" in {link.connector_key for link in stage.ticket(ticket).links}
    else:
        assert stage.ticket(ticket).fields.escalation_level == 2


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "database"), PLACES)
def test_what_was_acknowledged_is_done_once_although_everything_was_killed(
    kind: str, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database_url = request.getfixturevalue(f"{database}_url")
    with HELPDESKS[kind]() as helpdesk:
        survived = kill_and_restart(helpdesk, database_url, tmp_path, kills=2)

    assert (survived.evidence.lost, survived.evidence.twice) == ([], [])
    assert survived.refused > 0, "no sender noticed a kill"
    assert survived.evidence.steps.keys() >= {"level", "request", "rfo"}
    assert survived.evidence.created > 0
