"""A ticket so swollen that the kernel kills every worker that reads it (SIGKILL, as for want of memory), until it is a
dead letter (P23)."""

import os
import random
import signal
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Timer
from typing import NamedTuple

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.work.jobs import MOST_DEATHS
from connector.work.table import Key, WorkTable
from connector.work.worker import LEASE
from tests.chaos.dying import Deaths, DyingDesk
from tests.chaos.evidence import Evidence, gather
from tests.chaos.policy import AGE, LAST_LEVEL_AFTER, quick_ladder
from tests.chaos.sandbox import Clock, OpenDesk, Sandbox, Transport
from tests.chaos.worker import Order, worker_process
from tests.waiting import is_quiet, wait_until

_ANSWER_S = 0.01
_LATEST_S = 0.3
"""After the read has begun."""
_MOST_LIVES = 20


class SwollenDesk(DyingDesk):
    """Whoever reads the swollen ticket dies within a moment, whatever else its process is doing."""

    swollen: str
    witness: Path

    def read(self, ticket_id: TicketId) -> Ticket:
        """See ``Helpdesk``."""
        if ticket_id != self.swollen:
            return super().read(ticket_id)
        with self.witness.open("ab", buffering=0) as witness:
            witness.write(b"x")
        Timer(random.uniform(0, _LATEST_S), os.kill, (os.getpid(), signal.SIGKILL)).start()
        super().read(ticket_id)
        # It was sooner read than the kernel acted.
        Event().wait()
        raise AssertionError("unreachable")


def _open_swollen(
    open_desk: OpenDesk, ticket: str, witness: Path, clock: Clock, transport: Transport | None
) -> SwollenDesk:
    desk = SwollenDesk(open_desk(clock, transport), Deaths(()))
    desk.swollen, desk.witness = ticket, witness
    return desk


class Swollen(NamedTuple):
    """What became of it."""

    deaths: int
    """Workers that the swollen ticket has killed, before it was a dead letter."""
    tickets: int
    others: Evidence
    """On all other tickets, while the swollen one was a dead letter."""
    all: Evidence
    """On all tickets, after it had shrunk and was replayed."""
    seconds: float


def killed_by_a_ticket(helpdesk: Sandbox, database_url: str, directory: Path, count: int) -> Swollen:
    """``count`` tickets, one of them swollen, are due at once. Workers die, and leases end, until nothing is left; then
    the ticket shrinks and is replayed.

    Raises ``AssertionError`` if any other ticket becomes a dead letter, or this one does not.
    """
    began = time.monotonic()
    policy, witness = quick_ladder(directory), directory / "deaths"
    witness.touch()
    table = WorkTable.open(database_url, helpdesk.clock)
    tickets = helpdesk.opens(count, AGE, LAST_LEVEL_AFTER)
    swollen = tickets[count // 2]
    helpdesk.answers_in(_ANSWER_S)
    table.touch([Key(helpdesk.name, ticket) for ticket in tickets], table.now())
    sound = Order.on(helpdesk, database_url, directory / "log")._replace(policy=policy)
    mortal = sound._replace(open_desk=partial(_open_swollen, helpdesk.open_desk, swollen, witness))
    for _ in range(_MOST_LIVES):
        if _lives(mortal, table, helpdesk):
            break
        helpdesk.clock.advance(LEASE + timedelta(seconds=1))
    rules = load_policy(policy, MAPPINGS / "services.yaml")
    deaths = witness.stat().st_size
    letters = [letter.key for letter in table.dead_letters()]
    assert letters == [Key(helpdesk.name, swollen)], f"dead letters after {deaths} deaths: {letters}"
    others = gather(helpdesk, rules, [ticket for ticket in tickets if ticket != swollen])
    table.replay(letters)
    assert _lives(sound, table, helpdesk), "a worker that nothing kills has died"
    table.close()
    helpdesk.answers_in(0)
    found = gather(helpdesk, rules, tickets)
    return Swollen(deaths, count, others, found, time.monotonic() - began)


def is_as_promised(found: Swollen) -> bool:
    """As many deaths as a ticket may cause, and nothing lost or done twice by them."""
    faults = (*found.others.lost, *found.others.twice, *found.all.lost, *found.all.twice)
    return found.deaths == MOST_DEATHS and not faults and found.all.steps["level"] == found.tickets


def _lives(order: Order, table: WorkTable, helpdesk: Sandbox) -> bool:
    """One worker, until it dies or has nothing left to do; whether it is alive then."""
    with worker_process(order) as worker:
        wait_until(lambda: not worker.is_alive() or is_quiet(table, helpdesk.name), "the worker is killed or done")
        return worker.is_alive()
