"""A whole installation on Jira in memory, on a clock that jumps, for the doctor to examine."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import requests
from flask import Flask
from pydantic import SecretStr
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from connector.doctor.context import Patience
from connector.doctor.finding import Check, Finding, examine
from connector.doctor.jira.checks import CHECKS
from connector.doctor.jira.context import Context
from connector.helpdesks.jira.desk import open_jira
from connector.install.apply import apply
from connector.install.jira.checklist import asked_fields, queues
from connector.install.jira.planning import place_of, plan_jira, site_of
from connector.install.jira.tables import read_tables
from connector.install.jira.webhook import PATH
from connector.install.secrets import JIRA_WEBHOOK
from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import Flavour, SandboxJira
from connector.sandbox.jira.furnished import ADMIN, BOT
from connector.settings import Settings
from connector.work.group_commit import GroupCommit
from connector.work.table import WorkTable
from connector.work.worker import Worker
from tests.builders import T0
from tests.unit.install.jira.bench import JiraBench, new_bench
from webhooks.app import create_app
from webhooks.receiver import Hook, Receiver

JIRA = "http://localhost:2990/jira"
RECEIVER = {"cloud": "https://connector.example.com", "datacenter": "http://localhost:8080"}
SECRET = "the-secret-of-this-test"
SECRETS = {JIRA_WEBHOOK: SECRET}


class Installation:
    """Everything well at the start, the checklist done; a test breaks one thing."""

    def __init__(self, database_url: str, flavour: Flavour = "cloud") -> None:
        self.clock = SteppedClock(T0)
        self.bench: JiraBench = new_bench(self.clock, flavour)
        self.receiver_url = RECEIVER[flavour]
        self._install()
        self.jira: SandboxJira = self.bench.jira
        self.table = WorkTable.open(database_url, self.clock)
        self.commits = GroupCommit(self.table)
        bot = self.jira.user_id(BOT) if flavour == "cloud" else BOT.partition("@")[0]
        hook = Hook("jira", (SECRET.encode(),), bot=bot)
        self.receiver: Flask | None = create_app(
            Receiver({}, self.commits.touch, self.clock, self.table.counts, jira={"main": hook})
        )
        user = BOT if flavour == "cloud" else None
        tokens, mapping = self.bench.tokens, self.bench.mapping
        desk = open_jira(JIRA, user, tokens["bot"], mapping, self.clock, adapter=lambda: Network(self))
        self.worker = Worker(self.table, desk, self.bench.policy)
        self.worker_runs = True
        self.date_is_ahead = timedelta()
        self.settings: dict[str, Any] = {
            "jira_url": JIRA,
            "jira_user": user,
            "jira_token": SecretStr(tokens["bot"]),
            "jira_admin_user": ADMIN if user else None,
            "jira_admin_token": SecretStr(tokens["admin"]),
            "jira_webhook_secret": SecretStr(SECRET),
            "database_url": SecretStr(database_url),
        }

    def _install(self) -> None:
        """The plan, and everything that the checklist asks for."""
        bench = self.bench
        setup = bench.setup
        apply(bench.writer(), plan_jira(setup, SECRETS, receiver_url=self.receiver_url + PATH), SECRETS)
        if bench.jira.flavour == "datacenter":
            bench.add_options()
            apply(bench.writer(), plan_jira(setup, SECRETS), SECRETS)
        bench.jira.add_user("edith@example.com", ("Escalation Manager",))
        site = site_of(setup, place_of(setup), read_tables(place_of(setup)), None)
        ids = {held.name: held.id for held in bench.jira.world.custom_fields.values()}
        needed = bench.policy.intake.required
        form = {ids[site.fields[field]]: field in needed for field in asked_fields(bench.mapping)}
        incident = bench.mapping.issue_types.incident[0]
        bench.jira.add_request_type("Report a fault", incident, {"summary": True, "description": False, **form})
        for queue in queues(site):
            bench.jira.add_queue(queue.name, queue.jql)

    def close(self) -> None:
        """Give everything back."""
        self.commits.close()
        self.table.close()

    def context(self, **changes: Any) -> Context:
        """What the doctor looks at."""
        values: dict[str, Any] = {
            "clock": self.clock,
            "wait": self.passes,
            "patience": Patience(step=5),
            "adapter": lambda: Network(self),
            "open_table": lambda url: WorkTable.open(url, self.clock),
        }
        return Context(Settings(**self.settings), **(values | changes))

    def examine(self, checks: tuple[Check[Context], ...] = CHECKS, **changes: Any) -> dict[str, Finding]:
        """The findings by name."""
        context = self.context(**changes)
        try:
            return {finding.name: finding for finding in examine(checks, context, lambda _: None)}
        finally:
            context.close()

    def passes(self, seconds: float) -> None:
        """Time in which everybody does what is due."""
        self.clock.advance(timedelta(seconds=seconds))
        self.jira.deliver_webhooks(self.post)
        if self.worker_runs:
            self.worker.run_due()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """A delivery of Jira's."""
        if self.receiver is None or not url.startswith(self.receiver_url):
            return 502
        return int(self.receive("POST", url, headers, body).status_code)

    def receive(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Any:
        """A request to the receiver. Raises requests.ConnectionError if it is not there."""
        if self.receiver is None:
            raise requests.ConnectionError("refused")
        held = {name: value for name, value in headers.items() if value.isascii()}
        path = url.removeprefix(self.receiver_url)
        return self.receiver.test_client().open(path, method=method, data=body, headers=held)

    def traces(self) -> list[str]:
        """What a test left on the helpdesk."""
        titles = [str(issue.fields["summary"]) for issue in self.jira.world.issues.values()]
        return [title for title in titles if "doctor" in title]


class Network(BaseAdapter):
    """Leads to the sandbox, which lies below a path, and to the receiver; Jira's answers have a Date."""

    def __init__(self, installation: Installation) -> None:
        super().__init__()
        self._installation = installation
        self._jira = installation.jira.requests_adapter()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = str(request.url)
        if url.startswith(JIRA):
            request = request.copy()
            request.url = url.replace("/jira/", "/", 1)
            answer = self._jira.send(request, *args, **kwargs)
            now: datetime = self._installation.clock() + self._installation.date_is_ahead
            answer.headers["Date"] = format_datetime(now, usegmt=True)
            return answer
        body = request.body or b""
        data = body if isinstance(body, bytes) else str(body).encode()
        got = self._installation.receive(str(request.method), url, dict(request.headers), data)
        raw = HTTPResponse(body=got.data, headers=dict(got.headers), status=got.status_code, preload_content=True)
        response = HTTPAdapter().build_response(request, raw)
        response._content = got.data
        return response

    def close(self) -> None:
        """Nothing is open."""
