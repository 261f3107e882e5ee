"""What a Jira has of what an installation touches, as rows of the same shape as what is wanted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from connector.helpdesks.answer import objects
from connector.helpdesks.errors import ForbiddenError, HelpdeskError, NotFoundError
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.identity import PROPERTY
from connector.helpdesks.jira.install.associations import CALLED, associations_of
from connector.helpdesks.jira.install.pages import by_age, listed, paged, row_of
from connector.helpdesks.jira.install.screens import screens_of
from connector.helpdesks.jira.install.site import (
    ASSOCIATIONS,
    DASHBOARDS,
    FIELDS,
    FILTERS,
    GADGETS,
    LINK_TYPES,
    MEMBERS,
    OPTIONS,
    PRIORITIES,
    PROPERTIES,
    ROLES,
    SCREENS,
    WEBHOOKS,
    tables_of,
)
from connector.helpdesks.jira.install.views import share_texts
from connector.helpdesks.jira.install.webhook import hook_path, hook_row
from connector.helpdesks.jira.mapping import JiraMapping
from connector.install.errors import StepError
from connector.install.objects import PREFIX, is_adopted, is_marked
from connector.install.tables import Current, Kind, Row


class Place(NamedTuple):
    """Where to look."""

    client: JiraClient
    flavour: Flavour
    mapping: JiraMapping
    project_id: str


def read_tables(place: Place) -> Current:
    """All tables. Raises StepError that names the table and the missing permission."""
    of = tables_of(place.flavour)
    tables: dict[str, tuple[Row, ...]] = {}
    for path, kind in of.kinds.items():
        tables[path] = tuple(_read(place, kind, tables))
    return Current(of, tables)


def _read(place: Place, kind: Kind, tables: Mapping[str, tuple[Row, ...]]) -> list[Row]:
    try:
        return list(_READERS[kind.path](place, tables))
    except StepError:
        raise
    except (ForbiddenError, NotFoundError) as error:
        raise StepError(
            f"The admin token cannot read every {kind.label}: it needs the permission {kind.permission}. {error}"
        ) from error
    except HelpdeskError as error:
        raise StepError(f"Reading every {kind.label} failed. {error}") from error


def _fields(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """Those of the mapping, by the name or the id that stands there, and ours."""
    named = {*place.mapping.fields.values(), place.mapping.group_field}
    if place.flavour.administers:
        rows = paged(place.client, f"{place.flavour.admin_api}/field/search", (("type", "custom"),))
    else:
        rows = paged(place.client, "api/2/customFields")
    for row in by_age(rows):
        field_id, name = str(row["id"]), str(row.get("name"))
        kind = (row.get("schema") or {}).get("custom") if place.flavour.administers else row.get("type")
        name = field_id if field_id in named else name
        if name in named or is_marked(row.get("description")):
            yield {"id": field_id, "name": name, "type": str(kind), "description": row.get("description") or ""}


def _associations(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """Those of the fields that the project has, by the kinds of its handled issue types."""
    project = row_of(place.client, f"api/2/project/{place.project_id}")
    rows = objects(project.get("issueTypes"), "Jira GET project: issueTypes")
    types = {
        kind: tuple(str(row["id"]) for row in rows if row.get("name") in place.mapping.types_of(kind))
        for kind in CALLED
    }
    return associations_of(place.client, place.project_id, types, {str(row["id"]) for row in tables[FIELDS]})


def _options(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """Of each list the context that applies to the project."""
    for field in tables[FIELDS]:
        if str(field["type"]).rpartition(":")[2] not in ("select", "radiobuttons"):
            continue
        path = f"{place.flavour.admin_api}/field/{field['id']}/context"
        context = _context(place, path, field)
        if context is not None:
            values = paged(place.client, f"{path}/{context['id']}/option")
            yield {
                "id": f"{field['id']}/{context['id']}",
                "name": field["name"],
                "field": field["id"],
                "description": context.get("description") or "",
                "options": [str(value["value"]) for value in values if not value.get("disabled")],
            }


def _context(place: Place, path: str, field: Row) -> Row | None:
    """The project's own, else the one for all; a field of ours gets one for the project."""
    contexts = {str(row["id"]): row for row in paged(place.client, path)}
    lines = paged(place.client, f"{path}/projectmapping")
    own = next((row for row in lines if str(row.get("projectId")) == place.project_id), None)
    if own is not None:
        return contexts.get(str(own["contextId"]))
    general = next((row for row in contexts.values() if row.get("isGlobalContext")), None)
    made_by_us = is_marked(field["description"]) and not is_adopted(field["description"])
    if general is not None and made_by_us and not is_marked(general.get("description")):
        return None
    return general


