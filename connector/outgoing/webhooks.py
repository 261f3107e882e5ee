"""Signed webhooks to the configured receivers: who wants which event, and its delivery."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Protocol

from connector.domain.decision import Decision
from connector.domain.event import Event, EventKind
from connector.domain.ticket import Ticket
from connector.intake.signing import signed_headers
from connector.outgoing.courier import Deliver
from connector.outgoing.payload import body_of
from connector.outgoing.post import NotDeliveredError, post
from connector.outgoing.receivers import Webhook
from connector.policy.models import Policy
from connector.rules.telling import events
from connector.work.tellings import Telling, TellingKey, WantedTelling


class Webhooks:
    """The receivers of the file. ``page`` is the address of a ticket for agents, with ``{id}`` in it."""

    def __init__(self, receivers: Mapping[str, Webhook], page: str | None, now: Callable[[], datetime]) -> None:
        self._receivers = receivers
        self._page = page
        self._now = now

    def wanted(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> Iterable[WantedTelling]:
        """See :class:`connector.work.tellings.Teller`."""
        url = self._page.format(id=ticket.id) if self._page else None
        for event in events(ticket, policy, decision, now):
            body = cache(partial(body_of, event, ticket, url))
            for name, receiver in self._receivers.items():
                if _wants(receiver, event):
                    yield WantedTelling(event.id, name, body)

    def is_noted(self, receiver: str) -> bool:
        """See :class:`connector.work.tellings.Teller`. One that is gone from the file was given up: that is noted."""
        return ":" not in receiver and (receiver not in self._receivers or self._receivers[receiver].noted)

    def deliver(self, telling: Telling) -> None:
        """Signs and posts it once.

        :raises NotDeliveredError: the receiver has not taken it, or the file names it no more.
        """
        receiver = self._receivers.get(telling.key.receiver)
        if receiver is None:
            raise NotDeliveredError(f"there is no receiver {telling.key.receiver} any more", final=True)
        send(receiver, message_id(telling.key), telling.body, self._now())


def _wants(receiver: Webhook, event: Event) -> bool:
    level = event.details.get("level", {}).get("number", 0)
    return event.kind in receiver.events and (event.kind is not EventKind.LEVEL or level >= receiver.from_level)


def message_id(key: TellingKey) -> str:
    """The same for each repeat of a delivery, so that the receiver can drop it."""
    return f"msg_{hashlib.sha256('/'.join(key).encode()).hexdigest()[:32]}"


def send(receiver: Webhook, message: str, body: str, now: datetime) -> None:
    """Signs and posts a body. Raises NotDeliveredError."""
    content = body.encode()
    post(receiver.target, signed_headers(receiver.secrets, message, now, content), content, now)


class Way(Protocol):
    """A way of telling those whose names begin with ``prefix``."""

    prefix: str

    def deliver(self, telling: Telling) -> None:
        """Raises NotDeliveredError."""


def by_receiver(ways: Iterable[Way], otherwise: Deliver) -> Deliver:
    """By the way whose prefix its receiver has, ``otherwise`` for the receivers of the file."""
    known = {way.prefix: way.deliver for way in ways}

    def deliver(telling: Telling) -> None:
        kind, separator, _ = telling.key.receiver.partition(":")
        known.get(kind + separator, otherwise)(telling)

    return deliver
