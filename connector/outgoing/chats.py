"""Chats, text messages and calls to the contacts of a level by Apprise, which is an extra (``notify``): it knows the
services, we know whom to tell when. One telling for each address of a contact."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.outgoing.letters import letters
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.services import library
from connector.policy.models import Policy
from connector.work.tellings import Telling, WantedTelling

PREFIX = "chat:"


class Chats:
    """``contacts``: the addresses of each contact, as Apprise writes them. ``page`` is the address of a ticket for
    agents, with ``{id}`` in it."""

    prefix = PREFIX

    def __init__(self, contacts: Mapping[str, Sequence[str]], page: str | None) -> None:
        self._contacts = contacts
        self._page = page

    def wanted(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> Iterator[WantedTelling]:
        """See :class:`connector.work.tellings.Teller`."""

        def receivers(level: Mapping[str, Any]) -> Iterator[str]:
            for contact in dict.fromkeys(name for names in level.get("called", ()) for name in names):
                for number in range(1, len(self._contacts.get(contact, ())) + 1):
                    yield f"{PREFIX}{contact}:{number}"

        return letters(ticket, policy, decision, now, receivers=receivers, page=self._page)

    def is_noted(self, receiver: str) -> bool:
        """The ticket says who was told."""
        return receiver.startswith(PREFIX)

    def deliver(self, telling: Telling) -> None:
        """Tells it once.

        :raises NotDeliveredError: the service has not taken it; it does not say why without what may be a secret.
        """
        contact, _, number = telling.key.receiver.removeprefix(PREFIX).rpartition(":")
        addresses = self._contacts.get(contact, ())
        if not 0 < int(number) <= len(addresses):
            raise NotDeliveredError(f"{contact} has no such address any more", final=True)
        said, service = json.loads(telling.body), library().Apprise()
        if not service.add(addresses[int(number) - 1]):
            raise NotDeliveredError("Apprise cannot read the address", final=True)
        if not service.notify(title=said["subject"], body=said["text"], body_format="text"):
            raise NotDeliveredError("the service has not taken it")
