"""P23: no ticket can stop the others: one that kills whoever works on it, time and again, or hangs.

Tried, and red: a claim that nobody was heard of again is not counted; suspects are worked on together; the count is
forgotten by a new event; leases of hanging work are renewed for ever; a part of ``run`` that died stays dead; children
of a killed ``run`` live on.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.sandbox.clock import SteppedClock
from connector.work.jobs import MOST_DEATHS
from connector.work.table import Key, WorkTable
from connector.work.worker import LEASE, Worker
from tests.builders import T0, default_policy, incident
from tests.chaos.connector_group import running, wait_until_alive
from tests.chaos.helpdesks import HELPDESKS
from tests.chaos.policy import AGE, LAST_LEVEL_AFTER, quick_ladder
from tests.chaos.rounds import connector_settings
from tests.ports import free_port, is_open
from tests.promises.evidence import proofs
from tests.promises.small_helpdesk import Client, SmallHelpdesk
from tests.waiting import PATIENCE_S, wait_until
from tests.working import in_a_thread

POLICY = default_policy().model_copy(update={"applies_since": T0})


class Killed(BaseException):
    """Nothing of the process is left, no ``except`` and no ``finally``."""


class Deadly(Client):
    """A ticket of this helpdesk ends every process that reads it, whatever else that is doing."""

    deadly: str | None = "poison"

    def __init__(self, server: SmallHelpdesk) -> None:
        super().__init__(server)
        self.deaths = 0

    def read(self, ticket_id: TicketId) -> Ticket:
        if ticket_id == self.deadly:
            self.deaths += 1
            raise Killed
        return super().read(ticket_id)


def lives(table: WorkTable, clock: SteppedClock, desk: Client, count: int) -> None:
    """Processes one after the other. Each works until nothing is due, or until it is killed; then its leases end."""
    for _ in range(count):
        with suppress(Killed):
            Worker(table, desk, POLICY).run_due()
        clock.advance(LEASE + timedelta(seconds=1))


@pytest.fixture
def others() -> list[str]:
    return [str(number) for number in range(40)]


def test_who_kills_its_worker_is_a_dead_letter_after_a_few_lives_and_nobody_else_is(
    table: WorkTable, clock: SteppedClock, others: list[str]
) -> None:
    helpdesk = SmallHelpdesk(clock, [incident(id=name) for name in ("poison", *others)])
    desk = Deadly(helpdesk)
    # In the middle of those that are claimed together with it.
    for name in (*others[:20], "poison", *others[20:]):
        table.touch([Key("small", name)], clock())
        clock.advance(timedelta(milliseconds=1))

    lives(table, clock, desk, MOST_DEATHS + 1)

    (letter,) = table.dead_letters()
    assert letter.key == Key("small", "poison")
    assert f"{MOST_DEATHS} times whoever worked on this ticket was not heard of again" in letter.error
    assert desk.deaths == MOST_DEATHS
    for name in others:
        assert helpdesk.tickets[TicketId(name)].fields.escalation_level is not None
        assert set(proofs(helpdesk.tickets[TicketId(name)]).values()) == {1}

    table.touch([Key("small", "poison")], clock())
    lives(table, clock, desk, 3)
    assert desk.deaths == MOST_DEATHS + 1, "an event is worth one more life"
    assert len(table.dead_letters()) == 1

    desk.deadly = None
    table.replay([letter.key])
    lives(table, clock, desk, 1)
    assert helpdesk.tickets[TicketId("poison")].fields.escalation_level is not None
    assert table.dead_letters() == []


class Hanging(Client):
    """A ticket of this helpdesk never answers."""

    def __init__(self, server: SmallHelpdesk) -> None:
        super().__init__(server)
        self.asked, self.end = Event(), Event()

    def read(self, ticket_id: TicketId) -> Ticket:
        if ticket_id == "poison":
            self.asked.set()
            assert self.end.wait(PATIENCE_S)
        return super().read(ticket_id)


@pytest.fixture
def hanging(clock: SteppedClock) -> Iterator[Hanging]:
    desk = Hanging(SmallHelpdesk(clock, [incident(id="poison"), incident(id="good")]))
    yield desk
    desk.end.set()


def test_work_that_hangs_loses_its_lease_and_others_go_on(
    table: WorkTable, clock: SteppedClock, hanging: Hanging
) -> None:
    table.helpdesks.set_policy("small", POLICY.rules_version)
    table.touch([Key("small", "poison")], clock())
    with in_a_thread(Worker(table, hanging, POLICY, threads=2)):
        assert hanging.asked.wait(PATIENCE_S)
        hanging.asked.clear()

        def is_claimed_again() -> bool:
            clock.advance(LEASE / 3 + timedelta(seconds=1))
            return hanging.asked.wait(0.05)

        wait_until(is_claimed_again, "somebody else tries the ticket", patience_s=30, every_s=0)
        table.touch([Key("small", "good")], clock())

        def is_done() -> bool:
            clock.advance(LEASE / 3 + timedelta(seconds=1))
            return table.seen("small", ["good"])["good"].seen is not None

        wait_until(is_done, "its thread is replaced", patience_s=30, every_s=0.05)
        hanging.end.set()


def children(pid: int) -> list[int]:
    """All processes that it has started, and theirs."""
    own = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return own + [child for one in own for child in children(one)]


def is_gone(pid: int) -> bool:
    """Nothing of it is left but, perhaps, its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.slow
def test_parts_of_run_die_apart_come_back_and_never_outlive_it(sqlite_url: str, tmp_path: Path) -> None:
    policy, port = quick_ladder(tmp_path), free_port()
    with HELPDESKS["zammad"]() as helpdesk:
        settings = connector_settings(helpdesk, sqlite_url, policy, port) | {"INTERSPACE_LOG_FORMAT": "json"}
        with running(["run"], settings, tmp_path / "log") as connector:
            wait_until_alive(connector, "127.0.0.1", port)
            run = connector.pid
            wait_until(lambda: '"event": "worker started"' in connector.log.read_text(), "the worker works")
            receiver, worker, *_ = children(run)

            os.kill(worker, signal.SIGKILL)
            wait_until(lambda: connector.log.read_text().count('"event": "worker started"') == 2, "another worker")
            assert is_open(port)
            assert receiver in children(run), "the receiver has gone on"

            os.kill(receiver, signal.SIGKILL)
            wait_until(lambda: "started again" in connector.log.read_text().splitlines()[-1] or is_gone(receiver), "")
            wait_until(lambda: is_open(port) and receiver not in children(run), "another receiver")
            tickets = helpdesk.opens(1, AGE, LAST_LEVEL_AFTER)
            wait_until_alive(connector, "127.0.0.1", port)

            family = children(run)
            os.kill(run, signal.SIGKILL)
            wait_until(lambda: all(is_gone(child) for child in family), "no child outlives it")
            assert not is_open(port)

        with running(["run"], settings, tmp_path / "log") as connector:
            wait_until_alive(connector, "127.0.0.1", port)
            connector.send(signal.SIGTERM)
            assert connector.exit_code() == 0
    assert tickets
    assert "Traceback" not in (tmp_path / "log").read_text()
