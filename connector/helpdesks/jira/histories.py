"""What does not come whole with an issue: long changelogs, many comments, what they prove, and who may see a comment
on Data Center.

What was read is kept, so that a changed issue costs no more than what is new on it.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from cachetools import LRUCache

from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import AnswerTooLongError, TicketWaitsError
from connector.helpdesks.jira.answer import (
    ChangelogPage,
    CommentList,
    CommentPage,
    CommentRow,
    HistoryRow,
    IssueRow,
    UserRow,
)
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.messages import VISIBILITY, message
from connector.helpdesks.jira.roles import Actors
from connector.helpdesks.jira.site import FieldIds
from connector.helpdesks.long_answer import (
    CUT,
    KEPT,
    LONGEST_OF_MANY,
    MOST_ROWS,
    NoTurnError,
    Rows,
    is_pressed,
    take_turn,
)

_PAGE = 100
_MOST_BY_ID = 1_000
_ENTRIES_KEPT = MOST_ROWS
_READING_S = 30.0
"""How long one look at an issue reads its changelog at most: less than the rest of a lease. The next look goes on where
this one has ended."""
_GOES_ON = timedelta(seconds=5)
_LONG = 2_000
"""Entries of a changelog from which on a process works with one such at a time."""
_COMMENTS_KEPT = 50_000


@lru_cache(4_096)
def _one(user: UserRow | None) -> UserRow | None:
    """The same object for the same user: thousands of comments have a handful of authors."""
    return user


def _comment(raw: Any) -> CommentRow:
    row = parsed(CommentRow, raw, "comment")
    return row.model_copy(update={"author": _one(row.author), "update_author": _one(row.update_author)})


_NATIVE = frozenset({"status", "priority", "resolution", "issuetype", "project", "reporter"})


class _Read(NamedTuple):
    """What was read of a changelog, from its oldest entry on."""

    rows: Mapping[str, HistoryRow] = {}
    """The entries that matter, by id."""
    gone_through: int = 0
    """How many entries."""
    last: frozenset[str] = frozenset()
    """The ids of the youngest ones."""


COMMENTS_OF_PAGE: Rows = {("comments",): _comment}
COMMENTS_OF_ISSUE: Rows = {("fields", "comment", "comments"): _comment}

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The last values, by key, ``most`` of them or, by their ``size``, as many as fit. Safe to use from many
    threads."""

    def __init__(self, most: int, size: Callable[[V], float] = lambda _: 1) -> None:
        self._lock = threading.Lock()
        self._values: LRUCache[K, V] = LRUCache(most, size)

    def get(self, key: K) -> V | None:
        """The value, if it is still here."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Keeps a value, unless it is larger than all that is kept; the one not asked for longest may go."""
        with self._lock, suppress(ValueError):
            self._values[key] = value


