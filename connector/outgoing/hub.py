"""Events of trouble tickets for those who listen (TMF621, ``/hub``): by the same way as signed webhooks."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.intake.panels import Panel
from connector.intake.signing import signed_headers
from connector.outgoing.post import NotDeliveredError, post
from connector.outgoing.target import Target
from connector.outgoing.webhooks import message_id
from connector.policy.models import Policy
from connector.rules.telling import FRESH
from connector.trouble_ticket.happenings import event_of, happenings
from connector.trouble_ticket.query import fitting
from connector.trouble_ticket.view import sent, view_of
from connector.work.listeners import Listener, Listeners
from connector.work.tellings import Telling, TellingKey, WantedTelling

PREFIX = "hub:"
_KNOWN = timedelta(seconds=5)


class Hub:
    """The listeners of all panels; ``panels`` tells the panels by their names."""

    prefix = PREFIX

    def __init__(
        self, helpdesk: str, listeners: Listeners, panels: Mapping[str, Panel], now: Callable[[], datetime]
    ) -> None:
        self._helpdesk = helpdesk
        self._listeners = listeners
        self._panels = panels
        self._now = now
        self._held: list[Listener] = []
        self._until: datetime | None = None

    def wanted(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> Iterator[WantedTelling]:
        """See :class:`connector.work.tellings.Teller`. Nothing of before the subscription is told."""
        if not ticket.kept:
            return
        for listener in self._all():
            own = sent(ticket, listener.panel)
            shown = view_of(ticket, listener.panel, listener.address) if own else None
            if shown is None:
                continue
            for happening in happenings(ticket, own, decision, now):
                # Helpdesks tell some times in whole seconds.
                is_new = happening.at >= listener.created.replace(microsecond=0) and now - happening.at <= FRESH
                key = TellingKey(self._helpdesk, ticket.id, happening.id, PREFIX + listener.id)
                if not is_new:
                    continue
                body = event_of(happening, message_id(key), shown, listener.version)
                if fitting([body], parse_qs(listener.query)):
                    yield WantedTelling(key.event, key.receiver, partial(json.dumps, body, ensure_ascii=False))

    def is_noted(self, receiver: str) -> bool:
        """A ticket does not speak of its listeners."""
        return False

    def deliver(self, telling: Telling) -> None:
        """Posts to the callback. One that answers 410 is no listener any more.

        :raises NotDeliveredError: it has not taken it.
        """
        listener_id, now = telling.key.receiver.removeprefix(PREFIX), self._now()
        listener = next((one for one in self._all() if one.id == listener_id), None)
        panel = self._panels.get(listener.panel) if listener else None
        if listener is None or panel is None:
            raise NotDeliveredError("nobody listens there any more", final=True, unwanted=True)
        body = telling.body.encode()
        headers = signed_headers(panel.secrets, message_id(telling.key), now, body)
        try:
            post(Target(listener.callback, panel.private_addresses), headers, body, now)
        except NotDeliveredError as error:
            if not error.final:
                raise
            self._listeners.remove(listener.id)
            self._until = None
            raise NotDeliveredError(str(error), final=True, unwanted=True) from error

    def _all(self) -> list[Listener]:
        now = self._now()
        if self._until is None or not self._until - _KNOWN <= now < self._until:
            self._held, self._until = self._listeners.all(), now + _KNOWN
        return self._held


def described(listener: Listener, version: int) -> dict[str, Any]:
    """The subscription as its listener sees it."""
    shown: dict[str, Any] = {"id": listener.id, "callback": listener.callback}
    if listener.query:
        shown["query"] = listener.query
    if version == 4:
        return shown
    hub = listener.address.removesuffix("/troubleTicket")
    return {**shown, "href": f"{hub}/hub/{listener.id}", "@type": "Hub"}
