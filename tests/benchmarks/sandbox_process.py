"""A sandbox helpdesk on a socket in a process of its own, steered through a pipe."""

import json
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from threading import Semaphore, local
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from connector.domain.vocabulary import Actor, Channel
from connector.helpdesks.jira.mapping import load_mapping as load_jira
from connector.helpdesks.zammad.mapping import load_mapping as load_zammad
from connector.policy.locate import MAPPINGS
from connector.sandbox.jira.furnished import BOT as JIRA_BOT
from connector.sandbox.jira.furnished import furnish as furnish_jira
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response, bomb
from connector.sandbox.zammad.furnished import furnish as furnish_zammad
from connector.sandbox.zammad.house import ZammadHouse
from tests.benchmarks.swollen import swollen_changelog, swollen_jira, swollen_zammad

HELPDESKS = {"zammad": "Zammad", "cloud": "Jira Cloud", "datacenter": "Jira Data Center"}
"""Kinds of sandboxes and their titles."""

_TICKET = re.compile(r"/(?:tickets|ticket_history|issue)/(\d+)")
_KEPT_HEADERS = ("Authorization", "Content-Type")


class Traffic(NamedTuple):
    """The connector's API calls about tickets, and what else a benchmark asks about."""

    reads: int
    writes: int
    searches: int
    one_write_each: bool
    """No ticket was written twice."""


class Sent(NamedTuple):
    """A request of the connector's as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Sandbox(NamedTuple):
    """The handle on the process."""

    desk: str
    """The name of the helpdesk in the work table."""
    settings: dict[str, str]
    """What ``interspace work`` has to know of it."""
    url: str
    pid: int
    pipe: Connection

    def asked(self, *question: Any) -> Any:
        """The answer to one of ``_Answers``' methods."""
        self.pipe.send(question)
        return self.pipe.recv()

    def opens(self, tickets: int, age: timedelta = timedelta(), over: timedelta = timedelta()) -> list[str]:
        """Customers wrote that many e-mails with all details, the first ``age`` ago, the others spread ``over`` the
        time after it; returns the tickets' ids."""
        found: list[str] = self.asked("opens", tickets, age, over)
        return found

    def updated(self) -> dict[str, datetime]:
        """The time of update of every ticket (UTC)."""
        found: dict[str, datetime] = self.asked("updated")
        return found

    def answers_in(self, seconds: float) -> None:
        """From now on every answer leaves so long after its request has arrived, however busy the sandbox is."""
        self.asked("answers_in", seconds)

    def is_down(self, down: bool) -> None:
        """From now on every answer is 503, or not any more."""
        self.asked("is_down", down)

    def serves(self, threads: int, seconds: float) -> None:
        """From now on so many threads serve requests, each for so long: what comes meanwhile waits."""
        self.asked("serves", threads, seconds)

    def swells(self, ticket: str, messages: int, letters: int, changes: int) -> None:
        """When it is read next, this ticket shows so many more messages of so many letters each, and so many more
        changes."""
        self.asked("swells", ticket, messages, letters, changes)

    def is_bomb(self, ticket: str) -> None:
        """From now on this ticket is 4 GB in few bytes of gzip."""
        self.asked("is_bomb", ticket)

    def written(self) -> dict[str, datetime]:
        """When the answer to the first write to each ticket was sent (UTC)."""
        found: dict[str, datetime] = self.asked("written")
        return found

    def traffic(self) -> Traffic:
        """Since the last time this was asked."""
        found: Traffic = self.asked("traffic")
        return found

    def records(self, on: bool) -> dict[str, list[Sent]]:
        """What was sent about each ticket while it was recorded. Switches recording on or off; it begins anew."""
        found: dict[str, list[Sent]] = self.asked("records", on)
        return found


