"""The screens of a project: on Cloud through its schemes; Data Center has no REST API for those, so by the names that
Service Management gives them (``ISP: …``)."""

from collections.abc import Iterator
from typing import Any

from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.install.pages import by_age, listed, paged
from connector.install.tables import Row


def screens_of(client: JiraClient, api: str, key: str, project_id: str, flavour: Flavour) -> Iterator[Row]:
    """Each with the fields on any of its tabs, and whether other projects use it too. Raises HelpdeskError."""
    if flavour.administers:
        screens = _by_schemes(client, api, project_id)
    else:
        rows = paged(client, f"{api}/screens", (("search", key),))
        screens = [(row, False) for row in by_age(rows) if str(row.get("name")).startswith(f"{key}:")]
    seen: set[str] = set()
    for row, shared in screens:
        name = str(row["name"])
        name = f"{name} ({row['id']})" if name in seen else name
        seen.add(name)
        field_ids = [
            str(field["id"]) for fields in tabs(client, f"{api}/screens/{row['id']}").values() for field in fields
        ]
        yield {"id": str(row["id"]), "name": name, "fields": field_ids, "shared": shared}


def tabs(client: JiraClient, screen: str) -> dict[str, list[Row]]:
    """The tabs of a screen with their fields, the first one first. Raises HelpdeskError."""
    return {
        str(tab["id"]): listed(client, f"{screen}/tabs/{tab['id']}/fields") for tab in listed(client, f"{screen}/tabs")
    }


def _by_schemes(client: JiraClient, api: str, project_id: str) -> list[tuple[Row, bool]]:
    """Project → issue type screen scheme → screen schemes → screens; and the way back, for who else uses them."""
    path = f"{api}/issuetypescreenscheme"
    assigned = paged(client, f"{path}/project", (("projectId", project_id),))
    mine = {str(row["issueTypeScreenScheme"]["id"]) for row in assigned}
    named = tuple(("issueTypeScreenSchemeId", scheme) for scheme in sorted(mine))
    schemes = {str(row["screenSchemeId"]) for row in paged(client, f"{path}/mapping", named)} if named else set()
    users: dict[str, set[str]] = {}
    wanted: set[str] = set()
    for row in paged(client, f"{api}/screenscheme", (("expand", "issueTypeScreenSchemes"),)):
        screens = {str(screen) for screen in (row.get("screens") or {}).values()}
        for screen in screens:
            users.setdefault(screen, set()).update(
                str(scheme["id"]) for scheme in _values(row.get("issueTypeScreenSchemes"))
            )
        if str(row["id"]) in schemes:
            wanted |= screens
    if not wanted:
        return []
    alone = all(len(paged(client, f"{path}/{scheme}/project")) == 1 for scheme in mine)
    rows = paged(client, f"{api}/screens", tuple(("id", screen) for screen in sorted(wanted)))
    return [
        (row, not alone or bool(users.get(str(row["id"]), set()) - mine))
        for row in by_age(rows)
        if str(row["id"]) in wanted
    ]


def _values(page: Any) -> list[Row]:
    values = page.get("values") if isinstance(page, dict) else None
    return values if isinstance(values, list) else []
