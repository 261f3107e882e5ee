"""`/dashboard` with gadgets. Data Center can only list them."""

from connector.sandbox.jira.access import is_admin, shown_user
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.filters import shares
from connector.sandbox.jira.records import Dashboard, Json
from connector.sandbox.jira.world import BASE_URL

_GADGETS = "rest/gadgets/1.0/g/com.atlassian.jira.gadgets"
_AVAILABLE = {
    "Assigned to Me": f"{_GADGETS}:assigned-to-me-gadget/gadgets/assigned-to-me-gadget.xml",
    "Filter Results": f"{_GADGETS}:filter-results-gadget/gadgets/filter-results-gadget.xml",
}
_COLOURS = frozenset({"blue", "red", "yellow", "green", "cyan", "purple", "gray", "white"})


def create(call: Call) -> Answer:
    """`POST /dashboard`; names are unique for each owner."""
    body = call.fields()
    name = call.text("name")
    if any(held.name == name and held.owner == call.user.id for held in call.world.dashboards.values()):
        raise JiraError(400, fields={"dashboardName": "Dashboard with same name already exists."})
    number = str(call.world.next_id("dashboard"))
    made = Dashboard(number, name, call.user.id, str(body.get("description") or ""))
    made.shares, made.editors = list(body["sharePermissions"]), list(body["editPermissions"])
    call.world.dashboards[number] = made
    return 200, _shown(call, made)


def index(call: Call) -> Answer:
    """`GET /dashboard` in the shape of both flavours."""
    held = [_shown(call, one) for one in call.world.dashboards.values() if _visible(call, one)]
    start, size = call.number("startAt", 0), call.number("maxResults", 20)
    keys = {"startAt": start, "maxResults": size, "total": len(held)}
    return 200, {**keys, "dashboards": held[start : start + size]}


def search(call: Call) -> Answer:
    """`GET /dashboard/search`; Cloud only."""
    wanted = call.query.get("dashboardName", "").lower()
    held = call.world.dashboards.values()
    return 200, page(call, [_shown(call, one) for one in held if _visible(call, one) and wanted in one.name.lower()])


def show(call: Call, dashboard_id: str) -> Answer:
    """`GET /dashboard/{id}`."""
    return 200, _shown(call, _dashboard(call, dashboard_id))


def update(call: Call, dashboard_id: str) -> Answer:
    """`PUT /dashboard/{id}`: replaces all that is told of it."""
    held = _own(call, dashboard_id)
    body = call.fields()
    held.name, held.description = call.text("name"), str(body.get("description") or "")
    held.shares, held.editors = list(body["sharePermissions"]), list(body["editPermissions"])
    return 200, _shown(call, held)


def available_gadgets(call: Call) -> Answer:
    """`GET /dashboard/gadgets`: the kinds of gadgets there are."""
    return 200, {"gadgets": [{"title": title, "uri": uri} for title, uri in _AVAILABLE.items()]}


def delete(call: Call, dashboard_id: str) -> Answer:
    """`DELETE /dashboard/{id}`, by its owner or an administrator."""
    del call.world.dashboards[_own(call, dashboard_id).id]
    return 204, None


def gadgets(call: Call, dashboard_id: str) -> Answer:
    """`GET /dashboard/{id}/gadget`."""
    return 200, {"gadgets": list(_dashboard(call, dashboard_id).gadgets.values())}


def add_gadget(call: Call, dashboard_id: str) -> Answer:
    """`POST /dashboard/{id}/gadget`: by module key or address, not both."""
    held = _own(call, dashboard_id)
    body = call.fields()
    if bool(body.get("moduleKey")) == bool(body.get("uri")):
        raise JiraError(400, "Specify either a moduleKey or a uri.")
    if body.get("color", "blue") not in _COLOURS:
        raise JiraError(400, f"Color {body['color']} is not supported.")
    number = call.world.next_id("gadget")
    source = {name: body[name] for name in ("moduleKey", "uri") if body.get(name)}
    position = body.get("position") or {"row": len(held.gadgets), "column": 0}
    title = str(body.get("title") or "Gadget")
    gadget: dict[str, Json] = {"id": number, **source, "title": title, "color": body.get("color", "blue")}
    held.gadgets[number] = gadget | {"position": position}
    return 200, held.gadgets[number]


def remove_gadget(call: Call, dashboard_id: str, gadget_id: str) -> Answer:
    """`DELETE /dashboard/{id}/gadget/{gadget}`."""
    if _own(call, dashboard_id).gadgets.pop(int(gadget_id), None) is None:
        raise not_found("The gadget")
    return 204, None


def item_property(call: Call, dashboard_id: str, item_id: str, key: str) -> Answer:
    """`GET /dashboard/{id}/items/{gadget}/properties/{key}`: a gadget's settings."""
    held = _dashboard(call, dashboard_id).item_properties
    if (item_id, key) not in held:
        raise not_found("The property")
    return 200, {"key": key, "value": held[item_id, key]}


def set_item_property(call: Call, dashboard_id: str, item_id: str, key: str) -> Answer:
    """`PUT /dashboard/{id}/items/{gadget}/properties/{key}`."""
    held = _own(call, dashboard_id)
    if not item_id.isdecimal() or int(item_id) not in held.gadgets:
        raise not_found("The gadget")
    new = (item_id, key) not in held.item_properties
    held.item_properties[item_id, key] = call.body
    return (201 if new else 200), None


def _visible(call: Call, held: Dashboard) -> bool:
    return held.owner == call.user.id or bool(held.shares) or is_admin(call.user)


def _dashboard(call: Call, dashboard_id: str) -> Dashboard:
    found = call.world.dashboards.get(dashboard_id)
    if found is None or not _visible(call, found):
        raise JiraError(404, f"The dashboard with id '{dashboard_id}' does not exist.")
    return found


def _own(call: Call, dashboard_id: str) -> Dashboard:
    found = _dashboard(call, dashboard_id)
    if found.owner != call.user.id and not is_admin(call.user):
        raise JiraError(404, f"The dashboard with id '{dashboard_id}' does not exist.")
    return found


def _shown(call: Call, held: Dashboard) -> dict[str, Json]:
    shown: dict[str, Json] = {
        "self": call.world.link_to(f"dashboard/{held.id}"),
        "id": held.id,
        "name": held.name,
        "view": f"{BASE_URL}/jira/dashboards/{held.id}",
    }
    if call.world.cloud:
        owner = shown_user(call.world, held.owner)
        kept = ("self", "accountId", "displayName", "active", "avatarUrls")
        shown["owner"] = {name: owner[name] for name in kept}
        shown |= {"description": held.description, "isFavourite": False, "isWritable": held.owner == call.user.id}
        shown |= {"sharePermissions": shares(call, held.shares), "editPermissions": shares(call, held.editors)}
        shown |= {"popularity": 0, "systemDashboard": False}
    return shown
