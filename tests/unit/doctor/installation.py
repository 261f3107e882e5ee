"""A whole installation in memory, on a clock that jumps, for the doctor to examine."""

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
from connector.doctor.zammad.checks import CHECKS
from connector.doctor.zammad.context import Context
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.load import load_mapping
from connector.install.apply import apply
from connector.install.secrets import WEBHOOK
from connector.install.zammad.planning import Setup, plan_zammad
from connector.install.zammad.writer import ZammadWriter
from connector.policy.locate import MAPPINGS
from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import SandboxZammad, scheduler
from connector.sandbox.zammad.furnished import Accounts, connect_webhook, furnish, request
from connector.settings import Settings
from connector.work.group_commit import GroupCommit
from connector.work.table import WorkTable
from connector.work.worker import Worker
from tests.builders import T0, default_policy
from webhooks.app import create_app
from webhooks.receiver import Hook, Receiver

ZAMMAD = "http://localhost:3000"
RECEIVER = "http://localhost:8080"
ENDPOINT = f"{RECEIVER}/webhooks/zammad/main"
SECRET = "the-secret-of-this-test"


class Installation:
    """Everything well at the start; a test breaks one thing."""

    def __init__(self, database_url: str, *, by_plan: bool = False) -> None:
        self.clock = SteppedClock(T0)
        self.mapping = load_mapping(MAPPINGS / "zammad.yaml")
        self.zammad = SandboxZammad(self.clock)
        self.accounts = self._by_plan() if by_plan else self._by_hand()
        self.zammad.world.restart_worker()
        self.database_url = database_url
        self.table = WorkTable.open(database_url, self.clock)
        self.commits = GroupCommit(self.table)
        hook = Hook("zammad", (SECRET.encode(),))
        self.receiver: Flask | None = create_app(
            Receiver({"main": hook}, self.commits.touch, self.clock, self.table.counts)
        )
        desk = ZammadDesk(self._client(self.accounts.bot), self.mapping)
        self.worker = Worker(self.table, desk, default_policy())
        self.worker_runs = self.scheduler_runs = True
        self.date_is_ahead = timedelta()
        self.settings: dict[str, Any] = {
            "zammad_url": ZAMMAD,
            "zammad_token": SecretStr(self.accounts.bot),
            "zammad_admin_token": SecretStr(self.accounts.admin),
            "zammad_webhook_secret": SecretStr(SECRET),
            "database_url": SecretStr(database_url),
        }

    def _by_hand(self) -> Accounts:
        self.accounts = furnish(self.zammad, self.mapping)
        for group in self.zammad.world.tables["Group"].values():
            group["email_address_id"] = 1
        connect_webhook(self.zammad, self.accounts, ENDPOINT, SECRET)
        return self.accounts

    def _by_plan(self) -> Accounts:
        admin = self.zammad.add_user("admin@example.com", ("Admin", "Agent"))
        bot = self.zammad.add_user("bot@example.com", ("Agent",))
        self.zammad.world.tables["Group"][1]["email_address_id"] = 1
        setup = Setup(self._client(admin), self._client(bot), default_policy(), self.mapping)
        secrets = {WEBHOOK: SECRET}
        apply(ZammadWriter(setup.admin), plan_zammad(setup, secrets, T0.date(), receiver_url=ENDPOINT), secrets)
        # Zammad gives nobody access to a new group, the admin included.
        admin_row = self.zammad.world.tables["User"][self.zammad.user_id("admin@example.com")]
        admin_row["group_ids"] = {str(number): ["full"] for number in self.zammad.world.tables["Group"]}
        return Accounts(bot=bot, admin=admin)

    def _client(self, token: str) -> ZammadClient:
        return ZammadClient(ZAMMAD, token, self.clock, adapter=self.zammad.requests_adapter)

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
        self.zammad.deliver_webhooks(self.post)
        if self.scheduler_runs:
            scheduler.run_due_jobs(self.zammad.world)
        if self.worker_runs:
            self.worker.run_due()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """A delivery of Zammad's."""
        return self.receive("POST", url, headers, body).status_code if url.startswith(RECEIVER) else 502

    def receive(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Any:
        """A request to the receiver. Raises requests.ConnectionError if it is not there."""
        if self.receiver is None:
            raise requests.ConnectionError("refused")
        held = {name: value for name, value in headers.items() if value.isascii()}
        return self.receiver.test_client().open(url.removeprefix(RECEIVER), method=method, data=body, headers=held)

    def admin(self, method: str, path: str, body: Any = None) -> None:
        """A call of the admin. Raises ValueError if it is refused."""
        answer = request(self.zammad, self.accounts.admin, method, path, body)
        if answer.status >= 300:
            raise ValueError(f"{method} {path}: {answer.status} {answer.body!r}")

    def traces(self) -> list[str]:
        """What a test left on the helpdesk."""
        world = self.zammad.world
        names = [row["name"] for model in ("Trigger", "Job") for row in world.table(model).values()]
        titles = [row["title"] for row in world.table("Ticket").values()]
        return [name for name in names + titles if "doctor" in name]


class Network(BaseAdapter):
    """Leads to the sandbox and to the receiver; Zammad's answers have a Date."""

    def __init__(self, installation: Installation) -> None:
        super().__init__()
        self._installation = installation
        self._zammad = installation.zammad.requests_adapter()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = str(request.url)
        if not url.startswith(RECEIVER):
            answer = self._zammad.send(request, *args, **kwargs)
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
