"""A helpdesk that answers some requests a byte now and then, slower than any deadline: nobody is held, all is done."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import requests

from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.timed import TimedAdapter
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.sandbox.faults import Fault
from connector.work.table import Key, WorkTable
from tests.chaos.evidence import Evidence, gather
from tests.chaos.policy import AGE, LAST_LEVEL_AFTER, quick_ladder
from tests.chaos.rounds import finish_what_is_left
from tests.chaos.sandbox import Clock, OpenDesk, Sandbox, Transport
from tests.chaos.worker import Order, worker_process
from tests.waiting import wait_until

CONNECT_S, READ_S = 0.5, 0.5
DEADLINE_S = CONNECT_S + READ_S
"""For the whole exchange. In earnest it is 35 s: nobody waits that long here."""
_STEP = timedelta(seconds=3)
"""So that pauses after failures end."""
_SLACK_S = 2.0
"""For a loaded machine: a drip takes 8 s at least."""
_THREADS = 32
_SLOW_HEAD_S, _SLOW_BODY_S = 0.1, 0.001
"""Between two bytes. The lines before the body have about 85: the first way, they alone take 8 s; the other way, they
come in time, and the body would take a quarter of an hour."""


class Watched(TimedAdapter):
    """With the short deadline. Notes in a file how many seconds each exchange that failed has held its thread."""

    def __init__(self, held: Path) -> None:
        super().__init__(_THREADS)
        self._held = held

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """See :class:`TimedAdapter`."""
        began = time.monotonic()
        response: requests.Response = self._noting(
            began, lambda: super(Watched, self).send(request, *args, **kwargs | {"timeout": (CONNECT_S, READ_S)})
        )
        read = response.raw.read
        setattr(response.raw, "read", lambda *how, **more: self._noting(began, lambda: read(*how, **more)))  # noqa: B010 - mypy
        return response

    def _noting(self, began: float, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except BaseException:
            with self._held.open("ab", buffering=0) as file:
                file.write(f"{time.monotonic() - began:.3f}\n".encode())
            raise


def _open_watched(open_desk: OpenDesk, held: Path, clock: Clock, _: Transport | None) -> Helpdesk:
    return open_desk(clock, lambda: Watched(held))


class Dripped(NamedTuple):
    """What became of it."""

    drips: int
    """Answers that came a byte now and then, all of them given up."""
    longest_s: float
    """That one of them has held a thread."""
    tickets: int
    evidence: Evidence
    seconds: float


def fed_by_drips(helpdesk: Sandbox, database_url: str, directory: Path, count: int, drips: int) -> Dripped:
    """``count`` tickets are due at once. ``drips`` (a multiple of 4) of their reads and writes are answered so, half
    of them from the first line on, the other in the body; what was to be written has been written. Then the helpdesk is
    well again."""
    began = time.monotonic()
    policy, held = quick_ladder(directory), directory / "held"
    held.touch()
    table = WorkTable.open(database_url, helpdesk.clock)
    tickets = helpdesk.opens(count, AGE, LAST_LEVEL_AFTER)
    helpdesk.drips(
        *(
            Fault("drip", method, path, times=drips // 4, seconds=seconds)
            for seconds in (_SLOW_HEAD_S, _SLOW_BODY_S)
            for method, path in (("GET", r"/[0-9]+(\?|$)"), ("PUT", r"/[0-9]+(\?|$)"))
        )
    )
    table.touch([Key(helpdesk.name, ticket) for ticket in tickets], table.now())
    order = Order.on(helpdesk, database_url, directory / "log")._replace(policy=policy)
    with worker_process(order._replace(open_desk=partial(_open_watched, helpdesk.open_desk, held))) as worker:

        def is_over() -> bool:
            assert worker.is_alive(), order.log.read_text()
            helpdesk.clock.advance(_STEP)
            return len(held.read_text().splitlines()) >= drips

        wait_until(is_over, "all drips have been given up", every_s=0.1)
    helpdesk.drips()
    finish_what_is_left(helpdesk, database_url, directory, policy)
    assert table.dead_letters() == []
    table.close()
    times = [float(line) for line in held.read_text().split()]
    rules = load_policy(policy, MAPPINGS / "services.yaml")
    evidence = gather(helpdesk, rules, tickets)
    return Dripped(len(times), max(times), count, evidence, time.monotonic() - began)


def is_as_promised(found: Dripped) -> bool:
    """Nobody was held longer than the deadline, and nothing was lost or done twice."""
    right = not found.evidence.lost and not found.evidence.twice and found.evidence.steps["level"] == found.tickets
    return right and found.longest_s <= DEADLINE_S + _SLACK_S
