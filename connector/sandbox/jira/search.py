"""Search by JQL: `/search/jql` with tokens on Cloud, `/search` with `startAt` on Data Center. Both see the index."""

from typing import Any

from connector.sandbox.jira import shown
from connector.sandbox.jira.access import is_support, may_see
from connector.sandbox.jira.call import Call, answers
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.index import Row
from connector.sandbox.jira.matching import Meaning, meaning
from connector.sandbox.jira.records import Json, User
from connector.sandbox.jira.world import World

KEPT_RESULTS, MOST_RECONCILED = 16, 50
MOST_WITH_FIELDS, MOST_BARE = 100, 5000
MOST_ON_DATA_CENTER = 1000
_BARE = frozenset({"id", "key"})


@answers("GET search", on="cloud")
@answers("POST search", on="cloud")
def _removed(_call: Call) -> None:
    """It is gone since 2025."""
    raise JiraError(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")


@answers("POST search/jql", 200, on="cloud")
def _by_token(call: Call) -> Json:
    """A page, and a token for the next one. Without `fields` only ids are shown."""
    body, world = call.fields(), call.world
    if "reconcileIssues" in body:
        for number in call.list("reconcileIssues", MOST_RECONCILED):
            issue = world.issues.get(int(number))
            if issue is not None:
                world.index.reconcile(issue)
    wanted = [str(name) for name in body.get("fields") or ["id"]]
    bare = _BARE.issuperset(wanted)
    size = max(1, min(int(body.get("maxResults") or 50), MOST_BARE if bare else MOST_WITH_FIELDS))
    rows, start, key = _continued(call, str(body.get("jql") or ""), body.get("nextPageToken"))
    expand = _list(body.get("expand"))
    view = shown.view_of(call, wanted, expand, body.get("properties") or (), searched=True)
    view = view._replace(fields=frozenset()) if bare else view
    issues = _shown(world, rows[start : start + size], view, bare=wanted == ["id"])
    answer: dict[str, Json] = {"issues": issues, "isLast": start + size >= len(rows)}
    if not answer["isLast"]:
        answer["nextPageToken"] = f"{start + size}.{key or _keep(world, rows)}"
    return answer


def _continued(call: Call, text: str, token: Any) -> tuple[list[Row], int, str]:
    """The rows, where the page starts, and the key of rows that are kept already."""
    if token:
        start, _, key = str(token).partition(".")
        rows = call.world.results.get(key)
        if rows is None or not start.isdecimal():
            raise JiraError(400, "The nextPageToken is invalid or has expired.")
        return rows, int(start), key
    found = meaning(call.world, call.user, text)
    if not found.bounded:
        raise JiraError(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to it.")
    return find(call.world, call.user, found), 0, ""


@answers("GET search", on="datacenter")
@answers("POST search", 200, on="datacenter")
def _by_position(call: Call) -> Json:
    given: dict[str, Json] = call.body if isinstance(call.body, dict) else dict(call.query)
    start, size = int(given.get("startAt") or 0), min(int(given.get("maxResults") or 50), MOST_ON_DATA_CENTER)
    rows = _remembered(call, str(given.get("jql") or ""))
    view = shown.view_of(call, _list(given.get("fields")) or ["*navigable"], _list(given.get("expand")), ())
    issues = _shown(call.world, rows[start : start + size], view, bare=False)
    return {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(rows), "issues": issues}


def _keep(world: World, rows: list[Row], key: str = "") -> str:
    """The key by which the rows are found for the next page."""
    name = key or f"page{world.next_id('page')}"
    world.results[name] = rows
    if len(world.results) > KEPT_RESULTS:
        del world.results[next(iter(world.results))]
    return name


def _list(given: Json) -> list[str]:
    texts = given if isinstance(given, list) else str(given or "").split(",")
    return [str(text).strip() for text in texts if str(text).strip()]


def _remembered(call: Call, text: str) -> list[Row]:
    """The rows; pages of an unchanged index are not sought anew."""
    world = call.world
    world.index.catch_up()
    key = f"{world.index.version}|{call.user.id}|{world.now():%Y%m%d%H%M}|{text}"
    rows = world.results.get(key)
    if rows is None:
        rows = find(world, call.user, meaning(world, call.user, text))
        _keep(world, rows, key)
    return rows


def find(world: World, user: User, wanted: Meaning) -> list[Row]:
    """All rows that the user may see and that match, in order."""
    world.index.catch_up()
    visible = {project.id for project in world.projects.values() if is_support(world, project, user)}
    hidden = {number for number in world.hidden if not may_see(world, user, world.issues[number])}
    order = wanted.order or [("key", True)]
    rows = world.index.in_order(wanted.low, wanted.high, newest_first=order[0] == ("updated", True))
    found = [row for row in rows if row.fields["project"] in visible and row.id not in hidden and wanted.test(row)]
    if order[0][0] == "updated" and all(name == "key" for name, _ in order[1:]):
        return found
    for name, descending in reversed(order):
        found.sort(key=_sort_key(world, name), reverse=descending)
    return found


def _sort_key(world: World, name: str) -> Any:
    if name == "key":
        return lambda row: row.id
    if name == "priority":
        ranks = {priority: -rank for rank, priority in enumerate(world.priorities)}
        return lambda row: ranks[row.fields["priority"]]
    return lambda row: (row.fields.get(name) is not None, row.fields.get(name))


def _shown(world: World, rows: list[Row], view: shown.View, *, bare: bool) -> list[Json]:
    """Rows as issues, with the values that the index knows; deleted ones are left out."""
    there = [row for row in rows if row.id in world.issues]
    if bare:
        return [{"id": str(row.id)} for row in there]
    return [shown.issue(world, world.issues[row.id], view, row.fields) for row in there]
