"""A sandbox Zammad with everything the connector needs: attributes, priorities, groups, bot, webhook and trigger.

What an admin sets up in a real one, by the names of a mapping.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple

from connector.domain.fields import CATALOGUE
from connector.helpdesks.installed import new_installation
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.roles import written_roles
from connector.sandbox.wire import Response
from connector.sandbox.zammad.desk import SandboxZammad

BOT, ADMIN, SUPPORT = "interspace-bot@sandbox.example", "admin@sandbox.example", "support@interspace.example"
_DATA_TYPES: dict[type, str] = {datetime: "datetime", int: "integer", bool: "boolean", str: "input"}


class Accounts(NamedTuple):
    """Access tokens."""

    bot: str
    admin: str


def set_up_bare(desk: SandboxZammad, _mapping: ZammadMapping) -> Accounts:
    """A Zammad with its first group and an address to send from, an admin, and a user for the connector."""
    desk.add_sender("Users", SUPPORT)
    admin = desk.add_user(ADMIN, ("Admin", "Agent"))
    return Accounts(desk.add_user(BOT, ("Agent",), firstname="Interspace", lastname="Bot"), admin)


def furnish(desk: SandboxZammad, mapping: ZammadMapping) -> Accounts:
    """Sets the desk up for the connector."""
    for name in sorted({*mapping.groups.values()} - {"Users"}):
        desk.add_group(name)
        desk.add_sender(name, SUPPORT)
    for role in mapping.roles.managers:
        desk.add("roles", name=role)
    accounts, roles = set_up_bare(desk, mapping), {row["name"]: row for row in desk.world.table("Role").values()}
    for name in roles.keys() & set(mapping.roles.agents):
        roles[name]["group_ids"] = {str(group): ["full"] for group in desk.world.table("Group")}
    for field, attribute in mapping.fields.items():
        known = CATALOGUE[field]
        data_type = "select" if known.choices else "textarea" if known.multiline else _DATA_TYPES[known.kind]
        desk.add_attribute(attribute, data_type, mapping.screen.choices[field], display=mapping.screen[field])
    for names in mapping.priorities.values():
        desk.add("ticket_priorities", name=names.name)
    begin, support, end = written_roles(mapping)
    told = " ".join([begin, *(str(roles[name]["id"]) for name in support)]) + end
    note = f"{new_installation(str(desk.user_id(BOT)), None)} {told} [interspace-connector]"
    desk.add("macros", name="Interspace", perform={"ticket.priority_id": {"value": "2"}}, note=note)
    return accounts


def connect_webhook(desk: SandboxZammad, endpoint: str, secret: str) -> None:
    """A signed webhook on everything that happens to a ticket, the bot's own changes excepted."""
    webhook = desk.add("webhooks", name="Interspace", endpoint=endpoint, signature_token=secret)
    bot = {"operator": "is not", "pre_condition": "specific", "value": [str(desk.user_id(BOT))]}
    desk.add(
        "triggers",
        name="Interspace: ticket changed",
        condition={"ticket.updated_by_id": bot},
        perform={"notification.webhook": {"webhook_id": webhook}},
        execution_condition_mode="always",
    )


def request(desk: SandboxZammad, token: str, method: str, path: str, body: Any = None) -> Response:
    """One API call as the owner of ``token``."""
    headers = {"Authorization": f"Token token={token}", "Content-Type": "application/json"}
    return desk.handle(method, f"/api/v1/{path}", headers, b"" if body is None else json.dumps(body).encode())
