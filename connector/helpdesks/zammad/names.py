"""Zammad's ids of states and priorities: read once, read again when an unknown id turns up.

Any agent may list these. Groups may be listed by admins only before Zammad 7; their names come with each ticket.
"""

import threading
from collections.abc import Mapping

from connector.helpdesks.errors import PermanentError, UnavailableError
from connector.helpdesks.zammad.client import ZammadClient

_PATHS = {"state": "ticket_states", "priority": "ticket_priorities"}


class Names:
    """id → name, for ``state`` and ``priority``."""

    def __init__(self, client: ZammadClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[int, str]] = {}

    def name(self, kind: str, number: int) -> str:
        """The name of ``number``. Raises PermanentError if Zammad does not list it."""
        found = self._known.get(kind, {}).get(number)
        if found is None:
            found = self._read(kind).get(number)
        if found is None:
            raise PermanentError(f"Zammad lists no {kind} with id {number}")
        return found

    def ids(self, kind: str) -> Mapping[str, int]:
        """All names with their ids."""
        known = self._known.get(kind) or self._read(kind)
        return {name: number for number, name in known.items()}

    def _read(self, kind: str) -> Mapping[int, str]:
        with self._lock:
            try:
                rows = self._client.get(_PATHS[kind])
            except PermanentError as error:
                # It is not the ticket's fault: without these names no ticket can be worked.
                raise UnavailableError(str(error)) from error
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise PermanentError(f"Zammad GET {_PATHS[kind]}: expected a list of objects")
            self._known[kind] = {int(row["id"]): str(row["name"]) for row in rows if row.get("id") and row.get("name")}
            return self._known[kind]
