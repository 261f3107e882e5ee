"""Threads of several processes at once: no ticket has two owners, and no event goes without a later run."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from connector.sandbox.clock import SteppedClock
from connector.work.opening import open_database
from connector.work.table import Key, WorkTable
from tests.unit.work.contender import DESK, TICKETS, TOUCHES_PER_THREAD, Run, Touch
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[3]
PROCESSES = 3


def contend(url: str, directory: Path) -> tuple[list[Touch], list[Run]]:
    outputs = [directory / f"{n}.json" for n in range(PROCESSES)]
    running = [
        subprocess.Popen([sys.executable, "-m", "tests.unit.work.contender", url, str(n), str(output)], cwd=ROOT)
        for n, output in enumerate(outputs)
    ]
    assert [process.wait(PATIENCE_S) for process in running] == [0] * PROCESSES
    results = [json.loads(output.read_text()) for output in outputs]
    touches = [Touch(*touch) for result in results for touch in result[0]]
    return touches, [Run(*run) for result in results for run in result[1]]


def test_processes_share_the_work(database_url: str, tmp_path: Path) -> None:
    touches, runs = contend(database_url, tmp_path)
    assert len(touches) == PROCESSES * 2 * TOUCHES_PER_THREAD
    for ticket in TICKETS:
        of_ticket = sorted((run for run in runs if run.ticket == ticket), key=lambda run: run.began)
        assert all(one.ended <= other.began for one, other in pairwise(of_ticket)), "two owners at once"
        events = [touch.began for touch in touches if touch.ticket == ticket]
        assert not events or max(events) < of_ticket[-1].began, "an event without a run after it"
    table = WorkTable.open(database_url)
    assert not any(table.counts()[DESK][:4]), "nothing is due, waiting, leased or dead"
    table.close()


def test_transactions_that_deadlock_are_tried_again(postgresql_url: str, clock: SteppedClock) -> None:
    table = WorkTable.open(postgresql_url, clock)
    table.touch([Key(DESK, "a"), Key(DESK, "b")], clock())
    database = open_database(postgresql_url)
    both_hold_one = threading.Barrier(2)

    def add(order: str) -> None:
        tries = iter((both_hold_one.wait, *[lambda: 0] * 10))

        def work(connection: Connection) -> None:
            connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            for ticket in order:
                connection.execute(
                    text("UPDATE connector_ticket SET attempts = attempts + 1 WHERE ticket = :ticket"),
                    {"ticket": ticket},
                )
                if ticket == order[0]:
                    next(tries)()

        database.write(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, ("ab", "ba")))
    assert [job.attempts for job in table.claim(DESK, 2, timedelta(minutes=1))] == [2, 2]
    database.close()
    table.close()
