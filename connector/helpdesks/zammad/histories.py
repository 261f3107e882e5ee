"""Histories of tickets, of this one and of those that were merged into it. What was read is kept until the ticket
changes: of most tickets nothing is new."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cachetools import LRUCache

from connector.domain.model import TicketId
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ForbiddenError, NotFoundError
from connector.helpdesks.long_answer import Rows
from connector.helpdesks.zammad.answer import History, TicketRow, UserRow, WholeTicket
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.decode import Decoder, Merged
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.names import Meanings
from connector.helpdesks.zammad.people import CUSTOMER

_SAME_REQUEST = timedelta(seconds=2)
_ROWS_KEPT = 25_000
"""Rows of histories that are kept, of 0.3 KB each."""
_ROWS_OF_ASSETS = 5
"""What comes with each history takes as much as so many rows."""
_MOST_MERGED = 50


class Histories:
    """Reads and remembers. Safe to use from many threads."""

    def __init__(self, client: ZammadClient, mapping: ZammadMapping, meanings: Meanings) -> None:
        self._client = client
        self._mapping = mapping
        self._meanings = meanings
        self._lock = threading.Lock()
        self._kept: LRUCache[str, tuple[datetime, History]] = LRUCache(
            _ROWS_KEPT, lambda kept: len(kept[1].history) + _ROWS_OF_ASSETS
        )
        self._rows: Rows = {
            ("history",): lambda raw: raw if self._matters(raw) else None,
            ("assets", "User"): partial(parsed, UserRow, where="GET ticket_history: user"),
        }

    def of(self, whole: WholeTicket, decoder: Decoder) -> History | None:
        """The history of a ticket as it was just read; ``None`` if there is none worth a request."""
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            return None
        if decoder.is_elsewhere(row, whole.assets):
            # Another department's ticket costs no second request.
            if not decoder.was_ours(row, whole):
                return None
        elif _is_untouched(row, len(whole.ticket_article_ids)):
            return None
        key = str(row.id)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == row.updated_at:
            return kept[1]
        return self._read(key, row.updated_at)

    def merged(self, whole: WholeTicket, history: History | None, decoder: Decoder) -> list[Merged]:
        """The tickets that were merged into this one, directly or by way of another. One that is deleted or lies where
        the connector may not look is left out."""
        found: dict[int, Merged] = {}
        if history is None:
            return []
        ticket_id, waiting = whole.ticket_id, history.merged
        # A merge takes links along: a task of another incident hangs here. Somebody may also have linked it by hand.
        linked = [one for one in decoder.incidents_of_linked(whole) if one not in waiting]
        waiting += linked
        while waiting and len(found) < _MOST_MERGED:
            one = waiting.pop(0)
            if one in found or one == ticket_id:
                continue
            with self._lock:
                kept = self._kept.get(str(one))
            try:
                its = kept[1] if kept and kept[1].merged_into else self._read(str(one))
            except (NotFoundError, ForbiddenError):
                continue
            row = its.assets.Ticket.get(one)
            if row is None or (one in linked and not self._meanings.is_merged(row.state_id)):
                continue
            found[one] = (row, its)
            waiting += its.merged
        return list(found.values())

    def forget(self, ticket_id: TicketId) -> None:
        """Reads the history of a ticket anew the next time, because it was written."""
        with self._lock:
            # Two writes may have one time of update, where Zammad's clock was put back.
            self._kept.pop(ticket_id, None)

    def _read(self, key: str, updated_at: datetime | None = None) -> History:
        """``updated_at``: when the ticket had been changed, as it was read; else as its history shows it."""
        path = f"ticket_history/{key}"
        answer = self._client.get(path, rows=self._rows)
        if isinstance(answer, dict) and isinstance(answer.get("history"), list):
            answer["history"] = [row for row in answer["history"] if self._matters(row)]
        history = parsed(History, answer, f"GET {path}")
        row = history.assets.Ticket.get(int(key))
        if (seen := updated_at or (row.updated_at if row else None)) is None:
            return history
        with self._lock, suppress(ValueError):
            # One that is longer than all that is kept is read again each time.
            self._kept[key] = (seen, history)
        return history

    def _matters(self, row: Any) -> bool:
        """Whether anybody looks at this row of a history: most tell of notifications and attachments."""
        if not isinstance(row, dict):
            return True
        kind, what = row.get("object"), row.get("type")
        if kind == "Ticket":
            attribute = str(row.get("attribute"))
            is_known = what == "updated" and (attribute == CUSTOMER or self._mapping.field(attribute) is not None)
            return is_known or what in ("received_merge", "merged_into")
        return kind == "Ticket::Article" and what == "created"


def _is_untouched(row: TicketRow, articles: int) -> bool:
    """Nobody else has changed the ticket since it was created: there is no history worth a request.

    Should its creator have been that quick, nothing is lost by it: what the connector had set counts as not set and
    is set again, and what it had told was told in an article.
    """
    at_once = row.updated_at - row.created_at <= _SAME_REQUEST and row.updated_by_id == row.created_by_id
    return at_once and articles <= 1
