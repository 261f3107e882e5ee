"""A sandbox helpdesk in a process of its own, with the people who write to it, for tests with real processes.

What differs between helpdesks is in ``zammad.py`` and ``jira.py``.
"""

import json
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, local
from typing import Any, NamedTuple, Protocol

from pydantic import SecretStr
from requests.adapters import BaseAdapter

from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.helpdesks.helpdesk import Helpdesk
from connector.sandbox.faults import BrokenError, Fault, Faults
from connector.sandbox.house import IN_PROCESS, House
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response
from tests.chaos.clock import SharedClock

Clock = Callable[[], datetime]
Transport = Callable[[], BaseAdapter]
OpenDesk = Callable[[Clock, Transport | None], Helpdesk]
"""Opens the connector's own adapter. Can be sent to another process."""

_MAIL = (
    "Dear support team,\n\nthe line to branch {number} is dead.\n\nService ID: SVC-1005\n"
    "Start time: {start:%Y-%m-%d %H:%M} UTC\nDescription: no sessions to branch {number}\n"
    "Impact: service affecting\nUrgency: high\n\nBest regards\nAda Lovelace\n"
)
_LOOKS = ("search", "bulkfetch")
"""In the paths of requests that are sent by POST and change nothing."""


class Made(NamedTuple):
    """What the connector has created, as the helpdesk itself holds it."""

    tickets: Counter[str]
    """How many tickets carry each key of the connector."""
    links: Counter[frozenset[str]]
    """How many links there are between two tickets."""


class Furnished(Protocol):
    """What chaos needs of a helpdesk, in the helpdesk's process."""

    nothing: bytes
    """The answer to a search that finds nothing."""

    @property
    def house(self) -> House:
        """The sandbox in the rules' own terms."""

    def opener(self, url: str) -> OpenDesk:
        """Opens the adapter on the sandbox at ``url``."""

    def environment(self, url: str) -> dict[str, str]:
        """What ``python -m connector`` has to know of it."""

    def ticket_of(self, event: Mapping[str, Any]) -> str | None:
        """The ticket that a webhook's body is about; nothing for what the connector did itself."""

    def is_sweep(self, target: str, body: bytes) -> bool:
        """Whether a request asks for all tickets of some kind, not for a certain one."""

    def made(self) -> Made:
        """See there."""


class Sandbox:
    """The handle on the process. May be used from many threads. ``clock`` is the helpdesk's: real time, until somebody
    advances it, and then that of all who opened ``clock_file``."""

    def __init__(self, pipe: Connection, clock: SharedClock, clock_file: Path) -> None:
        self._pipe = pipe
        self._lock = Lock()
        self.clock, self.clock_file = clock, clock_file
        self.name: str
        """The key in the work table."""
        self.open_desk: OpenDesk
        self.environment: dict[str, str]
        """What ``python -m connector`` has to know of it."""
        self.name, self.open_desk, self.environment = pipe.recv()
        for setting, value in self.environment.items():
            if setting.endswith(("_TOKEN", "_SECRET")):
                # It was made in the other process: this is how the scan of all output (P21) learns of it.
                SecretStr(value)

    def opens(self, count: int, age: timedelta, over: timedelta = timedelta()) -> list[str]:
        """Customers wrote that many complete e-mails about a P1, the first ``age`` ago, the rest spread ``over`` the
        time after it; returns the tickets' ids."""
        found: list[str] = self._ask("opens", count, age, over)
        return found

    def customer_asks_to_escalate(self, ticket: str) -> None:
        """In a message."""
        self._ask("customer_says", ticket, "Please escalate this ticket.")

    def customer_asks_for_rfo(self, ticket: str) -> None:
        """In a message; on a closed ticket this starts the clock of the RFO."""
        self._ask("customer_says", ticket, "Please send us the RFO.")

    def agent_closes(self, ticket: str) -> None:
        """The incident is over, or whatever else the ticket is."""
        self._ask("agent_closes", ticket)

    def delivery(self, ticket: str) -> bytes:
        """The helpdesk's own signed webhook of the last event on this ticket, as bytes for the receiver's socket.

        Where an event has several, one of them at random: another one would hide its loss.
        """
        found: bytes = self._ask("delivery", ticket)
        return found

    def desk(self) -> Helpdesk:
        """What is on the tickets, read with the connector's own adapter."""
        return self.open_desk(self.clock, None)

    def made(self) -> Made:
        """What the connector has created."""
        found: Made = self._ask("made")
        return found

    def writes(self) -> int:
        """How many writing calls the connector has made since the start."""
        found: int = self._ask("writes")
        return found

    def answers_in(self, seconds: float) -> None:
        """From now on every answer leaves so long after its request has arrived."""
        self._ask("answers_in", seconds)

    def drips(self, *faults: Fault) -> None:
        """From now on these answers come a byte now and then, and no others. What was asked has been done by then."""
        self._ask("drips", faults)

    def stop(self) -> None:
        """The process ends."""
        with self._lock:
            self._pipe.send(("stop",))

    def _ask(self, *question: Any) -> Any:
        with self._lock:
            self._pipe.send(question)
            return self._pipe.recv()


