"""Roles, priorities, kinds of links, saved searches and dashboards, each as a `Kind`."""

from collections.abc import Callable
from dataclasses import replace

from connector.sandbox.jira import shapes
from connector.sandbox.jira.access import is_admin, shown_user
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.endpoints import Answer, answers
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.kinds import Kind, lists, paged, serves
from connector.sandbox.jira.matching import meaning
from connector.sandbox.jira.records import Json, Row
from connector.sandbox.jira.shapes import linked
from connector.sandbox.jira.world import BASE_URL

_GADGETS = "rest/gadgets/1.0/g/com.atlassian.jira.gadgets"
_AVAILABLE = {
    "Assigned to Me": f"{_GADGETS}:assigned-to-me-gadget/gadgets/assigned-to-me-gadget.xml",
    "Filter Results": f"{_GADGETS}:filter-results-gadget/gadgets/filter-results-gadget.xml",
}
_COLOURS = frozenset({"blue", "red", "yellow", "green", "cyan", "purple", "gray", "white"})


def role(call: Call, held: Row) -> dict[str, Json]:
    """A project role."""
    return linked(call.world, "role", held, "name", "description", id=int(held.id))


def _without_role(call: Call, held: Row) -> None:
    for project in call.world.projects.values():
        project.role_users.pop(held.id, None)
        project.role_groups.pop(held.id, None)


ROLE = Kind(
    "The project role",
    "roles",
    role,
    kept=("name", "description"),
    readable=True,
    taken=lambda name: JiraError(409, f"A project role with name '{name}' already exists."),
    leave=_without_role,
)
lists(ROLE, "role")
serves(ROLE, "role", create=200, change=200, delete=204)


def task(call: Call) -> Json:
    """A task that has done already what it was made for."""
    about = {"self": call.world.link_to("task/1"), "id": "1", "status": "COMPLETE", "submittedBy": 10000}
    return about | dict.fromkeys(("submitted", "elapsedRuntime", "lastUpdate"), 0) | {"progress": 100}


def _some_of_it(call: Call, _row: Row) -> None:
    if PRIORITY.columns.keys().isdisjoint(call.fields()):
        raise JiraError(400, "At least one of the fields must be given.")


def _without_priority(call: Call, held: Row) -> None:
    """Its issues get the first one that is left."""
    rest = next(number for number in call.world.priorities if number != held.id)
    for issue in call.world.issues.values():
        if issue.fields["priority"] == held.id:
            issue.fields["priority"] = rest
            call.world.index.changed(issue)


PRIORITY = Kind(
    "The priority",
    "priorities",
    lambda call, held: shapes.described_priority(call.world, held),
    columns={"name": "name", "description": "description", "statusColor": "colour"},
    required=("name", "statusColor"),
    readable=True,
    clash=lambda held, other: bool(held.name.casefold() == other.name.casefold()),
    taken=lambda name: JiraError(400, fields={"name": f"A priority with the name '{name}' already exists."}),
    check=_some_of_it,
    leave=_without_priority,
    made=lambda _call, held: {"id": held.id},
    gone=task,
)
lists(PRIORITY, "priority")
lists(PRIORITY, "priority/search", paged(), by=("priorityName",), on="cloud")
serves(PRIORITY, "priority", create=201, change=204, delete=303, on="cloud")


def _without_links(call: Call, held: Row) -> None:
    for issue in call.world.issues.values():
        issue.links = [link for link in issue.links if link.type_id != held.id]


LINK_TYPE = Kind(
    "The issue link type",
    "link_types",
    lambda call, held: shapes.link_type(call.world, held),
    columns={"name": "name", "inward": "inward", "outward": "outward"},
    required=("name", "inward", "outward"),
    readable=True,
    leave=_without_links,
)
lists(LINK_TYPE, "issueLinkType", lambda _call, values: {"issueLinkTypes": values})
serves(LINK_TYPE, "issueLinkType", create=201, delete=204)


def _visible(call: Call, held: Row) -> bool:
    return held.owner == call.user.id or bool(held.shares) or is_admin(call.user)


