"""`/filter`: saved searches. Their names are unique for each owner."""

from connector.sandbox.jira.access import is_admin, shown_user
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.fields import shown_project
from connector.sandbox.jira.matching import meaning
from connector.sandbox.jira.records import Json, SavedFilter
from connector.sandbox.jira.world import BASE_URL


def create(call: Call) -> Answer:
    """`POST /filter`; its JQL must be readable."""
    name, jql = call.text("name"), str(call.fields().get("jql") or "")
    meaning(call.world, call.user, jql)
    if any(held.name == name and held.owner == call.user.id for held in call.world.filters.values()):
        raise JiraError(400, fields={"filterName": "Filter with same name already exists."})
    made = SavedFilter(str(call.world.next_id("filter")), name, call.user.id, jql)
    _take(call, made)
    call.world.filters[made.id] = made
    return 200, _shown(call, made)


def show(call: Call, filter_id: str) -> Answer:
    """`GET /filter/{id}`."""
    return 200, _shown(call, _filter(call, filter_id))


def update(call: Call, filter_id: str) -> Answer:
    """`PUT /filter/{id}`, by its owner or an administrator."""
    held = _own(call, filter_id)
    body = call.fields()
    held.name = call.text("name")
    if "jql" in body:
        meaning(call.world, call.user, str(body["jql"]))
        held.jql = str(body["jql"])
    _take(call, held)
    return 200, _shown(call, held)


def delete(call: Call, filter_id: str) -> Answer:
    """`DELETE /filter/{id}`."""
    del call.world.filters[_own(call, filter_id).id]
    return 204, None


def search(call: Call) -> Answer:
    """`GET /filter/search`: what the caller may see, with what `expand` asks for; Cloud only."""
    wanted = call.query.get("filterName", "").lower()
    held = [one for one in call.world.filters.values() if _visible(call, one) and wanted in one.name.lower()]
    expand = set(call.words("expand"))
    return 200, page(call, [_listed(call, one, expand) for one in held])


def favourites(call: Call) -> Answer:
    """`GET /filter/favourite`: a filter is a favourite of who made it."""
    held = call.world.filters.values()
    return 200, [_shown(call, one) for one in held if one.owner == call.user.id]


def permissions(call: Call, filter_id: str) -> Answer:
    """`GET /filter/{id}/permission`."""
    return 200, shares(call, _filter(call, filter_id).shares)


def add_permission(call: Call, filter_id: str) -> Answer:
    """`POST /filter/{id}/permission`: the ids are those of the platform, not nested objects."""
    held = _own(call, filter_id)
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


def _take(call: Call, held: SavedFilter) -> None:
    body = call.fields()
    held.description = str(body.get("description") or held.description)
    if "sharePermissions" in body:
        held.shares = list(body["sharePermissions"])
    if "editPermissions" in body:
        held.editors = list(body["editPermissions"])


def _filter(call: Call, filter_id: str) -> SavedFilter:
    found = call.world.filters.get(filter_id)
    if found is None or not _visible(call, found):
        raise JiraError(400, "The selected filter is not available to you, perhaps it has been deleted.")
    return found


def _own(call: Call, filter_id: str) -> SavedFilter:
    found = _filter(call, filter_id)
    if found.owner != call.user.id and not is_admin(call.user):
        raise not_found("The filter")
    return found


def _visible(call: Call, held: SavedFilter) -> bool:
    return held.owner == call.user.id or bool(held.shares) or is_admin(call.user)


def _listed(call: Call, held: SavedFilter, expand: set[str]) -> dict[str, Json]:
    shown = _shown(call, held)
    kept = {"self", "id", "name"} | (expand & set(shown))
    return {name: value for name, value in shown.items() if name in kept}


def _shown(call: Call, held: SavedFilter) -> dict[str, Json]:
    shown = {
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
    if call.world.cloud:
        shown["editPermissions"] = shares(call, held.editors)
    return shown


def shares(call: Call, given: list[dict[str, Json]]) -> list[Json]:
    """Who else may see or change something, as Jira shows it."""
    shown = []
    for number, share in enumerate(given, 1):
        entry: dict[str, Json] = {"id": number, "type": share["type"]}
        project = call.world.project((share.get("project") or {}).get("id", ""))
        if project is not None:
            entry["project"] = shown_project(call.world, project.id)
        role = call.world.roles.get(str((share.get("role") or {}).get("id", "")))
        if role is not None:
            entry["role"] = {"id": int(role.id), "name": role.name, "self": call.world.link_to(f"role/{role.id}")}
        if "group" in share:
            entry["group"] = {"name": share["group"]["name"]}
        shown.append(entry)
    return shown
