"""Chats, text messages and calls to the contacts of a level by Apprise, which is an extra (``notify``): it knows the
services, we know whom to tell when. One telling for each address of a contact."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.outgoing.letters import letter_of
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.services import library
from connector.policy.models import Policy
from connector.rules.telling import events
from connector.work.tellings import Telling, Wanted

PREFIX = "chat:"


class Chats:
    """``contacts``: the addresses of each contact, as Apprise writes them. ``page`` is the address of a ticket for
    agents, with ``{id}`` in it."""

    prefix = PREFIX

    def __init__(self, contacts: Mapping[str, Sequence[str]], page: str | None) -> None:
        self._contacts = contacts
        self._page = page

    def wanted(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> Iterator[Wanted]:
        """See :class:`connector.work.tellings.Teller`."""
        after = ticket.with_changes(decision.changes)
        for event in events(ticket, policy, decision, now):
            level = event.details.get("level", {})
            called = dict.fromkeys(name for names in level.get("called", ()) for name in names)
            for contact in called:
                for number in range(1, len(self._contacts.get(contact, ())) + 1):
                    body = {"type": event.kind.value, **letter_of(after, policy, level, self._page)}
                    yield Wanted(event.id, f"{PREFIX}{contact}:{number}", json.dumps(body, ensure_ascii=False))

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
