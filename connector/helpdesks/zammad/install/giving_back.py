"""What an uninstallation gives back before it deletes: the access that other people's roles and the bot were given."""

from collections.abc import Iterator, Mapping
from typing import Any

from connector.helpdesks.zammad.install.groups import NEW_AGENTS, SILENT
from connector.helpdesks.zammad.install.tables import KINDS
from connector.install.plan import Action, Step
from connector.install.tables import Current, Row
from connector.install.uninstall import Used

_SETTINGS = "notification_config"


def given_back(current: Current, bot_id: int, used: Used) -> Iterator[Step]:
    """The steps before the first deletion.

    Our roles lose all access, because Zammad refuses to delete a role that somebody holds. Roles that are not ours lose
    the access to our groups, except to those that stay because tickets are in them.
    """
    roles, groups = KINDS["roles"], KINDS["groups"]
    going = {int(row["id"]) for row in current.tables["roles"] if roles.is_ours(row) and not roles.is_adopted(row)}
    leaving = {
        str(row["id"])
        for row in current.tables["groups"]
        if groups.is_ours(row) and not groups.is_adopted(row) and ("groups", row["id"]) not in used
    }
    for row in current.tables["roles"]:
        access = row.get("group_ids") or {}
        if int(row["id"]) in going:
            yield _step("roles", row, {"active": False, "group_ids": {}}, "takes all access from our role")
        elif leaving & access.keys():
            kept = {group: granted for group, granted in access.items() if group not in leaving}
            yield _step("roles", row, {"group_ids": kept}, "gives the access to our groups back")
    for row in current.tables["users"]:
        if int(row["id"]) == bot_id and (body := _without_ours(row, going)):
            yield _step("users", row, body, "gives our roles and settings back")


def _without_ours(bot: Row, going: set[int]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    role_ids, preferences = [int(role) for role in bot.get("role_ids") or ()], bot.get("preferences") or {}
    if going & set(role_ids):
        body["role_ids"] = [role for role in role_ids if role not in going]
    if body and (preferences.get(_SETTINGS) or {}).get("matrix") == SILENT:
        body["preferences"] = {**preferences, _SETTINGS: {"matrix": NEW_AGENTS}}
    return body


def _step(path: str, row: Row, body: Mapping[str, Any], why: str) -> Step:
    kind = KINDS[path]
    return Step(Action.UPDATE, path, str(row[kind.name]), row["id"], body, why=why, label=kind.label)
