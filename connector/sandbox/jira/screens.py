"""`/screens`: which fields can be set when an issue is created or edited."""

from connector.sandbox.jira import seed
from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.kinds import Kind
from connector.sandbox.jira.records import Json, Row

FIRST_PAGE = 100


def screens(call: Call, values: list[Json]) -> Json:
    """A page on Cloud, a plain list on Data Center."""
    if call.world.cloud:
        return page(call, values, FIRST_PAGE)
    start, size = call.number("startAt", 0), call.number("maxResults", FIRST_PAGE)
    return values[start : start + size]


SCREEN = Kind(
    "The screen",
    lambda call: call.world.screens,
    lambda _call, screen: {"id": screen.id, "name": screen.name, "description": ""},
)
TAB = Kind(
    "The tab",
    lambda call, screen_id: SCREEN.row(call, screen_id).tabs,
    lambda _call, tab: {"id": tab.id, "name": tab.name},
    new=lambda _call: Row(name="", fields=[]),
    sequence="tab",
    whole=True,
    columns={"name": "name"},
    taken=lambda _name: JiraError(400, fields={"name": "A tab with this name already exists."}),
)


def fields(call: Call, screen_id: str, tab_id: str) -> Answer:
    """`GET /screens/{id}/tabs/{tab}/fields`."""
    require_admin(call)
    return 200, [_field(call, name) for name in TAB.row(call, screen_id, tab_id).fields]


def available(call: Call, screen_id: str) -> Answer:
    """`GET /screens/{id}/availableFields`: those that are not on it."""
    require_admin(call)
    screen = SCREEN.row(call, screen_id)
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
    if SCREEN.row(call, screen_id).has(name):
        raise JiraError(400, fields={"fieldId": f"The field with id '{name}' already exists on the screen."})
    TAB.row(call, screen_id, tab_id).fields.append(name)
    return 200, _field(call, name)


def remove_field(call: Call, screen_id: str, tab_id: str, name: str) -> Answer:
    """`DELETE /screens/{id}/tabs/{tab}/fields/{field}`."""
    require_admin(call)
    tab = TAB.row(call, screen_id, tab_id)
    if name not in tab.fields:
        raise not_found("The field")
    tab.fields.remove(name)
    return 204, None
