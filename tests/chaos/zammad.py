"""A sandbox Zammad in a process of its own, with the people who write to it, for tests with real processes.

Another helpdesk takes part in the same tests with a class that has the public names of :class:`Zammad`.
"""

import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from threading import Lock, local
from typing import Any

import requests
from requests.adapters import BaseAdapter

from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.load import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.zammad import Response, RunningServer, SandboxZammad
from connector.sandbox.zammad.furnished import furnish, request
from tests.benchmarks.senders import SECRET, signed_request

_MAPPING = MAPPINGS / "zammad.yaml"
_MAIL = (
    "Dear support team,\n\nthe line to branch {number} is dead.\n\nService ID: SVC-1005\n"
    "Start time: {start:%Y-%m-%d %H:%M} UTC\nDescription: no sessions to branch {number}\n"
    "Impact: service affecting\nUrgency: high\n\nBest regards\nAda Lovelace\n"
)
_HEADERS = {"Content-Type": "application/json"}


class Zammad:
    """The handle on the process. May be used from many threads."""

    name = "zammad"

    def __init__(self, url: str, tokens: Mapping[str, str], pipe: Connection) -> None:
        self.url = url
        self._tokens = tokens
        self._pipe = pipe
        self._lock = Lock()
        self._people = local()

    @property
    def environment(self) -> dict[str, str]:
        """What ``python -m connector`` has to know of it."""
        return {
            "INTERSPACE_ZAMMAD_URL": self.url,
            "INTERSPACE_ZAMMAD_TOKEN": self._tokens["bot"],
            "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET.decode(),
        }

    @property
    def access(self) -> tuple[str, str]:
        """Address and the connector's token, for :func:`open_desk`."""
        return self.url, self._tokens["bot"]

    def opens(self, count: int, age: timedelta, over: timedelta = timedelta()) -> list[str]:
        """Customers wrote that many complete e-mails about a P1, the first ``age`` ago, the rest spread ``over`` the
        time after it; returns the tickets' ids. No webhook tells of them."""
        found: list[str] = self._ask("opens", count, age, over)
        return found

    def customer_asks_to_escalate(self, ticket: str) -> None:
        """In a message."""
        self._says(ticket, "Please escalate this ticket.")

    def customer_asks_for_rfo(self, ticket: str) -> None:
        """In a message; on a closed ticket this starts the clock of the RFO."""
        self._says(ticket, "Please send us the RFO.")

    def agent_closes(self, ticket: str) -> None:
        """The incident is over."""
        self._call("agent", "PUT", f"tickets/{ticket}", {"state": "closed"})

    def delivery(self, ticket: str) -> bytes:
        """The signed webhook of an event on this ticket, as bytes for the receiver's socket."""
        return signed_request(int(ticket), 1_000)

    def desk(self) -> ZammadDesk:
        """What is on the tickets, read with the connector's own adapter."""
        return open_desk(self.access, lambda: datetime.now(UTC))

    def created(self) -> Counter[str]:
        """How many tickets carry each key of the connector."""
        found: Counter[str] = self._ask("created")
        return found

    def writes(self) -> int:
        """How many writing calls the connector has made since the start."""
        found: int = self._ask("writes")
        return found

    def answers_in(self, seconds: float) -> None:
        """From now on every answer leaves so long after its request has arrived."""
        self._ask("answers_in", seconds)

    def _says(self, ticket: str, body: str) -> None:
        message = {"ticket_id": int(ticket), "type": "email", "internal": False, "body": body}
        self._call("customer", "POST", "ticket_articles", message)

    def _call(self, who: str, method: str, path: str, body: Mapping[str, Any]) -> None:
        session = getattr(self._people, "session", None) or requests.Session()
        self._people.session = session
        headers = _HEADERS | {"Authorization": f"Token token={self._tokens[who]}"}
        answer = session.request(method, f"{self.url}/api/v1/{path}", json=body, headers=headers, timeout=60)
        answer.raise_for_status()

    def _ask(self, *question: Any) -> Any:
        with self._lock:
            self._pipe.send(question)
            return self._pipe.recv()


def open_desk(
    access: tuple[str, str], clock: Callable[[], datetime], adapter: Callable[[], BaseAdapter] | None = None
) -> ZammadDesk:
    """The connector's own adapter on the sandbox."""
    return ZammadDesk(ZammadClient(*access, clock, adapter=adapter), load_mapping(_MAPPING))


@contextmanager
def zammad_process(host: str = "127.0.0.1") -> Iterator[Zammad]:
    """A furnished sandbox that lives as long as the context. Its clock is the real one.

    Its lists are empty for the connector: a sweep finds nothing, so that all work comes from deliveries and is kept by
    the work table alone.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, host))
    process.start()
    url, tokens = here.recv()
    try:
        yield Zammad(url, tokens, here)
    finally:
        here.send(("stop",))
        process.join()


def _serve(pipe: Connection, host: str) -> None:
    inside = _Inside()
    with RunningServer(inside.handle, host, 0, None) as server:
        pipe.send((server.url, inside.tokens))
        while (question := pipe.recv())[0] != "stop":
            pipe.send(getattr(inside, question[0])(*question[1:]))


class _Inside:
    """What runs in the process; the main thread answers the pipe, other threads the connector."""

    def __init__(self) -> None:
        self._earlier = local()
        self._answer_s = 0.0
        self._writes = 0
        self._sandbox = SandboxZammad(self._now)
        mapping = load_mapping(_MAPPING)
        self._key = mapping.attribute("connector_key")
        self.tokens = {
            "bot": furnish(self._sandbox, mapping).bot,
            "customer": self._sandbox.add_user("ada@harbour.example", organization="Harbour Bank", firstname="Ada"),
            "agent": self._sandbox.add_user("grace@interspace.example", ("Agent",), firstname="Grace"),
        }

    def _now(self) -> datetime:
        """Only the thread in which customers write lives in their past."""
        return datetime.now(UTC) - getattr(self._earlier, "by", timedelta())

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        leaves = time.perf_counter() + self._answer_s
        response = self._sandbox.handle(method, target, headers, body)
        is_search = "tickets/search" in target
        if is_search and self._key.encode() not in body:
            response = replace(response, body=b"[]")
        if method != "GET" and not is_search and self.tokens["bot"] in headers.get("Authorization", ""):
            self._writes += 1
        time.sleep(max(0.0, leaves - time.perf_counter()))
        return response

    def opens(self, count: int, age: timedelta, over: timedelta) -> list[str]:
        now = datetime.now(UTC)
        return [self._opens(number, now, age - over * number / count) for number in range(count)]

    def _opens(self, number: int, now: datetime, age: timedelta) -> str:
        self._earlier.by = age
        mail = _MAIL.format(number=number, start=now - age - timedelta(minutes=5))
        article = {"type": "email", "body": mail, "subject": f"Line {number} down"}
        ticket = {"title": f"Line {number} down", "group": "Users", "article": article}
        answer = request(self._sandbox, self.tokens["customer"], "POST", "tickets", ticket)
        return str(json.loads(answer.body)["id"])

    def created(self) -> Counter[str]:
        tickets = list(self._sandbox.world.table("Ticket").values())
        return Counter(ticket[self._key] for ticket in tickets if ticket.get(self._key))

    def writes(self) -> int:
        return self._writes

    def answers_in(self, seconds: float) -> None:
        self._answer_s = seconds
