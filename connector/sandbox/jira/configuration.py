"""Roles, priorities, kinds of links, saved searches and dashboards, each as a `Kind`."""

from connector.sandbox.jira import shapes
from connector.sandbox.jira.access import shown_user
from connector.sandbox.jira.call import Answer, Call, answers, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.kinds import Kind
from connector.sandbox.jira.matching import meaning
from connector.sandbox.jira.records import Json, Row
from connector.sandbox.jira.seed import FRESH
from connector.sandbox.jira.shapes import linked
from connector.sandbox.jira.world import BASE_URL


def role(call: Call, held: Row) -> dict[str, Json]:
    """A project role."""
    return linked(call.world, "role", held, "name", "description", id=int(held.id))


def _without_role(call: Call, held: Row) -> None:
    for project in call.world.projects.values():
        project.role_users.pop(held.id, None)
        project.role_groups.pop(held.id, None)


ROLE = Kind("roles", role, leave=_without_role)


def task(call: Call) -> Json:
    """A task that has done already what it was made for."""
    about = {"self": call.world.link_to("task/1"), "id": "1", "status": "COMPLETE", "submittedBy": 10000}
    return about | dict.fromkeys(("submitted", "elapsedRuntime", "lastUpdate"), 0) | {"progress": 100}


def _some_of_it(call: Call, _row: Row) -> None:
    if call.fields().keys().isdisjoint(PRIORITY.declared["given"]):
        raise JiraError(400, "At least one of the fields must be given.")


def _without_priority(call: Call, held: Row) -> None:
    """Its issues get the first one that is left."""
    rest = next(number for number in call.world.priorities if number != held.id)
    for issue in call.world.issues.values():
        if issue.fields["priority"] == held.id:
            issue.fields["priority"] = rest
            call.world.index.changed(issue)


PRIORITY = Kind(
    "priorities",
    lambda call, held: shapes.described_priority(call.world, held),
    check=_some_of_it,
    leave=_without_priority,
    made=lambda _call, held: {"id": held.id},
    gone=task,
)


def _without_links(call: Call, held: Row) -> None:
    for issue in call.world.issues.values():
        issue.links = [link for link in issue.links if link.type_id != held.id]


Kind("link_types", lambda call, held: shapes.link_type(call.world, held), leave=_without_links)


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
        "sharePermissions": _shares(call, held.sharePermissions),
    }
    return told | ({"editPermissions": _shares(call, held.editPermissions)} if call.world.cloud else {})


FILTER = Kind("filters", _filter, check=lambda call, held: meaning(call.world, call.user, held.jql))


@answers("GET filter/search", on="cloud", shape=page)
def _found_filters(call: Call) -> Json:
    """With what `expand` asks for."""
    wanted = {"self", "id", "name", *call.words("expand")}
    found = [_filter(call, held) for held in FILTER.listed(call, by=("filterName",))]
    return [{name: value for name, value in held.items() if name in wanted} for held in found]


@answers("GET filter/favourite")
def _favourites(call: Call) -> Json:
    """A filter is a favourite of who made it."""
    return [_filter(call, held) for held in call.world.filters.values() if held.owner == call.user.id]


@answers("GET filter/*/permission")
def _filter_permissions(call: Call, filter_id: str) -> Json:
    return _shares(call, FILTER.row(call, filter_id).sharePermissions)


@answers("POST filter/*/permission")
def _share_filter(call: Call, filter_id: str) -> Json:
    """The ids are those of the platform, not nested objects."""
    held, body = FILTER.own(call, filter_id), call.fields()
    share: dict[str, Json] = {"type": call.text("type")}
    if "projectId" in body:
        share["project"] = {"id": str(body["projectId"])}
    if "projectRoleId" in body:
        share = {"type": "project", "project": share.get("project"), "role": {"id": int(body["projectRoleId"])}}
    if "groupname" in body:
        share["group"] = {"name": body["groupname"]}
    held.sharePermissions.append(share)
    return _shares(call, held.sharePermissions)


def _dashboard(call: Call, held: Row) -> dict[str, Json]:
    told = linked(call.world, "dashboard", held, "name", view=f"{BASE_URL}/jira/dashboards/{held.id}")
    if call.world.cloud:
        owner = shown_user(call.world, held.owner)
        kept = ("self", "accountId", "displayName", "active", "avatarUrls")
        told["owner"] = {name: owner[name] for name in kept}
        told |= {"description": held.description, "isFavourite": False, "isWritable": held.owner == call.user.id}
        told |= {name: _shares(call, getattr(held, name)) for name in ("sharePermissions", "editPermissions")}
        told |= {"popularity": 0, "systemDashboard": False}
    return told


DASHBOARD = Kind("dashboards", _dashboard)


@answers("GET dashboard/gadgets", on="cloud")
def _available_gadgets(_call: Call) -> Json:
    return {"gadgets": [{"title": title, "uri": uri} for title, uri in FRESH["gadgets"].items()]}


@answers("GET dashboard/*/gadget", on="cloud")
def _gadgets(call: Call, dashboard_id: str) -> Json:
    return {"gadgets": list(DASHBOARD.row(call, dashboard_id).gadgets.values())}


@answers("POST dashboard/*/gadget", 200, on="cloud")
def _add_gadget(call: Call, dashboard_id: str) -> Json:
    """By module key or address, not both."""
    held, body = DASHBOARD.own(call, dashboard_id), call.fields()
    if bool(body.get("moduleKey")) == bool(body.get("uri")):
        raise JiraError(400, "Specify either a moduleKey or a uri.")
    if body.get("color", "blue") not in FRESH["gadget_colours"]:
        raise JiraError(400, f"Color {body['color']} is not supported.")
    number = call.world.next_id("gadget")
    gadget: dict[str, Json] = {"id": number, **{name: body[name] for name in ("moduleKey", "uri") if body.get(name)}}
    gadget |= {"title": str(body.get("title") or "Gadget"), "color": body.get("color", "blue")}
    held.gadgets[number] = gadget | {"position": body.get("position") or {"row": len(held.gadgets), "column": 0}}
    return held.gadgets[number]


@answers("DELETE dashboard/*/gadget/*", on="cloud")
def _remove_gadget(call: Call, dashboard_id: str, gadget_id: str) -> None:
    if DASHBOARD.own(call, dashboard_id).gadgets.pop(int(gadget_id), None) is None:
        raise not_found("The gadget")


@answers("GET dashboard/*/items/*/properties/*", on="cloud")
def _gadget_setting(call: Call, dashboard_id: str, item_id: str, key: str) -> Json:
    held = DASHBOARD.row(call, dashboard_id).item_properties
    if (item_id, key) not in held:
        raise not_found("The property")
    return {"key": key, "value": held[item_id, key]}


@answers("PUT dashboard/*/items/*/properties/*", on="cloud")
def _set_gadget(call: Call, dashboard_id: str, item_id: str, key: str) -> Answer:
    held = DASHBOARD.own(call, dashboard_id)
    if not item_id.isdecimal() or int(item_id) not in held.gadgets:
        raise not_found("The gadget")
    new = (item_id, key) not in held.item_properties
    held.item_properties[item_id, key] = call.body
    return Answer(201 if new else 200)
