"""Lists of issues by search, whose index lags behind and in which issues move while its pages are turned.

Times in a search have the precision of a minute, in the time zone of the user who asks. An issue that was changed a
moment ago may not be found yet, or be found at its old place with its new values.
"""

from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from connector.domain.past import MOST_FOUND, PlaceSearch
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import NotFoundError, PermanentError
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.jira.answer import IdRow, ListedRow, OtherRow, ProjectTypes
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.site import Site

PAGE = 1000
"""Issues asked for at once. Jira gives fewer as it likes: Cloud 100 if it has to show any field."""

IDS_PAGE = 5000
"""The same where Cloud has to show ids only (its REST reference, search by JQL)."""

_LATELY = timedelta(days=2)
"""Where ids are listed, changes of this time are listed before them, with their times of update: the full sweep comes
every day and so sees once more what search may have shown too late for the small ones."""

LAG = timedelta(minutes=10)
"""How long a change may stay unseen by the search. The listing of changes goes back by as much: what comes to light
late is listed late, with its true time of update, which is news to whoever compares it with what was seen."""

Column = Literal["created", "updated"]

_MOST_SERVICES = 50
"""Named in one search."""

_TIMES = ["issuetype", "created", "updated"]
_ID = ["id"]


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
        return self._there("statusCategory != Done AND ", "created", datetime(2000, 1, 1, tzinfo=UTC))

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages of issues in statuses that count as done, updated at or after ``since``."""
        return self._there("statusCategory = Done AND ", "updated", since - LAG)

    def search(self, jql: str, fields: list[str], at: str | int | None = None, *, most: int | None = None) -> Page:
        """One page of a search; of ``most`` rows at most."""
        flavour = self._site.flavour
        most = most or (IDS_PAGE if fields == _ID else PAGE)
        body: dict[str, Any] = {"jql": jql, "fields": fields, "maxResults": most}
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

    def problems(self, fields: list[str]) -> Iterator[OtherRow]:
        """The issues of the problem type in statuses that do not count as done, and those whose fix may have to be
        reviewed: that is a matter of weeks, and they were updated when they were closed."""
        kind, at = quoted(self._mapping.issue_types.problem), None
        standing = "(statusCategory != Done OR updated >= -100d)"
        jql = f"project = {self._site.project_id} AND issuetype = {kind} AND {standing} ORDER BY key ASC"
        while True:
            page = self.search(jql, fields, at)
            yield from (parsed(OtherRow, row, f"search: issue {place}") for place, row in enumerate(page.rows))
            if page.next is None:
                return
            at = page.next

    def newest(self, service_field: str, search: PlaceSearch, fields: list[str]) -> list[OtherRow]:
        """The newest issues of these services, on one page. A text is found by its words, so others with the same words
        may be among them. Of a region as many services are looked for as a query may well hold."""
        number, zone = service_field.removeprefix("customfield_"), self._site.bot_now().zone
        services = [*search.services, *search.region][:_MOST_SERVICES]
        named = " OR ".join(f"cf[{number}] ~ {quoted(quoted(service))}" for service in services)
        since = local_minute(search.since, zone)
        jql = (
            f'project = {self._site.project_id} AND created >= "{since}" AND ({named}) ORDER BY created DESC, key DESC'
        )
        page = self.search(jql, fields, most=MOST_FOUND)
        return [parsed(OtherRow, row, f"search: issue {place}") for place, row in enumerate(page.rows)]

    def _there(self, condition: str, column: Column, since: datetime) -> Iterator[list[Listed]]:
        """Which issues there are. Cloud shows fifty times as many at once if it need not show their times."""
        if not self._site.flavour.pages_by_token:
            yield from self._pages(condition, column, since)
            return
        yielded = set[str]()
        for page in self._pages(condition, "updated", max(since, self._clock() - _LATELY)):
            yielded |= {issue.id for issue in page}
            yield page
        if not (types := ", ".join(self.type_ids(self._mapping.handled_types))):
            return
        for page in self._pages(f"issuetype in ({types}) AND {condition}", column, since, with_times=False):
            if others := [issue for issue in page if issue.id not in yielded]:
                yield others

    def _pages(
        self, condition: str, column: Column, since: datetime, *, with_times: bool = True
    ) -> Iterator[list[Listed]]:
        zone = self._site.bot_now().zone
        project = f"project = {self._site.project_id}"
        cursor, at, known = since, None, set[Listed]()
        while True:
            bound = local_minute(cursor, zone)
            jql = f'{project} AND {condition}{column} >= "{bound}" ORDER BY {column} ASC, key ASC'
            page = self.search(jql, _TIMES if with_times else _ID, at)
            rows: list[ListedRow] = []
            if with_times:
                rows = [parsed(ListedRow, row, f"search: issue {place}") for place, row in enumerate(page.rows)]
                handled = [row for row in rows if row.fields.issuetype.name in self._mapping.handled_types]
                listed = [Listed(row.id, row.fields.updated) for row in handled]
            else:
                ids = (parsed(IdRow, row, f"search: issue {place}") for place, row in enumerate(page.rows))
                listed = [Listed(row.id, None) for row in ids]
            if fresh := [issue for issue in listed if issue not in known]:
                yield fresh
            if page.next is None:
                return
            if not with_times:
                rows = self._shown(listed[-1:])
            reached = self._reached(rows, column)
            if reached is not None and local_minute(reached, zone) != bound and reached > cursor:
                # A new search from the time reached: an issue that moves while we page turns up again.
                cursor, at, known = reached, None, set(listed)
            else:
                at = page.next
                known |= set(listed)

    def _shown(self, listed: list[Listed]) -> list[ListedRow]:
        """The times of issues of which only the ids are known; without those that are gone."""
        rows = []
        for issue in listed:
            path = f"api/2/issue/{issue.id}"
            with suppress(NotFoundError):
                rows.append(parsed(ListedRow, self._client.get(path, f"fields={','.join(_TIMES)}"), f"GET {path}"))
        return rows

    def type_ids(self, named: Container[str]) -> list[str]:
        """Those of the project's types that are named. A search may name only types that are there, and the mapping may
        name others."""
        path = f"api/2/project/{self._mapping.project}"
        types = parsed(ProjectTypes, self._client.get(path), f"GET {path}").issue_types
        return [issue_type.id for issue_type in types if issue_type.name in named]

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