def _own(missing: Callable[[str], JiraError]) -> Callable[[Call, Row], None]:
    def own(call: Call, held: Row) -> None:
        if held.owner != call.user.id and not is_admin(call.user):
            raise missing(held.id)

    return own


def _same_name(held: Row, other: Row) -> bool:
    """Names are unique for each owner."""
    return bool((held.owner, held.name) == (other.owner, other.name))


def _shares(call: Call, given: list[dict[str, Json]]) -> list[Json]:
    """Who else may see or change something, as Jira shows it."""
    told = []
    for number, share in enumerate(given, 1):
        entry: dict[str, Json] = {"id": number, "type": share["type"]}
        project = call.world.project((share.get("project") or {}).get("id", ""))
        if project is not None:
            entry["project"] = shapes.project(call.world, project.id)
        found = call.world.roles.get(str((share.get("role") or {}).get("id", "")))
        if found is not None:
            entry["role"] = linked(call.world, "role", found, "name", id=int(found.id))
        if "group" in share:
            entry["group"] = {"name": share["group"]["name"]}
        told.append(entry)
    return told


def _filter(call: Call, held: Row) -> dict[str, Json]:
    told = linked(call.world, "filter", held, "name", "description", "jql") | {
        "owner": shown_user(call.world, held.owner),
        "viewUrl": f"{BASE_URL}/issues/?filter={held.id}",
        "searchUrl": call.world.link_to(f"search?jql=filter%3D{held.id}"),
        "favourite": held.owner == call.user.id,
        "sharePermissions": _shares(call, held.shares),
    }
    return told | ({"editPermissions": _shares(call, held.editors)} if call.world.cloud else {})


def _filter_found(call: Call, held: Row) -> dict[str, Json]:
    """What `expand` asks for."""
    wanted = {"self", "id", "name", *call.words("expand")}
    return {name: value for name, value in _filter(call, held).items() if name in wanted}


def _readable(call: Call, held: Row) -> None:
    meaning(call.world, call.user, held.jql)


_SHARED = {"name": "name", "description": "description", "sharePermissions": "shares", "editPermissions": "editors"}
FILTER = Kind(
    "The filter",
    "filters",
    _filter,
    new=lambda call: {"owner": call.user.id},
    columns={**_SHARED, "jql": "jql"},
    kept=("name",),
    readable=True,
    writable=True,
    seen=_visible,
    own=_own(lambda _number: not_found("The filter")),
    clash=_same_name,
    taken=lambda _name: JiraError(400, fields={"filterName": "Filter with same name already exists."}),
    check=_readable,
    missing=lambda _number: JiraError(400, "The selected filter is not available to you, perhaps it has been deleted."),
)
serves(FILTER, "filter", show=True, create=200, change=200, delete=204)
lists(replace(FILTER, shown=_filter_found), "filter/search", paged(), by=("filterName",), on="cloud")
# A filter is a favourite of who made it.
lists(replace(FILTER, seen=lambda call, held: bool(held.owner == call.user.id)), "filter/favourite")


@answers("GET filter/*/permission")
def _filter_permissions(call: Call, filter_id: str) -> Json:
    return _shares(call, FILTER.row(call, filter_id).shares)


@answers("POST filter/*/permission")
def _share_filter(call: Call, filter_id: str) -> Json:
    """The ids are those of the platform, not nested objects."""
    held, body = FILTER.owned(call, filter_id), call.fields()
    share: dict[str, Json] = {"type": call.text("type")}
    if "projectId" in body:
        share["project"] = {"id": str(body["projectId"])}
    if "projectRoleId" in body:
        share = {"type": "project", "project": share.get("project"), "role": {"id": int(body["projectRoleId"])}}
    if "groupname" in body:
        share["group"] = {"name": body["groupname"]}
    held.shares.append(share)
    return _shares(call, held.shares)


def _dashboard(call: Call, held: Row) -> dict[str, Json]:
    told = linked(call.world, "dashboard", held, "name", view=f"{BASE_URL}/jira/dashboards/{held.id}")
    if call.world.cloud:
        owner = shown_user(call.world, held.owner)
        kept = ("self", "accountId", "displayName", "active", "avatarUrls")
        told["owner"] = {name: owner[name] for name in kept}
        told |= {"description": held.description, "isFavourite": False, "isWritable": held.owner == call.user.id}
        told |= {"sharePermissions": _shares(call, held.shares), "editPermissions": _shares(call, held.editors)}
        told |= {"popularity": 0, "systemDashboard": False}
    return told


