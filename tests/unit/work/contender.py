"""One of several processes that touch and work the same tickets; run as a program by ``test_contention``."""

import json
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from connector.work.group_commit import GroupCommit
from connector.work.table import Done, Failed, Job, Key, WorkTable

DESK = "zammad"
TICKETS = [str(n) for n in range(20)]
TOUCHES_PER_THREAD = 60
LEASE = timedelta(minutes=10)


class Touch(NamedTuple):
    """An event: when it happened, by the clock that all processes of a machine share."""

    ticket: str
    began: int


class Run(NamedTuple):
    """A ticket was held from ``began`` to ``ended``."""

    ticket: str
    began: int
    ended: int


def contend(url: str, seed: int) -> tuple[list[Touch], list[Run]]:
    """Touch from two threads through the group commit and work in two others until nothing is left."""
    table = WorkTable.open(url)
    group = GroupCommit(table)
    with ThreadPoolExecutor(4) as pool:
        touching = [pool.submit(_touch, table, group, random.Random(f"{seed}-{n}")) for n in range(2)]
        working = [pool.submit(_work, table, random.Random(f"{seed}-{n}"), touching) for n in range(2, 4)]
        touches = [touch for future in touching for touch in future.result()]
        runs = [run for future in working for run in future.result()]
    group.close()
    table.close()
    return touches, runs


def _touch(table: WorkTable, group: GroupCommit, chance: random.Random) -> list[Touch]:
    touches = []
    for _ in range(TOUCHES_PER_THREAD):
        touches.append(Touch(chance.choice(TICKETS), time.monotonic_ns()))
        group.touch(Key(DESK, touches[-1].ticket), table.now(), 60)
    return touches


def _work(table: WorkTable, chance: random.Random, touching: list[Future[list[Touch]]]) -> list[Run]:
    runs = []
    while not all(future.done() for future in touching) or table.next_due(DESK) is not None:
        jobs = table.claim(DESK, 5, LEASE)
        began = time.monotonic_ns()
        if jobs:
            runs += list(_finish(table, chance, jobs, began))
    return runs


def _finish(table: WorkTable, chance: random.Random, jobs: list[Job], began: int) -> Iterator[Run]:
    """Some succeed, some fail and are tried again, some are given back."""
    lots = {job: chance.random() for job in jobs}
    ended = time.monotonic_ns()
    table.finish([Done(job, None, None) for job in jobs if lots[job] < 0.8])
    table.fail([Failed(job, "unlucky", table.now()) for job in jobs if 0.8 <= lots[job] < 0.9])
    table.release([job for job in jobs if lots[job] >= 0.9])
    for job in jobs:
        yield Run(job.key.ticket, began, ended)


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(json.dumps(contend(sys.argv[1], int(sys.argv[2]))))
