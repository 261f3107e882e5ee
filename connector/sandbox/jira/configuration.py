"""Roles, priorities, kinds of links, saved searches and dashboards, each as a `Kind`."""

from connector.sandbox.jira import shown
from connector.sandbox.jira.access import is_admin, shown_user
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.fields import described_priority, shown_project
from connector.sandbox.jira.kinds import Kind, anybody
from connector.sandbox.jira.matching import meaning
from connector.sandbox.jira.records import Json, Row, new_dashboard
from connector.sandbox.jira.world import BASE_URL

_GADGETS = "rest/gadgets/1.0/g/com.atlassian.jira.gadgets"
_AVAILABLE = {
    "Assigned to Me": f"{_GADGETS}:assigned-to-me-gadget/gadgets/assigned-to-me-gadget.xml",
    "Filter Results": f"{_GADGETS}:filter-results-gadget/gadgets/filter-results-gadget.xml",
}
_COLOURS = frozenset({"blue", "red", "yellow", "green", "cyan", "purple", "gray", "white"})


def role(call: Call, held: Row) -> dict[str, Json]:
    """A project role."""
    about = {"name": held.name, "id": int(held.id), "description": held.description}
    return {"self": call.world.link_to(f"role/{held.id}"), **about}


def _without_role(call: Call, held: Row) -> None:
    for project in call.world.projects.values():
        project.role_users.pop(held.id, None)
        project.role_groups.pop(held.id, None)


ROLE = Kind(
    "The project role",
    lambda call: call.world.roles,
    role,
    sequence="role",
    kept=("name", "description"),
    read=anybody,
    taken=lambda name: JiraError(409, f"A project role with name '{name}' already exists."),
    leave=_without_role,
)


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
    lambda call: call.world.priorities,
    lambda call, held: described_priority(call.world, held),
    new=lambda _call: Row(name="", description="", colour=""),
    sequence="priority",
    columns={"name": "name", "description": "description", "statusColor": "colour"},
    required=("name", "statusColor"),
    read=anybody,
    clash=lambda held, other: held.name.casefold() == other.name.casefold(),
    taken=lambda name: JiraError(400, fields={"name": f"A priority with the name '{name}' already exists."}),
    check=_some_of_it,
    leave=_without_priority,
)


def task(call: Call) -> Json:
    """A task that has done already what it was made for."""
    about = {"self": call.world.link_to("task/1"), "id": "1", "status": "COMPLETE", "submittedBy": 10000}
    return about | dict.fromkeys(("submitted", "elapsedRuntime", "lastUpdate"), 0) | {"progress": 100}


def _without_links(call: Call, held: Row) -> None:
    for issue in call.world.issues.values():
        issue.links = [link for link in issue.links if link.type_id != held.id]


LINK_TYPE = Kind(
    "The issue link type",
    lambda call: call.world.link_types,
    lambda call, held: shown.link_type(call.world, held),
    new=lambda _call: Row(name="", inward="", outward=""),
    sequence="link type",
    columns={"name": "name", "inward": "inward", "outward": "outward"},
    required=("name", "inward", "outward"),
    read=anybody,
    leave=_without_links,
)


def _visible(call: Call, held: Row) -> bool:
    return held.owner == call.user.id or bool(held.shares) or is_admin(call.user)


def _own(missing: JiraError, call: Call, held: Row) -> None:
    if held.owner != call.user.id and not is_admin(call.user):
        raise missing


def _same_name(held: Row, other: Row) -> bool:
    """Names are unique for each owner."""
    return bool((held.owner, held.name) == (other.owner, other.name))


def shares(call: Call, given: list[dict[str, Json]]) -> list[Json]:
    """Who else may see or change something, as Jira shows it."""
    told = []
    for number, share in enumerate(given, 1):
        entry: dict[str, Json] = {"id": number, "type": share["type"]}
        project = call.world.project((share.get("project") or {}).get("id", ""))
        if project is not None:
            entry["project"] = shown_project(call.world, project.id)
        found = call.world.roles.get(str((share.get("role") or {}).get("id", "")))
        if found is not None:
            entry["role"] = {"id": int(found.id), "name": found.name, "self": call.world.link_to(f"role/{found.id}")}
        if "group" in share:
            entry["group"] = {"name": share["group"]["name"]}
        told.append(entry)
    return told


