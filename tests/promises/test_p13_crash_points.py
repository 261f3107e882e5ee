"""P13: wherever the worker's process dies, every note, level, RFO task and link exists exactly once afterwards.

Real processes and real sockets. A worker kills itself at a named point; the next one knows nothing but the work table
and the helpdesk. Jira's search learns of what is created only after the next worker has looked for it.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.domain.model import TicketId
from connector.domain.vocabulary import TicketState
from connector.helpdesks.on_behalf import Request
from connector.work.submissions import State
from connector.work.table import Key, WorkTable
from connector.work.worker import LEASE
from tests.builders import default_policy
from tests.chaos.dying import Death, Point
from tests.chaos.evidence import gather
from tests.chaos.helpdesks import HELPDESKS, SHAPES
from tests.chaos.sandbox import Sandbox
from tests.chaos.worker import POLICY, Order, worker_process
from tests.promises.conftest import Place
from tests.unit.intake.reports import request
from tests.waiting import is_quiet, wait_until

pytestmark = pytest.mark.slow

AGE = timedelta(minutes=150)
"""Of a P1 that nobody has looked at: level 3 is due, levels 1 and 2 are only recorded."""

MOST_TICKETS = 10 * len(Point)
"""Nobody needs half as many to come past every point."""

CREATING = frozenset({Point.BEFORE_ENSURE, Point.INTENDED, Point.CREATED, Point.BEFORE_LINK, Point.LINKED})
REPORTING = frozenset({Point.BEFORE_OPEN, Point.OPENED})
"""Of panels' reports: see below."""
MOVING = frozenset({Point.BEFORE_MOVE, Point.MOVED})
ON_JIRA_ALONE = MOVING | {Point.INTENDED, Point.BEFORE_LINK, Point.LINKED}
"""Zammad finds what was created at once, and changes the state and links in the same request as the rest."""


class Scene(NamedTuple):
    """A helpdesk, the work table, and what a worker needs to know of both."""

    helpdesk: Sandbox
    table: WorkTable
    order: Order

    def touch(self, tickets: list[str]) -> None:
        """All are due."""
        self.table.touch([Key(self.helpdesk.name, ticket) for ticket in tickets], self.table.now())

    def work(self, order: Order) -> None:
        """Worker after worker, each when the last one's leases have ended, until nothing is left."""
        while not is_quiet(self.table, self.helpdesk.name):
            if not self._is_idle():
                self.one_life(order)
            self.helpdesk.clock.advance(LEASE + timedelta(seconds=1))

    def one_life(self, order: Order) -> None:
        """Of a worker, until it kills itself or has nothing to do at this time."""
        with worker_process(order) as worker:
            wait_until(lambda: not worker.is_alive() or self._is_idle(), "the worker dies or has nothing to do")
        assert worker.exitcode in (0, -signal.SIGKILL), order.log.read_text()

    def _is_idle(self) -> bool:
        counts = self.table.counts().get(self.helpdesk.name)
        return counts is None or not (counts.due or counts.leased)


OpenScene = Callable[[str, str], Scene]
"""On a helpdesk, with a database."""


@pytest.fixture(scope="module")
def helpdesks() -> Iterator[Callable[[str], Sandbox]]:
    """One of each kind for all tests of this file; each test has its own tickets."""
    with ExitStack() as closing:
        yield cache(lambda kind: closing.enter_context({**HELPDESKS, **SHAPES}[kind]()))


@pytest.fixture
def open_scene(helpdesks: Callable[[str], Sandbox], tmp_path: Path) -> Iterator[OpenScene]:
    """Its work table is closed at the end."""
    with ExitStack() as closing:

        def opened(kind: str, database_url: str) -> Scene:
            helpdesk = helpdesks(kind)
            table = WorkTable.open(database_url, helpdesk.clock)
            closing.callback(table.close)
            return Scene(helpdesk, table, Order.on(helpdesk, database_url, tmp_path / "log"))

        yield opened


def level(scene: Scene, count: int) -> list[str]:
    """Incidents that have to be raised."""
    return scene.helpdesk.opens(count, AGE)


def rfo(scene: Scene, count: int) -> list[str]:
    """Closed incidents whose customers ask for the RFO."""
    tickets = level(scene, count)
    for ticket in tickets:
        scene.helpdesk.agent_closes(ticket)
        scene.helpdesk.customer_asks_for_rfo(ticket)
    return tickets


def problem(scene: Scene, count: int) -> list[str]:
    """Problem records that were closed without a root cause and have to be opened again."""
    incidents = level(scene, count)
    for incident in incidents:
        scene.helpdesk.agent_closes(incident)
    scene.touch(incidents)
    scene.work(scene.order._replace(policy=_a_record_for_each(scene.order.log.parent)))
    desk = scene.helpdesk.desk()
    records = [str(link.id) for incident in incidents for link in desk.read(TicketId(incident)).links]
    scene.touch(records)
    scene.work(scene.order)
    for record in records:
        scene.helpdesk.agent_closes(record)
    return records


