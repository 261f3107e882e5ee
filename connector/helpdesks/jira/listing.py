"""Lists of issues by search, whose index lags behind and in which issues move while its pages are turned.

Times in a search have the precision of a minute, in the time zone of the user who asks. An issue that was changed a
moment ago may not be found yet, or be found at its old place with its new values.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.jira.answer import ListedRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.site import Site

PAGE = 1000
"""Issues asked for at once. Jira gives fewer as it likes."""

LAG = timedelta(minutes=10)
"""How long a change may stay unseen by the search. The listing of changes goes back by as much: what comes to light
late is listed late, with its true time of update, which is news to whoever compares it with what was seen."""

Column = Literal["created", "updated"]


class Page(NamedTuple):
    """Rows of a search, and where the next ones are."""

    rows: list[dict[str, Any]]
    next: str | int | None


class Listing:
    """Searches of one project."""

    def __init__(self, client: JiraClient, site: Site, mapping: JiraMapping, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._site = site
        self._mapping = mapping
        self._clock = clock

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages of issues updated at or after ``since``, and of some that were updated shortly before."""
        return self._pages("", "updated", since - LAG)

    def unresolved(self) -> Iterator[list[Listed]]:
        """Pages of issues in statuses that do not count as done."""
        return self._pages("statusCategory != Done AND ", "created", datetime(2000, 1, 1, tzinfo=UTC))

    def search(self, jql: str, fields: list[str], at: str | int | None = None) -> Page:
        """One page of a search."""
        flavour = self._site.flavour
        body: dict[str, Any] = {"jql": jql, "fields": fields, "maxResults": PAGE}
        if at is not None:
            body["nextPageToken" if flavour.pages_by_token else "startAt"] = at
        answer = self._client.post(flavour.search, body)
        rows = answer.get("issues") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise PermanentError(f"Jira POST {flavour.search}: unexpected answer: expected a list of issues")
        if flavour.pages_by_token:
            return Page(rows, answer.get("nextPageToken"))
        reached = int(at or 0) + len(rows)
        return Page(rows, reached if rows and reached < int(answer.get("total") or 0) else None)

    def _pages(self, condition: str, column: Column, since: datetime) -> Iterator[list[Listed]]:
        zone = self._site.bot_now().zone
        project = f"project = {quoted(self._mapping.project)}"
        cursor, at, known = since, None, set[tuple[str, datetime]]()
        while True:
            bound = local_minute(cursor, zone)
            jql = f'{project} AND {condition}{column} >= "{bound}" ORDER BY {column} ASC, key ASC'
            page = self.search(jql, ["issuetype", "created", "updated"], at)
            rows = [parsed(ListedRow, row, f"search: issue {place}") for place, row in enumerate(page.rows)]
            fresh = [row for row in rows if (row.id, row.fields.updated) not in known]
            handled = [row for row in fresh if row.fields.issuetype.name in self._mapping.handled_types]
            if handled:
                yield [Listed(row.id, row.fields.updated) for row in handled]
            if page.next is None:
                return
            reached = self._reached(rows, column)
            if reached is not None and local_minute(reached, zone) != bound and reached > cursor:
                # A new search from the time reached: an issue that moves while we page turns up again.
                cursor, at = reached, None
                known = {(row.id, row.fields.updated) for row in rows}
            else:
                at = page.next
                known |= {(row.id, row.fields.updated) for row in rows}

    def _reached(self, rows: list[ListedRow], column: Column) -> datetime | None:
        """Up to where the page has certainly listed everything. An issue may stand at an old place with a new time of
        update, but only as long as the index lags: older times are those of their places."""
        settled = self._clock() - LAG
        times = [getattr(row.fields, column) for row in rows]
        return max((at for at in times if column == "created" or at <= settled), default=None)


def quoted(text: str) -> str:
    """A text in a search.

    >>> print(quoted('a "b"'))
    "a \\"b\\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def local_minute(at: datetime, zone: Any) -> str:
    """The begin of the minute of ``at`` as a search takes it. In the hour that a clock change repeats, an hour
    earlier, because the search may take it for either."""
    local = at.astimezone(zone)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        local = (at - timedelta(hours=1)).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}"
