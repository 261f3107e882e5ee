"""Zammad's ids of states, priorities and groups: read once, read again when an unknown id turns up.

Any agent may list these. Groups may be listed by admins only up to 6.4, where their names come with each ticket; later
an agent sees those that it has access to.
Names can be changed at any time, ids and types of states cannot.
"""

import threading
from collections.abc import Mapping
from typing import Any

from connector.domain.vocabulary import Priority, TicketState
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ForbiddenError, PermanentError, UnavailableError
from connector.helpdesks.zammad.answer import NamedRow, StateRow
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.mapping import ZammadMapping

_PATHS = {"state": "ticket_states", "priority": "ticket_priorities", "group": "groups"}

_MERGED = 6
_TYPES = {1: TicketState.NEW, 5: TicketState.CLOSED, _MERGED: TicketState.CANCELLED, 7: TicketState.CANCELLED}
"""Zammad's types of states (new, open, pending reminder, pending action, closed, merged, removed; recording 284), as
far as they are clear. Pending may be for anybody: only the mapping can say that the customer is waited for, and until
it does the clocks run."""


class Names:
    """id → name, for ``state``, ``priority`` and ``group``."""

    def __init__(self, client: ZammadClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[int, StateRow]] = {}

    def name(self, kind: str, row_id: int) -> str:
        """The name of ``row_id``. Raises PermanentError if Zammad does not list it."""
        return self._row(kind, row_id).name

    def former(self, kind: str, row_id: int | None) -> str | None:
        """What ``row_id``, of an entry in a history, is called today; ``None`` if it is gone."""
        row = self._listed(kind).get(row_id) if row_id is not None else None
        return row.name if row else None

    def group(self, row_id: int) -> NamedRow | None:
        """The group ``row_id``; ``None`` if Zammad does not list it."""
        known = self._known.get("group")
        return (known or {}).get(row_id) or self._read("group", known).get(row_id)

    def ids(self, kind: str) -> Mapping[str, int]:
        """All names with their ids."""
        return {row.name: row_id for row_id, row in self._listed(kind).items()}

    def type_of(self, state_id: int) -> TicketState:
        """What Zammad itself takes a state for; open in doubt."""
        return _TYPES.get(self._row("state", state_id).state_type_id or 0, TicketState.OPEN)

    def is_merged(self, state_id: int) -> bool:
        """Whether it is the state of a ticket that was merged into another one."""
        return self._row("state", state_id).state_type_id == _MERGED

    def _row(self, kind: str, row_id: int) -> StateRow:
        known = self._known.get(kind)
        row = (known or {}).get(row_id) or self._read(kind, known).get(row_id)
        if row is None:
            raise PermanentError(f"Zammad lists no {kind} with id {row_id}")
        return row

    def _listed(self, kind: str) -> Mapping[int, StateRow]:
        known = self._known.get(kind)
        return known if known is not None else self._read(kind, None)

    def _read(self, kind: str, known: Mapping[int, StateRow] | None) -> Mapping[int, StateRow]:
        """Reads the list again, unless another thread has done so since ``known``.

        After a start all threads ask at once.
        """
        with self._lock:
            newer = self._known.get(kind)
            if newer is not None and newer is not known:
                return newer
            try:
                rows = self._rows(kind)
            except PermanentError as error:
                # It is not the ticket's fault: without these names no ticket can be worked.
                raise UnavailableError(str(error)) from error
            if not isinstance(rows, list):
                raise PermanentError(f"Zammad GET {_PATHS[kind]}: unexpected answer: expected a list")
            listed = [parsed(StateRow, row, f"GET {_PATHS[kind]}: entry {place}") for place, row in enumerate(rows)]
            self._known[kind] = {row.id: row for row in listed}
            return self._known[kind]

    def _rows(self, kind: str) -> Any:
        try:
            return self._client.get(_PATHS[kind])
        except ForbiddenError:
            if kind != "group":
                raise
            # Up to 6.4, where every ticket names its group.
            return []


class Meanings:
    """What Zammad's states and priorities mean to the rules, today's and those of the past."""

    def __init__(self, mapping: ZammadMapping, names: Names) -> None:
        self._mapping = mapping
        self._names = names

    def state(self, state_id: int) -> tuple[TicketState, str | None]:
        """The state, and what Zammad calls it if the mapping does not say what it means."""
        name = self._names.name("state", state_id)
        state = self._mapping.state(name)
        return (state, None) if state is not None else (self._names.type_of(state_id), name)

    def past_state(self, state_id: int | None, name: str) -> TicketState:
        """The state of an entry in a history: by its id, which outlives a change of names. ``name`` is what it was
        called then. One that is gone and has no meaning counts as open: clocks run, nothing is hidden."""
        today = self._names.former("state", state_id)
        known = (self._mapping.state(today) if today else None) or self._mapping.state(name)
        if known is not None:
            return known
        return self._names.type_of(state_id) if today and state_id is not None else TicketState.OPEN

    def is_merged(self, state_id: int) -> bool:
        """Whether a ticket in this state was merged into another one."""
        return self._names.is_merged(state_id)

    def priority(self, priority_id: int) -> Priority | None:
        """The priority; ``None`` if the mapping does not know it."""
        return self._mapping.priority(self._names.name("priority", priority_id))

    def past_priority(self, priority_id: int | None, name: str) -> Priority | None:
        """The same of an entry in a history."""
        today = self._names.former("priority", priority_id)
        return (self._mapping.priority(today) if today else None) or self._mapping.priority(name)

    def group(self, group_id: int) -> NamedRow | None:
        """A group that the ticket is in, where its answer does not name it."""
        return self._names.group(group_id)

    def past_group(self, group_id: int | None) -> NamedRow | None:
        """A group of an entry in a history, with the name of today; ``None`` if it is gone, or hidden."""
        name = self._names.former("group", group_id)
        return NamedRow(id=group_id, name=name) if name is not None and group_id is not None else None

    def unresolved(self) -> list[str]:
        """The ids of the states in which a ticket is not over."""
        return [str(state_id) for state_id in self._names.ids("state").values() if not self.state(state_id)[0].is_over]
