"""A sandbox Zammad on a socket in a process of its own, steered through a pipe."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from connector.helpdesks.zammad.load import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.zammad import Response, RunningServer, SandboxZammad
from connector.sandbox.zammad.furnished import BOT, furnish, request

_ONCE = ("users/me", "ticket_states", "ticket_priorities", "groups")
"""What a worker reads once when it starts."""


class Traffic(NamedTuple):
    """The connector's API calls about tickets, and what else a benchmark asks about."""

    reads: int
    writes: int
    searches: int
    one_write_each: bool
    """No ticket was written twice."""


class Sandbox(NamedTuple):
    """The handle on the process."""

    url: str
    token: str
    pid: int
    pipe: Connection

    def asked(self, *question: Any) -> Any:
        """The answer to one of ``_Answers``' methods."""
        self.pipe.send(question)
        return self.pipe.recv()

    def opens(self, tickets: int) -> list[str]:
        """Customers write that many e-mails with all details, without delay; returns the tickets' ids."""
        found: list[str] = self.asked("opens", tickets)
        return found

    def answers_in(self, seconds: float) -> None:
        """From now on every answer leaves so long after its request has arrived, however busy the sandbox is."""
        self.asked("answers_in", seconds)

    def traffic(self) -> Traffic:
        """Since the last time this was asked."""
        found: Traffic = self.asked("traffic")
        return found


@contextmanager
def sandbox_process() -> Iterator[Sandbox]:
    """A furnished sandbox with a customer of Harbour Bank; its clock is the real one."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,))
    process.start()
    url, token = here.recv()
    try:
        yield Sandbox(url, token, process.pid or 0, here)
    finally:
        here.send(("stop",))
        process.join()


def _serve(pipe: Connection) -> None:
    answers = _Answers()
    with RunningServer(answers.handle, "127.0.0.1", 0, None) as server:
        pipe.send((server.url, answers.bot))
        while (question := pipe.recv())[0] != "stop":
            pipe.send(getattr(answers, question[0])(*question[1:]))


class _Answers:
    def __init__(self) -> None:
        self.zammad = SandboxZammad(partial(datetime.now, UTC))
        self.bot = furnish(self.zammad, load_mapping(MAPPINGS / "zammad.yaml")).bot
        self._customer = self.zammad.add_user("ada@harbour.example", organization="Harbour Bank", firstname="Ada")
        self._told = 0
        self._answer_s = 0.0

    def opens(self, tickets: int) -> list[str]:
        started = datetime.now(UTC) - timedelta(minutes=20)
        for number in range(tickets):
            article = {"type": "email", "body": _mail(number, started), "subject": f"Line {number} down"}
            ticket = {"title": f"Line {number} down", "group": "Users", "article": article}
            request(self.zammad, self._customer, "POST", "tickets", ticket)
        return [str(number) for number in list(self.zammad.world.table("Ticket"))[-tickets:]]

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        leaves = time.perf_counter() + self._answer_s
        response = self.zammad.handle(method, target, headers, body)
        time.sleep(max(0.0, leaves - time.perf_counter()))
        return response

    def answers_in(self, seconds: float) -> None:
        self._answer_s = seconds

    def traffic(self) -> Traffic:
        served = self.zammad.requests[self._told :]
        self._told += len(served)
        calls = [(call.method, call.path.removeprefix("/api/v1/")) for call in served if call.user == BOT]
        calls = [(method, path) for method, path in calls if path.partition("?")[0] not in _ONCE]
        writes = Counter(path for method, path in calls if method != "GET" and "search" not in path)
        reads = sum(1 for method, _ in calls if method == "GET")
        searches = sum(1 for _, path in calls if "search" in path)
        return Traffic(reads, writes.total(), searches, max(writes.values(), default=0) <= 1)


def _mail(number: int, started: datetime) -> str:
    impacts = ("service affecting", "degradation", "non-service affecting")
    urgencies = ("high", "medium", "low")
    return (
        f"Dear support team,\n\nwe see trouble on the line to branch office {number}.\n\n"
        f"Service ID: SVC-1005\nStart time: {started:%Y-%m-%d %H:%M} UTC\n"
        f"Description: sessions to branch {number} break off\nImpact: {impacts[number % 3]}\n"
        f"Urgency: {urgencies[number // 3 % 3]}\n\nBest regards\nAda Lovelace\n"
    )
