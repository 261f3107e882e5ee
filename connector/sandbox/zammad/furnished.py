"""A sandbox Zammad with everything the connector needs: attributes, priorities, groups, bot, webhook and trigger.

What an admin sets up in a real one, by the names of a mapping.
"""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from connector.domain.vocabulary import (
    FaultType,
    Impact,
    IntakeStatus,
    PrioritySource,
    RfoStatus,
    ServiceCheck,
    Urgency,
)
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.sandbox.zammad.call import Response
from connector.sandbox.zammad.desk import SandboxZammad

BOT = "interspace-bot@sandbox.example"
ADMIN = "admin@sandbox.example"

_SELECTS: dict[str, type[StrEnum]] = {
    "impact": Impact,
    "urgency": Urgency,
    "fault_type": FaultType,
    "priority_source": PrioritySource,
    "intake_status": IntakeStatus,
    "service_check": ServiceCheck,
    "rfo_status": RfoStatus,
}
_OTHERS = {
    "problem_start": "datetime",
    "first_response_due_at": "datetime",
    "repair_due_at": "datetime",
    "next_escalation_at": "datetime",
    "rfo_due_at": "datetime",
    "escalation_level": "integer",
    "rfo_requested": "boolean",
    "test_results": "textarea",
}


class Accounts(NamedTuple):
    """Access tokens."""

    bot: str
    admin: str


def furnish(desk: SandboxZammad, mapping: ZammadMapping) -> Accounts:
    """Sets the desk up for the connector."""
    for name in sorted(set(mapping.groups.values()) - {"Users"}):
        desk.add_group(name)
    admin = desk.add_user(ADMIN, ("Admin", "Agent"))
    bot = desk.add_user(BOT, ("Agent",), firstname="Interspace", lastname="Bot")
    for field, attribute in mapping.fields.items():
        if field in _SELECTS:
            desk.add_attribute(attribute, "select", [option.value for option in _SELECTS[field]])
        else:
            desk.add_attribute(attribute, _OTHERS.get(field, "input"))
    for names in mapping.priorities.values():
        desk.add_priority(names.name)
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
