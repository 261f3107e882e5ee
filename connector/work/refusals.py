"""What a helpdesk has refused lately: such a detail is left out for a while, so that not every write is made twice."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.domain.decision import MESSAGE, STATE, Decision, creation
from connector.domain.fields import CATALOGUE, NATIVE
from connector.domain.ticket import Ticket

KEPT = timedelta(hours=1)
"""How long a refusal is remembered: then it is tried whether the admin has repaired what was wrong."""

MATTER = ("priority", "escalation_level")
"""The fields without which a write is worth least, the most important one last."""

_MOST = 10_000
_FAULTS = 3
"""So many times in a row a helpdesk may break on a message before it is taken for the message's fault."""

_Key = tuple[Any, ...]


class Refusals:
    """The memory of one process. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[_Key, tuple[datetime, str]] = {}
        self._faults: dict[str, int] = {}

    def known(self, ticket: Ticket, decision: Decision, now: datetime) -> dict[str, str]:
        """The details of ``decision`` that will be refused, and why."""
        if not self._until:
            return {}
        with self._lock:
            held = {detail: self._held(ticket, detail, value, now) for detail, value in details(decision).items()}
        return {detail: why for detail, why in held.items() if why is not None}

    def remember(
        self, ticket: Ticket, decision: Decision, refused: Mapping[str, str], now: datetime, *, surely: bool
    ) -> None:
        """The helpdesk has refused these details of ``decision``. Unless ``surely``, not each of them is to blame: they
        are left out on this ticket only."""
        values = details(decision)
        with self._lock:
            for detail, why in refused.items():
                key = _key(ticket, detail, values.get(detail)) if surely else (detail, ticket.id)
                self._until[key] = (now + KEPT, why)
            if len(self._until) > _MOST:
                self._until = {key: held for key, held in self._until.items() if held[0] > now}

    def breaks(self, ticket: Ticket) -> bool:
        """The helpdesk has broken on a message to this ticket's customer; whether that has become too often."""
        with self._lock:
            self._faults[ticket.id] = self._faults.get(ticket.id, 0) + 1
            if self._faults[ticket.id] < _FAULTS:
                return False
            del self._faults[ticket.id]
            return True

    def goes(self, ticket: Ticket) -> None:
        """A write went."""
        if self._faults:
            with self._lock:
                self._faults.pop(ticket.id, None)

    def _held(self, ticket: Ticket, detail: str, value: Any, now: datetime) -> str | None:
        for key in (_key(ticket, detail, value), (detail, ticket.id)):
            until, why = self._until.get(key, (now, ""))
            if until > now:
                return why
        return None


def details(decision: Decision) -> dict[str, Any]:
    """What of a write can be left out: its fields, the state, the message to the customer, each ticket to be created.
    Those come first that matter least, the level and the priority last."""
    fields: dict[str, Any] = dict(decision.changes)
    matter: dict[str, Any] = {name: fields.pop(name) for name in MATTER if name in fields}
    if decision.state is not None:
        fields[STATE] = decision.state
    if decision.note is not None and decision.note.public:
        matter[MESSAGE] = True
    return fields | matter | {creation(new.key): True for new in decision.creates}


def _key(ticket: Ticket, detail: str, value: Any) -> _Key:
    """A field that one ticket cannot have, or a choice that it cannot make, no other one of its kind can. What else is
    refused may be refused for the ticket's own sake."""
    field = CATALOGUE.get(detail)
    if field is None:
        return (detail, ticket.id)
    return (detail, ticket.kind, value if field.choices or detail in NATIVE else None)