@contextmanager
def sandbox_process(kind: str = "zammad") -> Iterator[Sandbox]:
    """A furnished sandbox with a customer of Harbour Bank; its clock is the real one. It sends no webhooks."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, kind), daemon=True)
    process.start()
    # With the last other end closed, a sandbox that dies ends the waiting for its answers.
    there.close()
    desk, settings, url = here.recv()
    try:
        yield Sandbox(desk, settings, url, process.pid or 0, here)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, kind: str) -> None:
    answers = _Answers(kind)
    with RunningServer(answers.handle, "127.0.0.1", 0, None) as server:
        pipe.send((answers.house.name, answers.settings(server.url), server.url))
        while True:
            question = pipe.recv()
            pipe.send(getattr(answers, question[0])(*question[1:]))


class _Answers:
    """What runs in the process; the main thread answers the pipe, other threads the connector."""

    def __init__(self, kind: str) -> None:
        self._earlier = local()
        self._kind = kind
        self.house: ZammadHouse | JiraHouse
        if kind == "zammad":
            self.house = ZammadHouse(self._now, load_zammad(MAPPINGS / "zammad.yaml"), furnish_zammad)
        else:
            flavour: Any = kind
            self.house = JiraHouse(self._now, load_jira(MAPPINGS / "jira.yaml"), flavour, furnish_jira)
        self._customer = self.house.join("ada@harbour.example", Actor.CUSTOMER, "Harbour Bank", "Ada Lovelace")
        self._told = 0
        self._answer_s = 0.0
        self._down = False
        self._recorded: dict[str, list[Sent]] | None = None
        self._servers: Semaphore | None = None
        self._served_in = 0.0
        self._instead: dict[str, Response] = {}
        self._bombs: dict[str, Response] = {}
        self._changelogs: dict[str, list[dict[str, Any]]] = {}
        self._written: dict[str, datetime] = {}

    def settings(self, url: str) -> dict[str, str]:
        token = self.house.accounts.bot
        if self._kind == "zammad":
            return {"INTERSPACE_ZAMMAD_URL": url, "INTERSPACE_ZAMMAD_TOKEN": token}
        user = {"INTERSPACE_JIRA_USER": JIRA_BOT} if self._kind == "cloud" else {}
        return {"INTERSPACE_JIRA_URL": url, "INTERSPACE_JIRA_TOKEN": token, **user}

    def _now(self) -> datetime:
        """Only the thread in which customers write lives in their past."""
        return datetime.now(UTC) - getattr(self._earlier, "by", timedelta())

    def opens(self, tickets: int, age: timedelta, over: timedelta) -> list[str]:
        found = []
        for number in range(tickets):
            self._earlier.by = age - over * number / tickets
            body = _mail(number, self._now() - timedelta(minutes=20))
            found.append(self.house.open_ticket(self._customer, f"Line {number} down", body, Channel.EMAIL, {}))
        self._earlier.by = timedelta()
        return found

    def updated(self) -> dict[str, datetime]:
        if isinstance(self.house, JiraHouse):
            return {str(number): issue.fields["updated"] for number, issue in self.house.sandbox.world.issues.items()}
        rows = self.house.sandbox.world.table("Ticket").items()
        return {str(number): datetime.fromisoformat(ticket["updated_at"]) for number, ticket in rows}

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        leaves = time.perf_counter() + self._answer_s
        if self._down:
            return Response(503)
        if self._servers is not None:
            with self._servers:
                time.sleep(self._served_in)
        about = _TICKET.search(target)
        if self._recorded is not None and about is not None:
            kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
            self._recorded.setdefault(about[1], []).append(Sent(method, target, kept, body))
        path = target.partition("?")[0]
        instead = self._bombs.get(path) or (self._instead.pop(path, None) if method == "GET" else None)
        response: Response = instead or self.house.sandbox.handle(method, target, headers, body)
        if method == "GET" and (entries := self._changelogs.get(path.removesuffix("/changelog"))) is not None:
            response = _of_long_changelog(target, entries, response)
        time.sleep(max(0.0, leaves - time.perf_counter()))
        if about is not None and method == "PUT":
            self._written.setdefault(about[1], datetime.now(UTC))
        return response

    def written(self) -> dict[str, datetime]:
        return self._written

    def answers_in(self, seconds: float) -> None:
        self._answer_s = seconds

    def is_down(self, down: bool) -> None:
        self._down = down

    def serves(self, threads: int, seconds: float) -> None:
        self._servers, self._served_in = Semaphore(threads), seconds

    def swells(self, ticket: str, messages: int, letters: int, changes: int) -> None:
        if self._kind == "cloud":
            self._changelogs[f"/rest/api/2/issue/{ticket}"] = swollen_changelog(changes, self._now())
            return
        for path, swollen in (swollen_zammad if self._kind == "zammad" else swollen_jira)(
            self._read, ticket, messages, letters, changes
        ).items():
            self._instead[path] = Response(200, {"Content-Type": "application/json"}, json.dumps(swollen).encode())

    def is_bomb(self, ticket: str) -> None:
        path = f"/api/v1/tickets/{ticket}" if self._kind == "zammad" else f"/rest/api/2/issue/{ticket}"
        self._bombs[path] = Response(200, {"Content-Encoding": "gzip"}, bomb())

    def _read(self, target: str) -> Any:
        if self._kind == "zammad":
            credentials = f"Token token={self.house.accounts.bot}"
        else:
            credentials = f"Bearer {self.house.accounts.bot}"
        return json.loads(self.house.sandbox.handle("GET", target, {"Authorization": credentials}).body)

    def records(self, on: bool) -> dict[str, list[Sent]]:
        found, self._recorded = self._recorded, {} if on else None
        return found or {}

    def traffic(self) -> Traffic:
        calls, self._told = self.house.calls(self._told), self.house.served()
        writes = Counter(call.path for call in calls if call.is_write)
        searches = sum("search" in call.path for call in calls)
        reads = len(calls) - writes.total() - searches
        # Several records may be created or linked: those requests name no ticket.
        most = max((times for path, times in writes.items() if _TICKET.search(path)), default=0)
        return Traffic(reads, writes.total(), searches, most <= 1)


def _of_long_changelog(target: str, entries: list[dict[str, Any]], response: Response) -> Response:
    """An issue of Jira Cloud shows the newest changes, a page of its changelog a hundred from any one on."""
    path, _, query = target.partition("?")
    if not path.endswith("/changelog"):
        newest = {"histories": entries[:-101:-1], "total": len(entries), "maxResults": 100, "startAt": 0}
        shown = {**json.loads(response.body), "changelog": newest}
    else:
        start = int(parse_qs(query).get("startAt", ["0"])[0])
        shown = {"values": entries[start : start + 100], "total": len(entries), "maxResults": 100, "startAt": start}
    return Response(200, {"Content-Type": "application/json"}, json.dumps(shown).encode())


def _mail(number: int, started: datetime) -> str:
    impacts = ("service affecting", "degradation", "non-service affecting")
    urgencies = ("high", "medium", "low")
    return (
        f"Dear support team,\n\nwe see trouble on the line to branch office {number}.\n\n"
        f"Service ID: SVC-1005\nStart time: {started:%Y-%m-%d %H:%M} UTC\n"
        f"Description: sessions to branch {number} break off\nImpact: {impacts[number % 3]}\n"
        f"Urgency: {urgencies[number // 3 % 3]}\n\nBest regards\nAda Lovelace\n"
    )
