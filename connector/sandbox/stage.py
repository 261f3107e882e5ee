"""The whole system on a sandbox Zammad and one stepped clock: people act, time passes, the connector does its work.

Receiver, work table, worker and adapter are the real ones. Behavioural tests and the demo play on it.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from flask import Flask

from connector.domain.ticket import Ticket
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.policy.models import Policy
from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.deliveries import Post, over_http
from connector.sandbox.zammad.furnished import connect_webhook, furnish, request
from connector.work.group_commit import GroupCommit
from connector.work.table import WorkTable
from connector.work.worker import Worker
from webhooks.app import create_app
from webhooks.receiver import Hook, Receiver

SECRET = "a secret of the sandbox only"  # noqa: S105 - nothing outside this process knows or accepts it
SETTLE = timedelta(seconds=1)
IN_PROCESS = "http://sandbox.example"


class Person(NamedTuple):
    """Somebody with an account in the sandbox."""

    stage: "Stage"
    email: str
    token: str

    def writes(self, subject: str, body: str, *, channel: str = "email", **attributes: Any) -> str:
        """Opens a ticket; returns its id."""
        article = {"type": channel, "body": body, "subject": subject}
        ticket = {"title": subject, "group": "Users", "article": article, **attributes}
        return str(self.calls("POST", "tickets", ticket)["id"])

    def replies(self, ticket: str, body: str, **article: Any) -> None:
        """Adds a message that everybody may read."""
        held = {"ticket_id": int(ticket), "type": "email", "internal": False, "body": body}
        self.calls("POST", "ticket_articles", held | article)

    def sets(self, ticket: str, **attributes: Any) -> None:
        """Changes attributes, by Zammad's names."""
        self.calls("PUT", f"tickets/{ticket}", attributes)

    def calls(self, method: str, path: str, body: Any = None) -> Any:
        """Any API call. Raises ValueError if it is refused."""
        response = request(self.stage.zammad, self.token, method, path, body)
        if response.status >= 300:
            raise ValueError(f"{method} {path}: {response.status} {response.body[:300]!r}")
        return json.loads(response.body) if response.body else None


class Stage:
    """See the module. Use it as a context manager."""

    def __init__(
        self,
        policy: Policy,
        mapping: ZammadMapping,
        database_url: str,
        start: datetime,
    ) -> None:
        self.clock = SteppedClock(start)
        self.policy = policy
        self.mapping = mapping
        self.zammad = SandboxZammad(self.clock)
        self.accounts = furnish(self.zammad, mapping)
        self.admin = Person(self, "admin", self.accounts.admin)
        self.table = WorkTable.open(database_url, self.clock)
        self.commits = GroupCommit(self.table)
        self.receiver = create_app(
            Receiver(
                zammad={"main": Hook("zammad", (SECRET.encode(),))},
                touch=self.commits.touch,
                now=self.clock,
                counts=self.table.counts,
                settle=SETTLE,
            )
        )
        self.post: Post = _to(self.receiver)
        """How webhooks reach the receiver."""
        self.connect()
        connect_webhook(self.zammad, self.accounts, f"{IN_PROCESS}/webhooks/zammad/main", SECRET)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.commits.close()
        self.table.close()

    def connect(self, zammad_url: str = IN_PROCESS) -> None:
        """A connector that has just started: it remembers nothing but the work table."""
        adapter = self.zammad.requests_adapter if zammad_url == IN_PROCESS else None
        client = ZammadClient(zammad_url, self.accounts.bot, self.clock, adapter=adapter)
        self.desk = ZammadDesk(client, self.mapping)
        self.worker = Worker(self.table, self.desk, self.policy)

    def deliver_to(self, receiver_url: str) -> None:
        """Webhooks go over the network to a receiver that listens there."""
        self.post = lambda url, headers, body: over_http(url.replace(IN_PROCESS, receiver_url), headers, body)

    def person(self, email: str, *roles: str, organization: str | None = None, name: str = "") -> Person:
        """An account; a customer without roles."""
        first, _, last = name.partition(" ")
        token = self.zammad.add_user(email, roles or ("Customer",), organization, firstname=first, lastname=last)
        return Person(self, email, token)

    def settle(self) -> None:
        """Webhooks arrive, the connector works, until nothing is due; a moment passes for the settling time."""
        self.advance(2 * SETTLE)

    def advance(self, length: timedelta) -> None:
        """Time passes, and everything happens at its time."""
        self.advance_to(self.clock() + length)

    def advance_to(self, moment: datetime) -> None:
        """The same, up to ``moment``."""
        while True:
            self.zammad.deliver_webhooks(self.post)
            self.worker.run_due()
            coming = [self.table.next_due(self.desk.name), self.zammad.next_delivery_at()]
            following = min((at for at in coming if at is not None), default=None)
            if following is None or following > moment:
                break
            if following <= self.clock():
                # Retried webhooks and paused helpdesks stay due; a second later they may go.
                following = self.clock() + timedelta(seconds=1)
            self.clock.advance_to(min(following, moment))
        self.clock.advance_to(moment)

    def ticket(self, number: str) -> Ticket:
        """The ticket as the rules see it now."""
        return self.desk.read(number)


def _to(app: Flask) -> Post:
    """Deliveries without a network."""

    def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        path = url.removeprefix(IN_PROCESS)
        held = {name: value for name, value in headers.items() if name.isascii() and value.isascii()}
        return app.test_client().post(path, data=body, headers=held).status_code

    return post
