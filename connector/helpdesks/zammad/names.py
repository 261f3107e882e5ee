"""Zammad's ids of states and priorities: read once, read again when an unknown id turns up.

Any agent may list these. Groups may be listed by admins only before Zammad 7; their names come with each ticket.
"""

import threading
from collections.abc import Mapping

from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import PermanentError, UnavailableError
from connector.helpdesks.zammad.answer import NamedRow
from connector.helpdesks.zammad.client import ZammadClient

_PATHS = {"state": "ticket_states", "priority": "ticket_priorities"}


class Names:
    """id → name, for ``state`` and ``priority``."""

    def __init__(self, client: ZammadClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[int, str]] = {}

    def name(self, kind: str, row_id: int) -> str:
        """The name of ``row_id``. Raises PermanentError if Zammad does not list it."""
        known = self._known.get(kind)
        name = (known or {}).get(row_id)
        if name is None:
            name = self._read(kind, known).get(row_id)
        if name is None:
            raise PermanentError(f"Zammad lists no {kind} with id {row_id}")
        return name

    def ids(self, kind: str) -> Mapping[str, int]:
        """All names with their ids."""
        known = self._known.get(kind) or self._read(kind, None)
        return {name: row_id for row_id, name in known.items()}

    def _read(self, kind: str, known: Mapping[int, str] | None) -> Mapping[int, str]:
        """Reads the list again, unless another thread has done so since ``known``.

        After a start all threads ask at once.
        """
        with self._lock:
            newer = self._known.get(kind)
            if newer is not None and newer is not known:
                return newer
            try:
                rows = self._client.get(_PATHS[kind])
            except PermanentError as error:
                # It is not the ticket's fault: without these names no ticket can be worked.
                raise UnavailableError(str(error)) from error
            if not isinstance(rows, list):
                raise PermanentError(f"Zammad GET {_PATHS[kind]}: unexpected answer: expected a list")
            listed = [parsed(NamedRow, row, f"GET {_PATHS[kind]}: entry {place}") for place, row in enumerate(rows)]
            self._known[kind] = {row.id: row.name for row in listed}
            return self._known[kind]
