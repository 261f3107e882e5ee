"""How Jira's tables are written: some nouns take several calls, each of which a new plan can tell from done."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connector.helpdesks.answer import with_id
from connector.helpdesks.errors import ForbiddenError, NotFoundError, PermanentError, UnavailableError
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.identity import PROPERTY
from connector.helpdesks.jira.install.associations import associate
from connector.helpdesks.jira.install.pages import paged
from connector.helpdesks.jira.install.screens import tabs
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
from connector.helpdesks.jira.install.views import share_texts, shares_to_set
from connector.helpdesks.jira.install.webhook import hook_body, hook_path, hook_row
from connector.helpdesks.jira.values import TYPE_PREFIX
from connector.install.tables import Id

Body = Mapping[str, Any]

_SEARCHERS = {
    "textfield": "textsearcher",
    "textarea": "textsearcher",
    "select": "multiselectsearcher",
    "datetime": "datetimerange",
    "float": "exactnumber",
}
_TASK = "answered 303"
"""Jira has taken the deletion and carries it out by itself; the redirect leads to the task, which is not followed."""


class JiraWriter:
    """See :class:`connector.install.apply.Writer`. ``project`` is the key of the project."""

    def __init__(self, client: JiraClient, flavour: Flavour, project: str) -> None:
        self.tables = tables_of(flavour)
        self._client = client
        self._flavour = flavour
        self._project = project
        self._api = flavour.admin_api
        self._creators: Mapping[str, Callable[[Body], Id]] = {
            FIELDS: self._create_field,
            OPTIONS: self._create_options,
            PRIORITIES: lambda body: self._post("priority", body),
            LINK_TYPES: lambda body: self._post("issueLinkType", body),
            ROLES: lambda body: self._post("role", body),
            PROPERTIES: self._create_property,
            WEBHOOKS: self._create_webhook,
            FILTERS: self._create_filter,
            DASHBOARDS: lambda body: self._post("dashboard", _with_editors(body)),
            GADGETS: self._create_gadget,
        }
        self._updaters: Mapping[str, Callable[[str, Body], object]] = {
            FIELDS: lambda row_id, body: self._put(f"field/{row_id}", _only(body, "name", "description")),
            ASSOCIATIONS: lambda row_id, body: associate(self._client, row_id, body["fields"], body["types"]),
            OPTIONS: self._update_options,
            SCREENS: self._update_screen,
            PRIORITIES: lambda row_id, body: self._put(f"priority/{row_id}", _only(body, "name", "description")),
            ROLES: lambda row_id, body: self._put(f"role/{row_id}", _only(body, "name", "description")),
            MEMBERS: lambda row_id, body: self._update_members(row_id, body["actors"]),
            PROPERTIES: lambda row_id, body: self._create_property(body),
            WEBHOOKS: self._update_webhook,
            FILTERS: self._update_filter,
            DASHBOARDS: lambda row_id, body: self._put(f"dashboard/{row_id}", _with_editors(body)),
            GADGETS: lambda row_id, body: self._configure(row_id, body["filter"]),
        }

    def create(self, kind: str, body: Body) -> Id:
        """A new object; returns its id."""
        return self._creators[kind](body)

    def update(self, kind: str, row_id: Id, body: Body) -> None:
        """Changes an object."""
        self._updaters[kind](str(row_id), body)

    def delete(self, kind: str, row_id: Id) -> str | None:
        """Why the object is still there; ``None`` if it is gone."""
        try:
            self._delete(kind, str(row_id))
        except NotFoundError:
            return None
        except ForbiddenError:
            raise
        except PermanentError as error:
            return str(error)
        except UnavailableError as error:
            if _TASK not in str(error):
                raise
        return None

    def run(self, path: str) -> None:
        """Nothing has to follow a change in Jira."""
        raise PermanentError(f"Jira has no call {path}")

    def _post(self, path: str, body: Body) -> Id:
        return str(with_id(self._client.post(f"{self._api}/{path}", body), f"Jira POST {path}")["id"])

    def _put(self, path: str, body: Body) -> object:
        return self._client.put(f"{self._api}/{path}", body)

    def _create_field(self, body: Body) -> Id:
        searcher = TYPE_PREFIX + _SEARCHERS[str(body["type"]).removeprefix(TYPE_PREFIX)]
        sent = {**_only(body, "name", "type", "description"), "searcherKey": searcher}
        return self._post("field", sent | ({"projectIds": body["projects"]} if "projects" in body else {}))

    def _create_options(self, body: Body) -> Id:
        """A context for the project; its options may follow with the next plan."""
        sent = {"name": body["context"], "description": body["description"], "projectIds": body["projects"]}
        context = self._post(f"field/{body['field']}/context", {**sent, "issueTypeIds": []})
        self._add_options(f"field/{body['field']}/context/{context}", body["options"])
        return f"{body['field']}/{context}"

    def _update_options(self, row_id: str, body: Body) -> None:
        field, _, context = row_id.partition("/")
        path = f"field/{field}/context/{context}"
        existing = {str(row["value"]): row for row in paged(self._client, f"{self._api}/{path}/option")}
        sleeping = [str(existing[value]["id"]) for value in body["options"] if existing.get(value, {}).get("disabled")]
        if sleeping:
            self._put(f"{path}/option", {"options": [{"id": option_id, "disabled": False} for option_id in sleeping]})
        self._add_options(path, [value for value in body["options"] if value not in existing])
        self._put(path, _only(body, "description"))

    def _add_options(self, path: str, values: list[str]) -> None:
        if values:
            self._client.post(f"{self._api}/{path}/option", {"options": [{"value": value} for value in values]})

    def _update_screen(self, row_id: str, body: Body) -> None:
        """Onto the first tab what is on none, one by one: Jira takes no more at once."""
        path = f"{self._api}/screens/{row_id}"
        by_tab = tabs(self._client, path)
        if not by_tab:
            raise PermanentError(f"Jira GET {path}/tabs: the screen has no tab")
        there = {str(field["id"]) for fields in by_tab.values() for field in fields}
        for field in body["fields"]:
            if field not in there:
                self._client.post(f"{path}/tabs/{next(iter(by_tab))}/fields", {"fieldId": field})

    def _update_members(self, row_id: str, wanted: list[str]) -> None:
        """Adds; whoever is there already would be refused."""
        path = f"api/2/project/{self._project}/role/{row_id}"
        answer = self._client.get(path)
        rows = answer.get("actors") if isinstance(answer, dict) else None
        there = {str((row.get("actorUser") or {}).get("accountId") or row.get("name")) for row in rows or ()}
        self._client.post(path, {"user": [actor for actor in wanted if actor not in there]})

    def _create_property(self, body: Body) -> Id:
        """It also keeps when it was written first: from then on the rules hold."""
        path = f"api/2/project/{self._project}/properties/{PROPERTY}"
        try:
            before = self._client.get(path).get("value") or {}
        except NotFoundError:
            before = {}
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._client.put(path, {"since": now, **before, **_only(body, "description")})
        return PROPERTY

    def _create_webhook(self, body: Body) -> Id:
        path = hook_path(self._flavour)
        answer = self._client.post(path, hook_body(body, self._flavour))
        if not isinstance(answer, dict):
            raise PermanentError(f"Jira POST {path}: unexpected answer: expected the webhook")
        return str(hook_row({"id": "", **answer}, self._flavour)["id"])

    def _update_webhook(self, row_id: str, body: Body) -> None:
        self._client.put(f"{hook_path(self._flavour)}/{row_id}", hook_body(body, self._flavour))

    def _create_filter(self, body: Body) -> Id:
        """Data Center shares a filter by a call of its own, and finds it again among the admin's favourites."""
        if self._flavour.administers:
            return self._post("filter", _shared(body))
        row_id = str(self._post("filter", {**_only(body, "name", "description", "jql"), "favourite": True}))
        self._share(row_id, body["shares"], [])
        return row_id

    def _update_filter(self, row_id: str, body: Body) -> None:
        if self._flavour.administers:
            self._put(f"filter/{row_id}", _shared(body))
            return
        permissions = self._client.get(f"api/2/filter/{row_id}/permission")
        self._share(row_id, body["shares"], share_texts(permissions))
        self._put(f"filter/{row_id}", _only(body, "name", "description", "jql"))

    def _share(self, row_id: str, wanted: list[str], present: list[str]) -> None:
        """Shares with the project; what people have shared otherwise is there already."""
        for share in shares_to_set(text for text in wanted if text not in present):
            sent = {"type": "project", "projectId": str(share["project"]["id"])}
            self._client.post(f"api/2/filter/{row_id}/permission", sent)

    def _create_gadget(self, body: Body) -> Id:
        sent = {**body["source"], "title": body["name"], "color": body["color"], "position": body["place"]}
        dashboard = body["dashboard"]
        row_id = f"{dashboard}/{self._post(f'dashboard/{dashboard}/gadget', sent)}"
        self._configure(row_id, body["filter"])
        return row_id

    def _configure(self, row_id: str, filter_id: str) -> None:
        """A gadget keeps its settings in a property of the dashboard's item."""
        dashboard, _, gadget = row_id.partition("/")
        settings = {"filterId": filter_id, "isConfigured": True, "num": "20"}
        self._put(f"dashboard/{dashboard}/items/{gadget}/properties/config", settings)

    def _delete(self, kind: str, row_id: str) -> None:
        parent, _, own = row_id.partition("/")
        if kind == FIELDS and self._flavour.administers:
            # From the trash it can be taken back for some weeks, with what issues say in it.
            self._client.post(f"{self._api}/field/{row_id}/trash", {})
        elif kind == FIELDS:
            self._client.delete("api/2/customFields", urlencode({"ids": row_id}))
        elif kind == PROPERTIES:
            self._client.delete(f"api/2/project/{self._project}/properties/{row_id}")
        elif kind == WEBHOOKS:
            self._client.delete(f"{hook_path(self._flavour)}/{row_id}")
        elif kind == OPTIONS:
            self._client.delete(f"{self._api}/field/{parent}/context/{own}")
        elif kind == GADGETS:
            self._client.delete(f"{self._api}/dashboard/{parent}/gadget/{own}")
        else:
            self._client.delete(f"{self._api}/{kind}/{row_id}")


def _only(body: Body, *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if name in body}


def _shared(body: Body) -> dict[str, Any]:
    """A body with its shares as Jira takes them."""
    sent = {name: value for name, value in body.items() if name not in ("shares", "editors")}
    return {**sent, "sharePermissions": shares_to_set(body["shares"])}


def _with_editors(body: Body) -> dict[str, Any]:
    return {**_shared(body), "editPermissions": shares_to_set(body["editors"])}