def _readable(call: Call, held: Row) -> None:
    meaning(call.world, call.user, held.jql)


def _filter(call: Call, held: Row) -> dict[str, Json]:
    told = {
        "self": call.world.link_to(f"filter/{held.id}"),
        "id": held.id,
        "name": held.name,
        "description": held.description,
        "owner": shown_user(call.world, held.owner),
        "jql": held.jql,
        "viewUrl": f"{BASE_URL}/issues/?filter={held.id}",
        "searchUrl": call.world.link_to(f"search?jql=filter%3D{held.id}"),
        "favourite": held.owner == call.user.id,
        "sharePermissions": shares(call, held.shares),
    }
    return told | ({"editPermissions": shares(call, held.editors)} if call.world.cloud else {})


def _filter_listed(call: Call, held: Row) -> dict[str, Json]:
    """What `expand` asks for."""
    wanted = {"self", "id", "name", *call.words("expand")}
    return {name: value for name, value in _filter(call, held).items() if name in wanted}


_SHARED = {"name": "name", "description": "description", "sharePermissions": "shares", "editPermissions": "editors"}
FILTER = Kind(
    "The filter",
    lambda call: call.world.filters,
    _filter,
    new=lambda call: Row(name="", owner=call.user.id, jql="", description="", shares=[], editors=[]),
    sequence="filter",
    columns={**_SHARED, "jql": "jql"},
    kept=("name",),
    read=anybody,
    write=anybody,
    seen=_visible,
    own=lambda call, held: _own(not_found("The filter"), call, held),
    clash=_same_name,
    taken=lambda _name: JiraError(400, fields={"filterName": "Filter with same name already exists."}),
    check=_readable,
    missing=lambda _number: JiraError(400, "The selected filter is not available to you, perhaps it has been deleted."),
)
FOUND_FILTER = Kind("", FILTER.rows, _filter_listed, read=anybody, seen=_visible)
FAVOURITE = Kind("", FILTER.rows, _filter, read=anybody, seen=lambda call, held: held.owner == call.user.id)
"""A filter is a favourite of who made it."""


def filter_permissions(call: Call, filter_id: str) -> Answer:
    """`GET /filter/{id}/permission`."""
    return 200, shares(call, FILTER.row(call, filter_id).shares)


def add_filter_permission(call: Call, filter_id: str) -> Answer:
    """`POST /filter/{id}/permission`: the ids are those of the platform, not nested objects."""
    held = FILTER.row(call, filter_id)
    FILTER.own(call, held)
    body = call.fields()
    share: dict[str, Json] = {"type": call.text("type")}
    if "projectId" in body:
        share["project"] = {"id": str(body["projectId"])}
    if "projectRoleId" in body:
        share = {"type": "project", "project": share.get("project"), "role": {"id": int(body["projectRoleId"])}}
    if "groupname" in body:
        share["group"] = {"name": body["groupname"]}
    held.shares.append(share)
    return 201, shares(call, held.shares)


def _dashboard(call: Call, held: Row) -> dict[str, Json]:
    about = {"self": call.world.link_to(f"dashboard/{held.id}"), "id": held.id, "name": held.name}
    told: dict[str, Json] = {**about, "view": f"{BASE_URL}/jira/dashboards/{held.id}"}
    if call.world.cloud:
        owner = shown_user(call.world, held.owner)
        kept = ("self", "accountId", "displayName", "active", "avatarUrls")
        told["owner"] = {name: owner[name] for name in kept}
        told |= {"description": held.description, "isFavourite": False, "isWritable": held.owner == call.user.id}
        told |= {"sharePermissions": shares(call, held.shares), "editPermissions": shares(call, held.editors)}
        told |= {"popularity": 0, "systemDashboard": False}
    return told