def _a_record_for_each(folder: Path) -> Path:
    """The shipped policy, but incidents of one outage get a record each, at once."""
    text = POLICY.read_text(encoding="utf-8")
    each, at_once = ("one_record_for: [service, circuit, region]", "one_record_for: []"), ("wait: 30 min", "wait: 1 s")
    for old, new in (each, at_once):
        assert old in text
        text = text.replace(old, new)
    changed = folder / "a record for each.yaml"
    changed.write_text(text, encoding="utf-8")
    return changed


@pytest.mark.parametrize(
    ("story", "not_passed", "step", "state"),
    [
        (rfo, MOVING, "rfo", TicketState.CLOSED),
        (level, CREATING | MOVING, "level", TicketState.NEW),
        (problem, CREATING, "problem", TicketState.OPEN),
    ],
    ids=["task, link and mail", "level and note", "record opened again"],
)
def test_the_next_worker_finishes_what_the_dead_ones_began(
    open_scene: OpenScene,
    place: Place,
    tmp_path: Path,
    story: Callable[[Scene, int], list[str]],
    not_passed: frozenset[Point],
    step: str,
    state: TicketState,
) -> None:
    """A ticket for each point. Whoever dies takes all others of its process with it, wherever they are."""
    scene = open_scene(place.helpdesk, place.database_url)
    points = set(Point) - REPORTING - not_passed - (ON_JIRA_ALONE if place.helpdesk.startswith("zammad") else set())
    tickets: list[str] = []

    while left := [point for point in Point if point in points and not (tmp_path / point).exists()]:
        # Again with a new ticket, where one came past its point in the arms of another's death.
        assert len(tickets) < MOST_TICKETS, left
        more = story(scene, len(left))
        deaths = tuple(Death(point, ticket, tmp_path / point) for point, ticket in zip(left, more, strict=True))
        tickets += more
        scene.touch(more)
        scene.work(scene.order._replace(deaths=deaths))

    found, created = gather(scene.helpdesk, default_policy(), tickets), scene.helpdesk.made().tickets
    assert (found.lost, found.twice) == ([], [])
    assert found.steps[step] == len(tickets)
    assert {scene.helpdesk.desk().read(TicketId(ticket)).state for ticket in tickets} == {state}
    assert [created[f"rfo:{ticket}"] for ticket in tickets] == [story is rfo] * len(tickets)


@pytest.mark.parametrize("kind", ["zammad", "jira-cloud"])
def test_a_panels_report_is_one_ticket_wherever_the_worker_dies(
    open_scene: OpenScene, kind: str, sqlite_url: str, tmp_path: Path
) -> None:
    """A report for each point. On Jira the request and what belongs to it are two calls."""
    scene = open_scene(kind, sqlite_url)
    points = REPORTING | {Point.CLAIMED, Point.CREATED, Point.BEFORE_DONE, Point.DONE}
    points |= {Point.WRITTEN} if kind.startswith("jira") else set()
    reports: list[Request] = []

    while left := [point for point in Point if point in points and not (tmp_path / point).exists()]:
        assert len(reports) < MOST_TICKETS, left
        more = [request(externalId=f"{kind} {len(reports) + number}") for number in range(len(left))]
        deaths = tuple(Death(point, report.key, tmp_path / point) for point, report in zip(left, more, strict=True))
        reports += more
        for report in more:
            scene.table.submissions.accept(scene.helpdesk.name, report, report.digest)
        scene.work(scene.order._replace(deaths=deaths))

    created = scene.helpdesk.made().tickets
    done = [scene.table.submissions.find(scene.helpdesk.name, report.key) for report in reports]
    assert [created[report.key] for report in reports] == [1] * len(reports)
    assert {one.state for one in done if one} == {State.MADE}
    numbers = {one.opened.id for one in done if one and one.opened}
    assert len(numbers) == len(reports)
    levels = {scene.helpdesk.desk().read(ticket).fields.escalation_level for ticket in numbers}
    assert None not in levels, "each was looked at; on a slow machine more lives, and so more of their time, pass"


@pytest.mark.parametrize("kind", ["zammad", "jira-cloud"])
def test_a_worker_that_wakes_up_after_its_lease_does_not_repeat_what_another_has_done(
    open_scene: OpenScene, kind: str, postgresql_url: str, tmp_path: Path
) -> None:
    """A machine that was suspended, or whose disk hung: it goes on with what it read before it stopped.

    Only with PostgreSQL: those who share a SQLite file live on one machine and stop together.
    """
    scene = open_scene(kind, postgresql_url)
    (ticket,), witness = level(scene, 1), tmp_path / "stopped here"
    scene.touch([ticket])
    stops = scene.order._replace(deaths=(Death(Point.READ, ticket, witness, signal.SIGSTOP),))

    with worker_process(stops) as sleeper:
        wait_until(witness.exists, "the worker stops")
        scene.helpdesk.clock.advance(LEASE + timedelta(seconds=1))
        scene.one_life(scene.order)
        os.kill(sleeper.pid or 0, signal.SIGCONT)
        wait_until(lambda: "lease had passed" in stops.log.read_text(), "the sleeper learns that its lease is gone")

    found = gather(scene.helpdesk, default_policy(), [ticket])
    assert (found.lost, found.twice) == ([], [])