@contextmanager
def sandbox_process(furnish: Callable[[Clock], Furnished], host: str = "127.0.0.1") -> Iterator[Sandbox]:
    """A furnished sandbox that lives as long as the context.

    It delivers nothing itself, and its lists are empty for the connector: a sweep finds nothing, so that all work comes
    from what the test delivers and is kept by the work table alone.
    """
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="sandbox-") as directory:
        here, there = context.Pipe()
        clock_file = Path(directory) / "clock"
        clock = SharedClock(clock_file)
        process = context.Process(target=_serve, args=(there, furnish, host, clock_file), daemon=True)
        process.start()
        # With the last other end closed, a sandbox that dies ends the waiting for its answers.
        there.close()
        sandbox = Sandbox(here, clock, clock_file)
        try:
            yield sandbox
        finally:
            sandbox.stop()
            process.join()


def _serve(pipe: Connection, furnish: Callable[[Clock], Furnished], host: str, clock_file: Path) -> None:
    inside = _Inside(furnish, SharedClock(clock_file))
    helpdesk = inside.helpdesk
    with RunningServer(inside.handle, host, 0, None) as server:
        pipe.send((helpdesk.house.name, helpdesk.opener(server.url), helpdesk.environment(server.url)))
        while (question := pipe.recv())[0] != "stop":
            pipe.send(getattr(inside, question[0])(*question[1:]))


class _Inside:
    """What runs in the process; the main thread answers the pipe, other threads the connector."""

    def __init__(self, furnish: Callable[[Clock], Furnished], clock: Clock) -> None:
        self._clock = clock
        self._earlier = local()
        self._answer_s = 0.0
        self._faults = Faults(time.sleep)
        self._writes = 0
        self._told: dict[str, bytes] = {}
        self.helpdesk = furnish(self._now)
        self._house = self.helpdesk.house
        self._customer = self._house.join("ada@harbour.example", Actor.CUSTOMER, "Harbour Bank", "Ada Lovelace")
        self._agent = self._house.join("grace@interspace.example", Actor.AGENT, name="Grace Hopper")

    def _now(self) -> datetime:
        """Only the thread in which customers write lives in their past."""
        return self._clock() - getattr(self._earlier, "by", timedelta())

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        leaves = time.perf_counter() + self._answer_s
        response = self._house.sandbox.handle(method, target, headers, body)
        if self.helpdesk.is_sweep(target, body):
            response = replace(response, body=self.helpdesk.nothing)
        if method != "GET" and not any(look in target for look in _LOOKS):
            self._writes += 1
        if (fault := self._faults.strike(method, target)) is not None:
            raise BrokenError("drip", fault.seconds)
        time.sleep(max(0.0, leaves - time.perf_counter()))
        return response

    def opens(self, count: int, age: timedelta, over: timedelta) -> list[str]:
        try:
            return [self._opens(number, age - over * number / count) for number in range(count)]
        finally:
            self._earlier.by = timedelta()

    def _opens(self, number: int, age: timedelta) -> str:
        self._earlier.by = age
        mail = _MAIL.format(number=number, start=self._now() - timedelta(minutes=5))
        return self._house.open_ticket(self._customer, f"Line {number} down", mail, Channel.EMAIL, {})

    def customer_says(self, ticket: str, body: str) -> None:
        self._house.reply(self._customer, ticket, body, internal=False)

    def agent_closes(self, ticket: str) -> None:
        self._house.change(self._agent, ticket, {}, TicketState.CLOSED)

    def delivery(self, ticket: str) -> bytes:
        self._house.sandbox.deliver_webhooks(self._keep)
        return self._told.pop(ticket)

    def _keep(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        ticket = self.helpdesk.ticket_of(json.loads(body))
        if ticket is not None:
            sent = {"Host": "receiver", **headers, "Content-Length": str(len(body))}
            lines = [f"POST {url.removeprefix(IN_PROCESS)} HTTP/1.1", *(f"{name}: {sent[name]}" for name in sent)]
            self._told[ticket] = "\r\n".join([*lines, "", ""]).encode() + body
        return 200

    def made(self) -> Made:
        return self.helpdesk.made()

    def writes(self) -> int:
        return self._writes

    def answers_in(self, seconds: float) -> None:
        self._answer_s = seconds

    def drips(self, faults: Sequence[Fault]) -> None:
        self._faults.clear()
        for fault in faults:
            self._faults.add(fault)