def _no_dashboard(number: str) -> JiraError:
    return JiraError(404, f"The dashboard with id '{number}' does not exist.")


DASHBOARD = Kind(
    "The dashboard",
    "dashboards",
    _dashboard,
    new=lambda call: {"owner": call.user.id},
    columns=_SHARED,
    required=("name", "sharePermissions", "editPermissions"),
    kept=("name", "sharePermissions", "editPermissions"),
    replaces=True,
    readable=True,
    writable=True,
    seen=_visible,
    own=_own(_no_dashboard),
    clash=_same_name,
    taken=lambda _name: JiraError(400, fields={"dashboardName": "Dashboard with same name already exists."}),
    missing=_no_dashboard,
)


def _dashboards(call: Call, values: list[Json]) -> Json:
    start, size = call.number("startAt", 0), call.number("maxResults", 20)
    return {"startAt": start, "maxResults": size, "total": len(values), "dashboards": values[start : start + size]}


lists(DASHBOARD, "dashboard", _dashboards)
serves(DASHBOARD, "dashboard", show=True)
lists(DASHBOARD, "dashboard/search", paged(), by=("dashboardName",), on="cloud")
serves(DASHBOARD, "dashboard", create=200, change=200, delete=204, on="cloud")


@answers("GET dashboard/gadgets", on="cloud")
def _available_gadgets(_call: Call) -> Json:
    return {"gadgets": [{"title": title, "uri": uri} for title, uri in _AVAILABLE.items()]}


@answers("GET dashboard/*/gadget", on="cloud")
def _gadgets(call: Call, dashboard_id: str) -> Json:
    return {"gadgets": list(DASHBOARD.row(call, dashboard_id).gadgets.values())}


@answers("POST dashboard/*/gadget", 200, on="cloud")
def _add_gadget(call: Call, dashboard_id: str) -> Json:
    """By module key or address, not both."""
    held, body = DASHBOARD.owned(call, dashboard_id), call.fields()
    if bool(body.get("moduleKey")) == bool(body.get("uri")):
        raise JiraError(400, "Specify either a moduleKey or a uri.")
    if body.get("color", "blue") not in _COLOURS:
        raise JiraError(400, f"Color {body['color']} is not supported.")
    number = call.world.next_id("gadget")
    gadget: dict[str, Json] = {"id": number, **{name: body[name] for name in ("moduleKey", "uri") if body.get(name)}}
    gadget |= {"title": str(body.get("title") or "Gadget"), "color": body.get("color", "blue")}
    held.gadgets[number] = gadget | {"position": body.get("position") or {"row": len(held.gadgets), "column": 0}}
    return held.gadgets[number]


@answers("DELETE dashboard/*/gadget/*", on="cloud")
def _remove_gadget(call: Call, dashboard_id: str, gadget_id: str) -> None:
    if DASHBOARD.owned(call, dashboard_id).gadgets.pop(int(gadget_id), None) is None:
        raise not_found("The gadget")


@answers("GET dashboard/*/items/*/properties/*", on="cloud")
def _gadget_setting(call: Call, dashboard_id: str, item_id: str, key: str) -> Json:
    held = DASHBOARD.row(call, dashboard_id).item_properties
    if (item_id, key) not in held:
        raise not_found("The property")
    return {"key": key, "value": held[item_id, key]}


@answers("PUT dashboard/*/items/*/properties/*", on="cloud")
def _set_gadget(call: Call, dashboard_id: str, item_id: str, key: str) -> Answer:
    held = DASHBOARD.owned(call, dashboard_id)
    if not item_id.isdecimal() or int(item_id) not in held.gadgets:
        raise not_found("The gadget")
    new = (item_id, key) not in held.item_properties
    held.item_properties[item_id, key] = call.body
    return Answer(201 if new else 200)
