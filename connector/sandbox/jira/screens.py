"""`/screens`: which fields can be set when an issue is created or edited."""

from connector.sandbox.jira import seed
from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import Json, Screen, Tab

FIRST_PAGE = 100


def index(call: Call) -> Answer:
    """`GET /screens`: a page on Cloud, a plain list on Data Center."""
    require_admin(call)
    wanted = (call.query.get("queryString") or call.query.get("search") or "").lower()
    screens = call.world.screens.values()
    found = [_screen(screen) for screen in screens if wanted in screen.name.lower()]
    if call.world.cloud:
        return 200, page(call, found, FIRST_PAGE)
    start, size = call.number("startAt", 0), call.number("maxResults", FIRST_PAGE)
    return 200, found[start : start + size]


def _screen(screen: Screen) -> dict[str, Json]:
    return {"id": screen.id, "name": screen.name, "description": ""}


def tabs(call: Call, screen_id: str) -> Answer:
    """`GET /screens/{id}/tabs`."""
    require_admin(call)
    return 200, [{"id": tab.id, "name": tab.name} for tab in _screen_of(call, screen_id).tabs.values()]


def create_tab(call: Call, screen_id: str) -> Answer:
    """`POST /screens/{id}/tabs`."""
    require_admin(call)
    screen = _screen_of(call, screen_id)
    name = call.text("name")
    if any(tab.name == name for tab in screen.tabs.values()):
        raise JiraError(400, fields={"name": "A tab with this name already exists."})
    tab = Tab(call.world.next_id("tab"), name, [])
    screen.tabs[tab.id] = tab
    return 200, {"id": tab.id, "name": tab.name}


def delete_tab(call: Call, screen_id: str, tab_id: str) -> Answer:
    """`DELETE /screens/{id}/tabs/{tab}`."""
    require_admin(call)
    tab = _tab_of(call, screen_id, tab_id)
    del _screen_of(call, screen_id).tabs[tab.id]
    return 204, None


def fields(call: Call, screen_id: str, tab_id: str) -> Answer:
    """`GET /screens/{id}/tabs/{tab}/fields`."""
    require_admin(call)
    return 200, [_field(call, name) for name in _tab_of(call, screen_id, tab_id).fields]


def available(call: Call, screen_id: str) -> Answer:
    """`GET /screens/{id}/availableFields`: those that are not on it."""
    require_admin(call)
    screen = _screen_of(call, screen_id)
    names = [*seed.SCREEN_FIELDS, *call.world.custom_fields]
    return 200, [_field(call, name) for name in names if not screen.has(name)]


def _field(call: Call, name: str) -> dict[str, Json]:
    custom = call.world.custom_fields.get(name)
    return {"id": name, "name": custom.name if custom else seed.SYSTEM_FIELDS[name][0]}


def add_field(call: Call, screen_id: str, tab_id: str) -> Answer:
    """`POST /screens/{id}/tabs/{tab}/fields`; a field is on a screen once."""
    require_admin(call)
    name = call.text("fieldId")
    if name not in call.world.custom_fields and name not in seed.SCREEN_FIELDS:
        raise JiraError(404, f"The field '{name}' does not exist.")
    if _screen_of(call, screen_id).has(name):
        raise JiraError(400, fields={"fieldId": f"The field with id '{name}' already exists on the screen."})
    _tab_of(call, screen_id, tab_id).fields.append(name)
    return 200, _field(call, name)


def remove_field(call: Call, screen_id: str, tab_id: str, name: str) -> Answer:
    """`DELETE /screens/{id}/tabs/{tab}/fields/{field}`."""
    require_admin(call)
    tab = _tab_of(call, screen_id, tab_id)
    if name not in tab.fields:
        raise not_found("The field")
    tab.fields.remove(name)
    return 204, None


def _screen_of(call: Call, screen_id: str) -> Screen:
    found = call.world.screens.get(int(screen_id)) if screen_id.isdecimal() else None
    if found is None:
        raise not_found("The screen")
    return found


def _tab_of(call: Call, screen_id: str, tab_id: str) -> Tab:
    found = _screen_of(call, screen_id).tabs.get(int(tab_id)) if tab_id.isdecimal() else None
    if found is None:
        raise not_found("The tab")
    return found
