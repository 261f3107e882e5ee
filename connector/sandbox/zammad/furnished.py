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

BOT = "interspace-bot@sandbox.example"
ADMIN = "admin@sandbox.example"

_DATA_TYPES: dict[type, str] = {datetime: "datetime", int: "integer", bool: "boolean", str: "input"}


class Accounts(NamedTuple):
    """Access tokens."""

    bot: str
    admin: str


def furnish(desk: SandboxZammad, mapping: ZammadMapping) -> Accounts:
    """Sets the desk up for the connector."""
    for name in sorted(set(mapping.groups.values()) - {"Users"}):
        desk.add_group(name)
    for name in {"Users", *mapping.groups.values()}:
        desk.add_sender(name, "support@interspace.example")
    admin = desk.add_user(ADMIN, ("Admin", "Agent"))
    for role in mapping.roles.managers:
        _answer(request(desk, admin, "POST", "roles", {"name": role}))
    groups = {str(row["id"]): ["full"] for row in _answer(request(desk, admin, "GET", "groups"))}
    for row in _answer(request(desk, admin, "GET", "roles")):
        if row["name"] in mapping.roles.agents:
            _answer(request(desk, admin, "PUT", f"roles/{row['id']}", {"group_ids": groups}))
    bot = desk.add_user(BOT, ("Agent",), firstname="Interspace", lastname="Bot")
    for field, attribute in mapping.fields.items():
        known = CATALOGUE[field]
        data_type = "select" if known.choices else "textarea" if known.multiline else _DATA_TYPES[known.kind]
        desk.add_attribute(attribute, data_type, mapping.screen.choices[field], display=mapping.screen[field])
    for names in mapping.priorities.values():
        desk.add_priority(names.name)
    role_ids = {row["name"]: str(row["id"]) for row in _answer(request(desk, admin, "GET", "roles"))}
    begin, support, end = written_roles(mapping)
    roles = " ".join([begin, *(role_ids[name] for name in support)]) + end
    note = f"{new_installation(str(desk.user_id(BOT)), None)} {roles} [interspace-connector]"
    _answer(
        request(
            desk,
            admin,
            "POST",
            "macros",
            {"name": "Interspace", "perform": {"ticket.priority_id": {"value": "2"}}, "note": note},
        )
    )
    return Accounts(bot, admin)


def connect_webhook(desk: SandboxZammad, accounts: Accounts, endpoint: str, secret: str) -> None:
    """A signed webhook on everything that happens to a ticket, the bot's own changes excepted."""
    body = {"name": "Interspace", "endpoint": endpoint, "signature_token": secret}
    webhook = _answer(request(desk, accounts.admin, "POST", "webhooks", body))
    trigger = {
        "name": "Interspace: ticket changed",
        "condition": {
            "ticket.updated_by_id": {
                "operator": "is not",
                "pre_condition": "specific",
                "value": [str(desk.user_id(BOT))],
            }
        },
        "perform": {"notification.webhook": {"webhook_id": webhook["id"]}},
        "execution_condition_mode": "always",
    }
    _answer(request(desk, accounts.admin, "POST", "triggers", trigger))


def request(desk: SandboxZammad, token: str, method: str, path: str, body: Any = None) -> Response:
    """One API call as the owner of ``token``."""
    headers = {"Authorization": f"Token token={token}", "Content-Type": "application/json"}
    data = b"" if body is None else json.dumps(body).encode()
    return desk.handle(method, f"/api/v1/{path}", headers, data)


def _answer(response: Response) -> Any:
    if response.status >= 300:
        raise ValueError(f"the sandbox answered {response.status}: {response.body[:200]!r}")
    return json.loads(response.body)