def _screens(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    return screens_of(place.client, place.flavour.admin_api, place.mapping.project, place.project_id, place.flavour)


def _plain(path: str, key: str, *names: str) -> Callable[[Place, Mapping[str, tuple[Row, ...]]], Iterator[Row]]:
    """A reader of a list without pages."""

    def read(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
        for row in by_age(listed(place.client, f"api/2/{path}", key=key)):
            yield {"id": str(row["id"]), **{name: row.get(name) or "" for name in ("name", *names)}}

    return read


def _members(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """Of the agents' roles, who has them in the project."""
    for role in tables[ROLES]:
        if role["name"] in place.mapping.roles.agents:
            detail = row_of(place.client, f"api/2/project/{place.mapping.project}/role/{role['id']}")
            yield {"id": role["id"], "name": role["name"], "actors": actors(detail)}


def actors(role: Row) -> list[str]:
    """The users of a project role, not its groups: accountIds on Cloud, names on Data Center."""
    users = (row for row in role.get("actors") or () if row.get("type") == "atlassian-user-role-actor")
    return [str((row.get("actorUser") or {}).get("accountId") or row.get("name")) for row in users]


def _properties(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """The one in which an installation leaves its name."""
    held = _setting(place.client, f"api/2/project/{place.mapping.project}/properties/{PROPERTY}")
    if held:
        yield {"id": PROPERTY, "name": PROPERTY, "description": str(held.get("description") or "")}


def _webhooks(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    try:
        rows = listed(place.client, hook_path(place.flavour))
    except NotFoundError:
        # Data Center before 10 keeps them elsewhere, and signs none: no use to us.
        return iter(())
    return by_age([hook_row(row, place.flavour) for row in rows])


def _filters(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """Ours by name. Data Center has no search for filters: ours are favourites of the admin who made them."""
    if place.flavour.administers:
        query = (("filterName", PREFIX.strip(": ")), ("expand", "description,jql,sharePermissions"))
        rows = paged(place.client, f"{place.flavour.admin_api}/filter/search", query)
    else:
        rows = listed(place.client, "api/2/filter/favourite")
    for row in by_age([row for row in rows if str(row.get("name")).startswith(PREFIX)]):
        yield {
            "id": str(row["id"]),
            "name": row["name"],
            "description": row.get("description") or "",
            "jql": row.get("jql") or "",
            "shares": share_texts(row.get("sharePermissions")),
        }


def _dashboards(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    query = (("dashboardName", PREFIX.strip(": ")), ("expand", "description,sharePermissions,editPermissions"))
    rows = paged(place.client, f"{place.flavour.admin_api}/dashboard/search", query)
    for row in by_age([row for row in rows if str(row.get("name")).startswith(PREFIX)]):
        yield {
            "id": str(row["id"]),
            "name": row["name"],
            "description": row.get("description") or "",
            "shares": share_texts(row.get("sharePermissions")),
            "editors": share_texts(row.get("editPermissions")),
        }


def _gadgets(place: Place, tables: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """Those on our dashboard that have our names, and the filter that each was given."""
    for dashboard in tables[DASHBOARDS]:
        if not is_marked(dashboard["description"]):
            continue
        path = f"{place.flavour.admin_api}/dashboard/{dashboard['id']}"
        for row in by_age(listed(place.client, f"{path}/gadget", key="gadgets")):
            if str(row.get("title")).startswith(PREFIX):
                config = _setting(place.client, f"{path}/items/{row['id']}/properties/config")
                gadget: dict[str, Any] = {"id": f"{dashboard['id']}/{row['id']}", "name": row["title"]}
                yield gadget | {"dashboard": dashboard["id"], "filter": config.get("filterId")}


def _setting(client: JiraClient, path: str) -> Mapping[str, Any]:
    try:
        value = row_of(client, path).get("value")
    except NotFoundError:
        return {}
    return value if isinstance(value, dict) else {}


def gadget_source(client: JiraClient, flavour: Flavour) -> Mapping[str, str]:
    """How this Jira names its gadget for a filter's results; empty if it has none. Raises HelpdeskError."""
    if not flavour.administers:
        return {}
    for row in listed(client, "api/3/dashboard/gadgets", key="gadgets"):
        for key in ("moduleKey", "uri"):
            if "filter-results" in str(row.get(key) or ""):
                return {key: str(row[key])}
    return {}


def existing_options(place: Place, current: Current) -> dict[str, frozenset[str]]:
    """The options of lists on Data Center, where they are made by hand. Raises HelpdeskError."""
    by_field: dict[str, frozenset[str]] = {}
    if place.flavour.administers:
        return by_field
    for field, name in {**place.mapping.fields, "group": place.mapping.group_field}.items():
        row = current.row(FIELDS, name)
        if row is not None and str(row["type"]).rpartition(":")[2] in ("select", "radiobuttons"):
            field_id = str(row["id"]).removeprefix("customfield_")
            query = urlencode({"projectIds": place.project_id, "maxResults": "1000"})
            options = listed(place.client, f"api/2/customFields/{field_id}/options", query, "options")
            by_field[field] = frozenset(str(option["value"]) for option in options if not option.get("disabled"))
    return by_field


_READERS: Mapping[str, Callable[[Place, Mapping[str, tuple[Row, ...]]], Iterator[Row]]] = {
    FIELDS: _fields,
    ASSOCIATIONS: _associations,
    OPTIONS: _options,
    SCREENS: _screens,
    PRIORITIES: _plain("priority", "", "description"),
    LINK_TYPES: _plain("issueLinkType", "issueLinkTypes", "inward", "outward"),
    ROLES: _plain("role", "", "description"),
    MEMBERS: _members,
    PROPERTIES: _properties,
    WEBHOOKS: _webhooks,
    FILTERS: _filters,
    DASHBOARDS: _dashboards,
    GADGETS: _gadgets,
}
