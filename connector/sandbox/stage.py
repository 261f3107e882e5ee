"""The whole system on a sandbox helpdesk and one stepped clock: people act, time passes, the connector does its work.

Receiver, work table, worker and adapter are the real ones. Behavioural tests and the demo play on it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from flask import Flask

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.helpdesks.sender import Hook
from connector.policy.models import Policy
from connector.receiver import Receiver, create_app
from connector.sandbox.clock import SteppedClock
from connector.sandbox.front import Post
from connector.sandbox.house import IN_PROCESS, SECRET, House
from connector.work.group_commit import GroupCommit
from connector.work.table import WorkTable
from connector.work.worker import Worker

SETTLE = timedelta(seconds=1)


class Person(NamedTuple):
    """Somebody with an account in the sandbox. Fields and states are the rules' own."""

    house: House
    email: str
    token: str

    def writes(self, subject: str, body: str, *, channel: Channel = Channel.EMAIL, **fields: Any) -> str:
        """Opens a ticket; returns its id."""
        return self.house.open_ticket(self.token, subject, body, channel, fields)

    def takes_call(self, caller: "Person", subject: str, body: str, **fields: Any) -> str:
        """Opens a ticket for whoever calls; returns its id."""
        return self.house.take_call(self.token, caller.email, subject, body, fields)

    def replies(self, ticket: str, body: str, *, internal: bool = False) -> None:
        """Adds a message that everybody may read, or an internal note."""
        self.house.reply(self.token, ticket, body, internal=internal)

    def mails(self, ticket: str, body: str, *, automatic: bool = False) -> None:
        """Answers by e-mail, or the mailbox does by itself: that opens again what was closed, where mail does so."""
        self.house.mail(self.email, "Re: your ticket", body, ticket, automatic=automatic)

    def merges(self, source: str, target: str) -> None:
        """Makes one ticket of two."""
        self.house.merge(self.token, source, target)

    def splits(self, ticket: str) -> str:
        """Makes a second ticket out of one; returns its id."""
        return self.house.split(self.token, ticket)

    def sets(self, ticket: str, *, state: TicketState | None = None, **fields: Any) -> None:
        """Changes fields and state."""
        self.house.change(self.token, ticket, fields, state)

    def calls(self, method: str, path: str, body: Any = None) -> Any:
        """Any API call in the helpdesk's own words. Raises ValueError if it is refused."""
        return self.house.api(self.token, method, path, body)


class Stage:
    """See the module. Use it as a context manager."""

    def __init__(
        self, policy: Policy, furnish: Callable[[SteppedClock], House], database_url: str, start: datetime
    ) -> None:
        self.clock = SteppedClock(start)
        self.policy = policy
        self.house = furnish(self.clock)
        self.sandbox = self.house.sandbox
        self.table = WorkTable.open(database_url, self.clock)
        self.commits = GroupCommit(self.table)
        hook = Hook(self.house.name, (SECRET.encode(),), bot=self.house.bot)
        self.receiver = create_app(
            Receiver([hook], touch=self.commits.touch, now=self.clock, counts=self.table.counts, settle=SETTLE)
        )
        self.post: Post = _to(self.receiver)
        """How webhooks reach the receiver."""
        self.connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.commits.close()
        self.table.close()

    def connect(self, url: str | None = None, *, proof_keys: Sequence[bytes] = ()) -> None:
        """A connector that has just started: it remembers nothing but the work table."""
        self.desk = self.house.open_desk(url, proof_keys=proof_keys)
        self.worker = Worker(self.table, self.desk, self.policy)

    def deliver_to(self, receiver_url: str) -> None:
        """Webhooks go over the network to a receiver that listens there."""
        self.post = lambda url, headers, body: self.house.over_http(
            url.replace(IN_PROCESS, receiver_url), headers, body
        )

    def person(
        self, email: str, actor: Actor = Actor.CUSTOMER, *, organization: str | None = None, name: str = ""
    ) -> Person:
        """An account of a customer, an agent or a manager."""
        return Person(self.house, email, self.house.join(email, actor, organization, name))

    def settle(self) -> None:
        """Webhooks arrive, the connector works, until nothing is due; a moment passes for the settling time."""
        self.advance(2 * SETTLE)

    def advance(self, length: timedelta) -> None:
        """Time passes, and everything happens at its time."""
        self.advance_to(self.clock() + length)

    def advance_to(self, moment: datetime) -> None:
        """The same, up to ``moment``."""
        while True:
            self.sandbox.deliver_webhooks(self.post)
            self.worker.run_due()
            coming = [self.table.next_due(self.desk.name), self.sandbox.next_delivery_at()]
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
        return self.desk.read(TicketId(number))


def _to(app: Flask) -> Post:
    """Deliveries without a network."""

    def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        path = url.removeprefix(IN_PROCESS)
        held = {name: value for name, value in headers.items() if name.isascii() and value.isascii()}
        return app.test_client().post(path, data=body, headers=held).status_code

    return post
