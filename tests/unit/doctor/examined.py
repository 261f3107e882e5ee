"""What an installation in memory is on either helpdesk: receiver, work table and worker, on a clock that jumps."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Generic, TypeVar

import requests
from flask import Flask
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from connector.doctor.context import Examination, Patience
from connector.doctor.finding import Check, Finding, examine
from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import SandboxJira
from connector.sandbox.zammad import SandboxZammad
from connector.work.group_commit import GroupCommit
from connector.work.table import WorkTable
from connector.work.worker import Worker
from tests.builders import T0

SECRET = "the-secret-of-this-test"

C = TypeVar("C", bound=Examination)


class Examined(ABC, Generic[C]):
    """Everything well at the start; a test breaks one thing."""

    title: str
    sandbox: SandboxZammad | SandboxJira
    receiver_url: str
    receiver: Flask | None
    worker: Worker
    settings: dict[str, Any]
    checks: tuple[Check[C], ...]

    def __init__(self, database_url: str) -> None:
        self.clock = SteppedClock(T0)
        self.table = WorkTable.open(database_url, self.clock)
        self.commits = GroupCommit(self.table)
        self.worker_runs = True
        self.date_is_ahead = timedelta()

    @abstractmethod
    def opened(self, **values: Any) -> C:
        """The context of an examination with the settings."""

    @abstractmethod
    def traces(self) -> list[str]:
        """What a test left on the helpdesk."""

    @abstractmethod
    def in_sandbox(self, url: str) -> str | None:
        """Where the sandbox has what the helpdesk has at this address; None for the receiver's addresses."""

    def close(self) -> None:
        """Give everything back."""
        self.commits.close()
        self.table.close()

    def context(self, **changes: Any) -> C:
        """What the doctor looks at."""
        values: dict[str, Any] = {
            "clock": self.clock,
            "wait": self.passes,
            "patience": Patience(step=5),
            "adapter": lambda: Network(self),
            "open_table": lambda url: WorkTable.open(url, self.clock),
        }
        return self.opened(**(values | changes))

    def examine(self, checks: tuple[Check[C], ...] | None = None, **changes: Any) -> dict[str, Finding]:
        """The findings by name."""
        context = self.context(**changes)
        try:
            found = examine(self.checks if checks is None else checks, context, lambda _: None)
            return {finding.name: finding for finding in found}
        finally:
            context.close()

    def finding(self, name: str, **changes: Any) -> Finding:
        """What one check finds; besides it only those are looked at that have to pass first."""
        return self.examine(self._with_foundations(name), **changes)[name]

    def _with_foundations(self, name: str) -> tuple[Check[C], ...]:
        needs = {check.name: check.needs for check in self.checks}
        wanted, waiting = set[str](), [name]
        while waiting:
            wanted.add(one := waiting.pop())
            waiting += needs[one]
        return tuple(check for check in self.checks if check.name in wanted)

    def passes(self, seconds: float) -> None:
        """Time in which everybody does what is due."""
        self.clock.advance(timedelta(seconds=seconds))
        self.sandbox.deliver_webhooks(self.post)
        self.run_jobs()
        if self.worker_runs:
            self.worker.run_due()

    def run_jobs(self) -> None:
        """What the helpdesk does at set times."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """A delivery of the helpdesk's. Raises requests.ConnectionError if there is no receiver."""
        return int(self.receive("POST", url, headers, body).status_code) if url.startswith(self.receiver_url) else 502

    def receive(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Any:
        """A request to the receiver. Raises requests.ConnectionError if it is not there."""
        if self.receiver is None:
            raise requests.ConnectionError("refused")
        held = {name: value for name, value in headers.items() if value.isascii()}
        path = url.removeprefix(self.receiver_url)
        return self.receiver.test_client().open(path, method=method, data=body, headers=held)


class Network(BaseAdapter):
    """Leads to the sandbox and to the receiver; the helpdesk's answers have a Date."""

    def __init__(self, examined: Examined[Any]) -> None:
        super().__init__()
        self._examined = examined
        self._sandbox = examined.sandbox.requests_adapter()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        inside = self._examined.in_sandbox(str(request.url))
        if inside is not None:
            request = request.copy()
            request.url = inside
            answer = self._sandbox.send(request, *args, **kwargs)
            now = self._examined.clock() + self._examined.date_is_ahead
            answer.headers["Date"] = format_datetime(now, usegmt=True)
            return answer
        body = request.body or b""
        data = body if isinstance(body, bytes) else str(body).encode()
        got = self._examined.receive(str(request.method), str(request.url), dict(request.headers), data)
        raw = HTTPResponse(body=got.data, headers=dict(got.headers), status=got.status_code, preload_content=True)
        response = HTTPAdapter().build_response(request, raw)
        response._content = got.data
        return response

    def close(self) -> None:
        """Nothing is open."""
