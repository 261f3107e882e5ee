"""The tables of Zammad that an installation touches: read whole, in as few requests as possible, and written.

The permissions are those of Zammad's policies (``app/policies/controllers`` in its source). Priorities have one of
their own since 6.4; before that, they belong to *admin.object*.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.helpdesks.answer import objects, with_id
from connector.helpdesks.errors import ForbiddenError, HelpdeskError, NotFoundError, PermanentError, TransientError
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.listing import ALWAYS_FITS, PAGE
from connector.install.errors import StepError
from connector.install.tables import Current, FollowUp, Id, Kind, Row, Tables

ATTRIBUTES = "object_manager_attributes"
MIGRATIONS = "object_manager_attributes_execute_migrations"
"""The call that makes attributes real; the admin's permission for it is that of attributes."""
STATES = "ticket_states"
UNMIGRATED = ("to_create", "to_migrate", "to_config", "to_delete")
"""Flags of an attribute that waits for a migration."""

_NOTE = ("note",)

KINDS: Mapping[str, Kind] = {
    kind.path: kind
    for kind in (
        Kind(
            ATTRIBUTES,
            "ticket attribute",
            "admin.object",
            mark=("data_option", "note"),
            partial=("data_option",),
            whole=True,
            data=True,
            follow=FollowUp(
                MIGRATIONS,
                "migrations",
                "Zammad's migrations",
                why="makes the attributes real; alters the ticket table",
                why_back="drops the attributes' columns",
                waiting=lambda row: any(row.get(flag) for flag in UNMIGRATED),
            ),
        ),
        Kind("ticket_priorities", "priority", "admin.object (since 6.4: admin.ticket_priority)", mark=_NOTE),
        Kind("groups", "group", "admin.group", mark=_NOTE),
        Kind("roles", "role", "admin.role", mark=_NOTE, partial=("group_ids",)),
        Kind("users", "user", "admin.user", mark=_NOTE, partial=("preferences",), name="login", adoptable=False),
        Kind("calendars", "calendar", "admin.calendar"),
        Kind("slas", "SLA", "admin.sla"),
        Kind("webhooks", "webhook", "admin.webhook", mark=_NOTE),
        Kind("triggers", "trigger", "admin.trigger", mark=_NOTE),
        Kind("core_workflows", "core workflow", "admin.core_workflow"),
        Kind("macros", "macro", "admin.macro", mark=_NOTE),
        Kind("overviews", "overview", "admin.overview"),
        Kind("text_modules", "text module", "admin.text_module", mark=_NOTE),
        Kind("templates", "ticket template", "admin.template"),
        Kind("report_profiles", "report profile", "admin.report_profile"),
    )
}

TABLES = Tables("Zammad", KINDS, {STATES: "state"})


CONTACT = "Interspace escalation contact"
"""The last name of the users that stand for escalation contacts: users are found by their names only."""


def read_current(client: ZammadClient, bot_id: int, addresses: Iterable[str]) -> Current:
    """Every table of the installation and the states; of the users only the bot, those with one of ``addresses``, and
    those that we made.

    Raises StepError that names the table and the missing permission.
    """
    tables = {kind: _table(client, kind) for kind in (STATES, *KINDS) if kind != "users"}
    tables[ATTRIBUTES] = tuple(_pending(row) for row in tables[ATTRIBUTES] if row.get("object") == "Ticket")
    return Current(TABLES, {**tables, "users": _users(client, bot_id, addresses)})


def _pending(attribute: Row) -> Row:
    """An attribute with the options that it will have after the migration it waits for."""
    if not attribute.get("to_config"):
        return attribute
    return {**attribute, "data_option": attribute.get("data_option_new")}


def _table(client: ZammadClient, kind: str) -> tuple[Row, ...]:
    by_id: dict[int, Row] = {}
    page = 1
    while True:
        rows = _get(client, kind, kind, {"page": str(page), "per_page": str(PAGE)})
        fresh = {int(row["id"]): row for row in rows if int(row["id"]) not in by_id}
        by_id |= fresh
        if not fresh or len(rows) < ALWAYS_FITS:
            return tuple(by_id[row_id] for row_id in sorted(by_id))
        page += 1


def _users(client: ZammadClient, bot_id: int, addresses: Iterable[str]) -> tuple[Row, ...]:
    by_id: dict[int, Row] = {}
    by_id[bot_id] = with_id(_answer(client, "users", f"users/{bot_id}", {}), f"Zammad GET users/{bot_id}")
    for query in (CONTACT, *addresses):
        for row in _get(client, "users", "users/search", {"query": query, "limit": str(PAGE)}):
            if str(row.get("email", "")).lower() == query:
                # Somebody's login can be another one: by us, contacts are known by their addresses.
                by_id[int(row["id"])] = {**row, "login": query}
            elif query == CONTACT and KINDS["users"].is_ours(row):
                by_id.setdefault(int(row["id"]), row)
    return tuple(by_id[row_id] for row_id in sorted(by_id))


def _get(client: ZammadClient, kind: str, path: str, params: Mapping[str, str]) -> list[Row]:
    where = f"Zammad GET {path}"
    return [with_id(row, where) for row in objects(_answer(client, kind, path, params), where)]


def _answer(client: ZammadClient, kind: str, path: str, params: Mapping[str, str]) -> Any:
    try:
        return client.get(path, params)
    except ForbiddenError as error:
        need = KINDS[kind].permission if kind in KINDS else "admin.object"
        raise StepError(f"The admin token cannot read {path}: it needs the permission {need}. {error}") from error
    except NotFoundError as error:
        raise StepError(f"This Zammad has no {path}: version 5.5 or later is needed. {error}") from error
    except HelpdeskError as error:
        raise StepError(f"Reading {path} failed. {error}") from error


class ZammadWriter:
    """See :class:`connector.install.apply.Writer`."""

    tables = TABLES

    def __init__(self, client: ZammadClient) -> None:
        self._client = client

    def create(self, kind: str, body: Mapping[str, Any]) -> Id:
        """A new object; returns its id."""
        return int(with_id(self._client.post(kind, body), f"Zammad POST {kind}")["id"])

    def update(self, kind: str, row_id: Id, body: Mapping[str, Any]) -> None:
        """Changes an object."""
        self._client.put(f"{kind}/{row_id}", body)

    def delete(self, kind: str, row_id: Id) -> str | None:
        """Why the object is still there; ``None`` if it is gone."""
        try:
            self._client.delete(f"{kind}/{row_id}")
        except NotFoundError as error:
            return None if "Couldn't find" in str(error) else str(error)
        except ForbiddenError:
            raise
        except PermanentError as error:
            return str(error)
        return None

    def run(self, path: str) -> None:
        """The migrations. Zammad answers 200 whatever happened, so look."""
        self._client.post(path, None)
        rows = self._client.get(ATTRIBUTES)
        waiting = sorted(str(row.get("name")) for row in rows if any(row.get(flag) for flag in UNMIGRATED))
        if waiting:
            raise TransientError(
                f"Zammad answered 200 but these attributes still wait for a migration: {', '.join(waiting)}. Look into "
                "Zammad's production.log"
            )