class Histories:
    """Completes issues."""

    def __init__(
        self, client: JiraClient, clock: Callable[[], datetime], flavour: Flavour, actors: Actors, fields: FieldIds
    ) -> None:
        self._client = client
        self._clock = clock
        self._flavour = flavour
        self._actors = actors
        self._fields = fields
        self.rows_of_issue: Rows = {**COMMENTS_OF_ISSUE, ("changelog", "histories"): self._change}
        """What of an issue's long answer is kept."""
        self._read: Kept[str, _Read] = Kept(_ENTRIES_KEPT, lambda read: max(len(read.rows), 1))
        self._internal: Kept[tuple[str, datetime], bool] = Kept(_COMMENTS_KEPT)

    def changelog(self, issue: IssueRow) -> list[HistoryRow]:
        """All entries that matter, oldest first. Cloud sends the newest with the issue; older ones never change.

        :raises TicketWaitsError: it is so long that a later look has to go on with it.
        """
        newest = {row.id: row for row in issue.changelog.histories}
        # The total may be that of the page: a full page is not taken for the whole.
        is_whole = len(newest) >= issue.changelog.total and len(newest) < _PAGE
        rows = newest if is_whole or not self._flavour.cuts_changelog else self._whole(issue.id, newest)
        return sorted(rows.values(), key=lambda row: (row.created, int(row.id) if row.id.isdigit() else 0))

    def comments(self, issue: IssueRow, vouched_for: int) -> list[tuple[CommentRow, bool]]:
        """All comments, oldest first, each with whether it is internal. Where there are more of ours than the
        memory has ``vouched_for``, those that it may not know come with their properties."""
        rows: Sequence[CommentRow] = issue.fields.comment.comments
        is_cut = len(issue.fields.comment.comments) < issue.fields.comment.total
        if is_cut or (not self._flavour.comments_tell_visibility and any(self._is_unknown(row) for row in rows)):
            rows = self._all_comments(issue.id)
        ours = [row for row in rows if self.is_ours(row)]
        silent = [row for row in ours if row.properties is None and not self._says_it_in_its_text(row)]
        if silent and len(ours) > vouched_for:
            rows = self._with_properties(issue.id, rows, silent)
        pairs = [(row, self._is_internal(row)) for row in rows]
        return sorted(pairs, key=lambda pair: pair[0].created)

    def is_ours(self, row: CommentRow) -> bool:
        """Whether the connector wrote the comment."""
        return self._actors.actor(row.author) is Actor.CONNECTOR

    def _says_it_in_its_text(self, row: CommentRow) -> bool:
        """Whether version 0.1.0 wrote the comment, and nobody has edited it."""
        return message(row.body).marks is not None and self._actors.actor(row.update_author) is Actor.CONNECTOR

    def shows_internal(self, issue_id: TicketId, row: CommentRow) -> bool:
        """Whether Jira itself says that customers do not see the comment. One request on Data Center."""
        if self._flavour.comments_tell_visibility:
            return row.jsd_public is not True
        path = f"api/2/issue/{issue_id}/comment/{row.id}"
        shown = parsed(CommentRow, self._client.get(path, "expand=properties"), f"GET {path}")
        return _says_internal(shown)

    def learn(self, row: CommentRow, *, internal: bool) -> None:
        """What is known of a comment because we have just written it."""
        self._internal.put((row.id, row.updated), internal)

    def _whole(self, issue_id: TicketId, newest: Mapping[str, HistoryRow]) -> Mapping[str, HistoryRow]:
        """All entries that matter. Those between the ones read before and the ``newest`` are read here, page by page,
        and what a page held that nobody looks at is forgotten at once."""
        path, give_up = f"api/2/issue/{issue_id}/changelog", time.monotonic() + _READING_S
        read = self._read.get(issue_id) or _Read()
        while not read.last & newest.keys():
            if is_pressed() and time.monotonic() > give_up:
                raise TicketWaitsError(
                    f"Jira GET {path}: {read.gone_through:,} entries are read, the next look goes on from there",
                    self._clock() + _GOES_ON,
                )
            if read.gone_through >= _LONG:
                self._take_turn(path)
            query = urlencode({"startAt": read.gone_through, "maxResults": _PAGE})
            page = parsed(ChangelogPage, self._client.get(path, query), f"GET {path}")
            ids = frozenset(row.id for row in page.values)
            if not ids or ids == read.last:
                break
            read = self._kept(issue_id, page.values, _Read(read.rows, read.gone_through + len(ids), ids))
        # What comes later than these is all in the next answer, unless there is very much of it.
        return self._kept(issue_id, newest.values(), read._replace(last=frozenset(newest))).rows

    def _take_turn(self, path: str) -> None:
        try:
            take_turn(_GOES_ON.total_seconds())
        except NoTurnError:
            raise TicketWaitsError(
                f"Jira GET {path}: it is long, and another long one is being worked on", self._clock() + 2 * _GOES_ON
            ) from None

    def _kept(self, issue_id: TicketId, rows: Iterable[HistoryRow], read: _Read) -> _Read:
        """``read`` with those of the ``rows`` that matter."""
        matter = {row.id: row for row in rows if any(self._matters(item.field, item.field_id) for item in row.items)}
        read = read._replace(rows={**read.rows, **matter})
        if len(read.rows) > MOST_ROWS:
            raise AnswerTooLongError(
                f"Jira issue {issue_id}: more than {MOST_ROWS:,} changes of its status, its priority and the "
                "connector's fields. Does a machine make them? Stop it, close the issue and open another one"
            )
        self._read.put(issue_id, read)
        return read

    def _change(self, raw: Any) -> HistoryRow | None:
        """An entry of a long changelog, if it matters."""
        items = raw.get("items") if isinstance(raw, dict) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and self._matters(item.get("field"), item.get("fieldId")):
                row = parsed(HistoryRow, raw, "changelog")
                return row.model_copy(update={"author": _one(row.author)})
        return None

    def _matters(self, name: Any, field_id: Any) -> bool:
        """Whether anybody looks at the changes of this field. Data Center tells the name only."""
        if field_id:
            return field_id in _NATIVE or field_id in self._fields.fields
        return name in _NATIVE or name in self._fields.named

    def _with_properties(
        self, issue_id: TicketId, rows: Sequence[CommentRow], silent: Sequence[CommentRow]
    ) -> Sequence[CommentRow]:
        """``rows`` with the properties of those that are ``silent`` on what they prove."""
        if not self._flavour.comments_tell_visibility:
            return self._all_comments(issue_id)
        path, known = "api/2/comment/list", dict[str, CommentRow]()
        for start in range(0, len(silent), _MOST_BY_ID):
            body = {"ids": [int(row.id) for row in silent[start : start + _MOST_BY_ID]]}
            page = parsed(CommentList, self._client.post(path, body, "expand=properties"), f"POST {path}")
            known |= {row.id: row for row in page.values}
        return [known.get(row.id, row) for row in rows]

    def _all_comments(self, issue_id: TicketId) -> list[CommentRow]:
        path, by_id = f"api/2/issue/{issue_id}/comment", dict[str, CommentRow]()
        expand = {} if self._flavour.comments_tell_visibility else {"expand": "properties"}
        start = length = 0
        while True:
            query = urlencode({"startAt": start, "maxResults": 1000, "orderBy": "created", **expand})
            page = parsed(CommentPage, self._client.get(path, query, COMMENTS_OF_PAGE), f"GET {path}")
            length += sum(len(row.body) for row in page.comments)
            by_id |= {row.id: _cut(row) if length > KEPT // 4 else row for row in page.comments}
            if len(by_id) > MOST_ROWS:
                raise AnswerTooLongError(f"Jira GET {path}: more than {MOST_ROWS:,} comments")
            start += len(page.comments)
            if not page.comments or start >= page.total:
                return list(by_id.values())

    def _is_unknown(self, row: CommentRow) -> bool:
        """Whether it has to be asked who may see the comment. Customers write nothing internal."""
        if row.properties is not None or self._internal.get((row.id, row.updated)) is not None:
            return False
        return self._actors.actor(row.author) is not Actor.CUSTOMER

    def _is_internal(self, row: CommentRow) -> bool:
        if row.visibility is not None:
            return True
        if row.jsd_public is not None:
            return not row.jsd_public
        if row.properties is None:
            return self._internal.get((row.id, row.updated)) or False
        internal = _says_internal(row)
        self._internal.put((row.id, row.updated), internal)
        return internal


def _cut(row: CommentRow) -> CommentRow:
    return row.model_copy(update={"body": row.body[:LONGEST_OF_MANY] + CUT} if len(row.body) > LONGEST_OF_MANY else {})


def _says_internal(row: CommentRow) -> bool:
    return any(
        entry.key == VISIBILITY and isinstance(entry.value, dict) and entry.value.get("internal") in (True, "true")
        for entry in row.properties or ()
    )
