"""What search knows. It lags: until its time has come, a change is not seen and the old row is found."""

import heapq
import itertools
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connector.sandbox.jira.records import Issue


class Row(NamedTuple):
    """An issue as search sees it."""

    id: int
    key: str
    fields: dict[str, Any]

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands in the order of updates."""
        return self.fields["updated"], self.id


class Index:
    """The rows by issue, and in the order of their updates. `lag` is how long a change stays unseen; `version` grows
    with everything that becomes visible."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.lag = timedelta(0)
        self.version = 0
        self.rows: dict[int, Row] = {}
        self._clock = clock
        self._order: list[tuple[datetime, int]] = []
        self._waiting: list[tuple[datetime, int, int, Row | None]] = []
        self._numbers = itertools.count(1)

    def changed(self, issue: Issue) -> None:
        """An issue was created or changed."""
        self._later(issue.id, _row(issue))

    def removed(self, issue_id: int) -> None:
        """An issue was deleted."""
        self._later(issue_id, None)

    def reconcile(self, issue: Issue) -> None:
        """The issue is seen as it is now."""
        self._show(issue.id, _row(issue))

    def catch_up(self) -> None:
        """See all changes whose time has come."""
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, issue_id, row = heapq.heappop(self._waiting)
            self._show(issue_id, row)

    def in_order(self, low: datetime | None, high: datetime | None, *, newest_first: bool) -> Iterator[Row]:
        """Rows by time of update, from `low` to `high` inclusive."""
        first = bisect_left(self._order, (low, 0)) if low else 0
        last = bisect_left(self._order, (high + timedelta(milliseconds=1), 0)) if high else len(self._order)
        positions = range(last - 1, first - 1, -1) if newest_first else range(first, last)
        return (self.rows[self._order[position][1]] for position in positions)

    def _later(self, issue_id: int, row: Row | None) -> None:
        heapq.heappush(self._waiting, (self._clock() + self.lag, next(self._numbers), issue_id, row))

    def _show(self, issue_id: int, row: Row | None) -> None:
        known = self.rows.pop(issue_id, None)
        if known is not None:
            if row is not None and row.fields["updated"] < known.fields["updated"]:
                row = known
            del self._order[bisect_left(self._order, known.place)]
        if row is not None:
            self.rows[issue_id] = row
            insort(self._order, row.place)
        self.version += 1


def _row(issue: Issue) -> Row:
    return Row(issue.id, issue.key, dict(issue.fields))
