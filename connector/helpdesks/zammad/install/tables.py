"""What a Zammad has: whole tables, read in as few requests as possible."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.helpdesks.errors import ForbiddenError, HelpdeskError, NotFoundError, PermanentError
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.install.kinds import ATTRIBUTES, KINDS, STATES, TABLES
from connector.install.current import Current
from connector.install.errors import StepError
from connector.install.rows import Row

_PAGE = 200
_ALWAYS_FITS = 50
"""However small a page a Zammad may be set to give, this many fit: fewer rows are the end of the table."""

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
    found: dict[int, Row] = {}
    page = 1
    while True:
        rows = _get(client, kind, kind, {"page": str(page), "per_page": str(_PAGE)})
        fresh = {int(row["id"]): row for row in rows if int(row["id"]) not in found}
        found |= fresh
        if not fresh or len(rows) < _ALWAYS_FITS:
            return tuple(found[number] for number in sorted(found))
        page += 1


def _users(client: ZammadClient, bot_id: int, addresses: Iterable[str]) -> tuple[Row, ...]:
    found: dict[int, Row] = {}
    bot = _answer(client, "users", f"users/{bot_id}", {})
    if not isinstance(bot, dict):
        raise PermanentError(f"Zammad GET users/{bot_id}: expected an object")
    found[bot_id] = bot
    for query in (CONTACT, *addresses):
        for row in _get(client, "users", "users/search", {"query": query, "limit": str(_PAGE)}):
            if str(row.get("email", "")).lower() == query:
                # Somebody's login can be another one: by us, contacts are known by their addresses.
                found[int(row["id"])] = {**row, "login": query}
            elif query == CONTACT and KINDS["users"].is_ours(row):
                found.setdefault(int(row["id"]), row)
    return tuple(found[number] for number in sorted(found))


def _get(client: ZammadClient, kind: str, path: str, params: Mapping[str, str]) -> list[Row]:
    rows = _answer(client, kind, path, params)
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise PermanentError(f"Zammad GET {path}: expected a list of objects")
    return rows


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
