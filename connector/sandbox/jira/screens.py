"""`/screens`: which fields can be set when an issue is created or edited."""

from connector.sandbox.jira import seed
from connector.sandbox.jira.call import Call, page
from connector.sandbox.jira.endpoints import answers
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.kinds import Kind, lists, serves
from connector.sandbox.jira.records import Json, Row

FIRST_PAGE = 100


def _screens(call: Call, values: list[Json]) -> Json:
    """A page on Cloud, a plain list on Data Center."""
    told = page(call, values, FIRST_PAGE)
    return told if call.world.cloud else told["values"]


def _screen(_call: Call, screen: Row) -> Json:
    return {"id": screen.id, "name": screen.name, "description": ""}


SCREEN = Kind("The screen", "screens", _screen)
TAB = Kind(
    "The tab",
    "tabs",
    lambda _call, tab: {"id": tab.id, "name": tab.name},
    lambda call, screen_id: SCREEN.row(call, screen_id).tabs,
    whole=True,
    columns={"name": "name"},
    taken=lambda _name: JiraError(400, fields={"name": "A tab with this name already exists."}),
)
lists(SCREEN, "screens", _screens, by=("queryString", "search"))
lists(TAB, "screens/*/tabs")
serves(TAB, "screens/*/tabs", create=200, delete=204)


@answers("GET screens/*/tabs/*/fields", admin=True)
def _on_tab(call: Call, screen_id: str, tab_id: str) -> Json:
    return [_field(call, name) for name in TAB.row(call, screen_id, tab_id).fields]


@answers("GET screens/*/availableFields", admin=True)
def _not_on_screen(call: Call, screen_id: str) -> Json:
    there = SCREEN.row(call, screen_id).fields
    return [_field(call, name) for name in _offered(call) if name not in there]


def _offered(call: Call) -> list[str]:
    return [*seed.SCREEN_FIELDS, *call.world.custom_fields]


def _field(call: Call, name: str) -> dict[str, Json]:
    custom = call.world.custom_fields.get(name)
    return {"id": name, "name": custom.name if custom else seed.SYSTEM_FIELDS[name][0]}


@answers("POST screens/*/tabs/*/fields", 200, admin=True)
def _put_on_tab(call: Call, screen_id: str, tab_id: str) -> Json:
    """A field is on a screen once."""
    name = call.text("fieldId")
    if name not in _offered(call):
        raise JiraError(404, f"The field '{name}' does not exist.")
    if name in SCREEN.row(call, screen_id).fields:
        raise JiraError(400, fields={"fieldId": f"The field with id '{name}' already exists on the screen."})
    TAB.row(call, screen_id, tab_id).fields.append(name)
    return _field(call, name)


@answers("DELETE screens/*/tabs/*/fields/*", admin=True)
def _take_off_tab(call: Call, screen_id: str, tab_id: str, name: str) -> None:
    tab = TAB.row(call, screen_id, tab_id)
    if name not in tab.fields:
        raise not_found("The field")
    tab.fields.remove(name)