def _no_dashboard(number: str) -> JiraError:
    return JiraError(404, f"The dashboard with id '{number}' does not exist.")


DASHBOARD = Kind(
    "The dashboard",
    lambda call: call.world.dashboards,
    _dashboard,
    new=lambda call: new_dashboard(call.user.id),
    sequence="dashboard",
    columns=_SHARED,
    required=("name", "sharePermissions", "editPermissions"),
    kept=("name", "sharePermissions", "editPermissions"),
    replaces=True,
    read=anybody,
    write=anybody,
    seen=_visible,
    own=lambda call, held: _own(_no_dashboard(held.id), call, held),
    clash=_same_name,
    taken=lambda _name: JiraError(400, fields={"dashboardName": "Dashboard with same name already exists."}),
    missing=_no_dashboard,
)


def dashboards(call: Call, values: list[Json]) -> Json:
    """The shape of the list that both flavours have."""
    start, size = call.number("startAt", 0), call.number("maxResults", 20)
    return {"startAt": start, "maxResults": size, "total": len(values), "dashboards": values[start : start + size]}


def available_gadgets(_call: Call) -> Answer:
    """`GET /dashboard/gadgets`: the kinds of gadgets there are."""
    return 200, {"gadgets": [{"title": title, "uri": uri} for title, uri in _AVAILABLE.items()]}


def gadgets(call: Call, dashboard_id: str) -> Answer:
    """`GET /dashboard/{id}/gadget`."""
    return 200, {"gadgets": list(DASHBOARD.row(call, dashboard_id).gadgets.values())}


def _writable(call: Call, dashboard_id: str) -> Row:
    held = DASHBOARD.row(call, dashboard_id)
    DASHBOARD.own(call, held)
    return held


def add_gadget(call: Call, dashboard_id: str) -> Answer:
    """`POST /dashboard/{id}/gadget`: by module key or address, not both."""
    held, body = _writable(call, dashboard_id), call.fields()
    if bool(body.get("moduleKey")) == bool(body.get("uri")):
        raise JiraError(400, "Specify either a moduleKey or a uri.")
    if body.get("color", "blue") not in _COLOURS:
        raise JiraError(400, f"Color {body['color']} is not supported.")
    number = call.world.next_id("gadget")
    gadget: dict[str, Json] = {"id": number, **{name: body[name] for name in ("moduleKey", "uri") if body.get(name)}}
    gadget |= {"title": str(body.get("title") or "Gadget"), "color": body.get("color", "blue")}
    held.gadgets[number] = gadget | {"position": body.get("position") or {"row": len(held.gadgets), "column": 0}}
    return 200, held.gadgets[number]


def remove_gadget(call: Call, dashboard_id: str, gadget_id: str) -> Answer:
    """`DELETE /dashboard/{id}/gadget/{gadget}`."""
    if _writable(call, dashboard_id).gadgets.pop(int(gadget_id), None) is None:
        raise not_found("The gadget")
    return 204, None


def item_property(call: Call, dashboard_id: str, item_id: str, key: str) -> Answer:
    """`GET /dashboard/{id}/items/{gadget}/properties/{key}`: a gadget's settings."""
    held = DASHBOARD.row(call, dashboard_id).item_properties
    if (item_id, key) not in held:
        raise not_found("The property")
    return 200, {"key": key, "value": held[item_id, key]}


def set_item_property(call: Call, dashboard_id: str, item_id: str, key: str) -> Answer:
    """`PUT /dashboard/{id}/items/{gadget}/properties/{key}`."""
    held = _writable(call, dashboard_id)
    if not item_id.isdecimal() or int(item_id) not in held.gadgets:
        raise not_found("The gadget")
    new = (item_id, key) not in held.item_properties
    held.item_properties[item_id, key] = call.body
    return (201 if new else 200), None
