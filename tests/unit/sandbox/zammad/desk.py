"""A small desk with people and attributes, and one function to call its API."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.world import Version

API = "/api/v1/"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When the desks of these tests open."""


@dataclass
class Desk:
    """A sandbox with an admin, an agent, the bot and a customer, whose tokens the calls use by name."""

    zammad: SandboxZammad
    clock: SteppedClock
    tokens: dict[str, str]

    def call(self, method: str, path: str, body: object = None, *, by: str = "bot") -> tuple[int, Any]:
        """Status and JSON of one call."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Authorization": f"Token token={self.tokens[by]}"}
        answer = self.zammad.handle(method, API + path, headers, data)
        return answer.status, json.loads(answer.body) if answer.body else None

    def ticket(self, **fields: object) -> int:
        """A new ticket of the customer's."""
        body = {"title": "Link down", "group": "Users", "customer": "customer@example.com", **fields}
        status, made = self.call("POST", "tickets", {"article": {"body": "no light"}, **body})
        assert status == 201, made
        return int(made["id"])

    def put(self, ticket_id: int, by: str = "bot", **fields: object) -> tuple[int, Any]:
        """An update."""
        return self.call("PUT", f"tickets/{ticket_id}", fields, by=by)

    def shown(self, ticket_id: int) -> Any:
        """The ticket with names."""
        return self.call("GET", f"tickets/{ticket_id}?expand=true")[1]

    def history(self, ticket_id: int, attribute: str) -> list[tuple[str, str, int]]:
        """Old value, new value and author of each change of one attribute."""
        entries = self.call("GET", f"ticket_history/{ticket_id}")[1]["history"]
        changes = [entry for entry in entries if entry.get("attribute") == attribute]
        return [(entry["value_from"], entry["value_to"], entry["created_by_id"]) for entry in changes]

    def hook(self, name: str, condition: object, **webhook: object) -> int:
        """A webhook and a trigger that calls it; returns the trigger's id."""
        settings = {"name": name, "endpoint": "http://receiver.test/hook", "signature_token": "secret", **webhook}
        made = self.call("POST", "webhooks", settings, by="admin")[1]
        perform = {"notification.webhook": {"webhook_id": made["id"]}}
        trigger = {"name": name, "condition": condition, "perform": perform}
        status, answer = self.call("POST", "triggers", trigger, by="admin")
        assert status == 201, answer
        return int(answer["id"])

    def pass_time(self, **span: float) -> None:
        """Advance the clock."""
        self.clock.advance(timedelta(**span))


def new_desk(clock: SteppedClock, version: Version = "6.4") -> Desk:
    """A desk with everything the tests use."""
    zammad = SandboxZammad(clock, version=version)
    tokens = {
        "admin": zammad.add_user("admin@example.com", ("Admin", "Agent"), firstname="Ada"),
        "agent": zammad.add_user("agent@example.com", ("Agent",), firstname="Anna"),
        "bot": zammad.add_user("bot@example.com", ("Agent",), firstname="Bot"),
        "customer": zammad.add_user("customer@example.com", organization="ACME", firstname="Carl"),
        "stranger": zammad.add_user("stranger@example.com"),
    }
    zammad.add_attribute("service_ref", "input", maxlength=20)
    zammad.add_attribute("impact", "select", ["high", "low"])
    zammad.add_attribute("level", "integer", min=0, max=5)
    zammad.add_attribute("due_at", "datetime")
    zammad.add_attribute("regions", "multiselect", {"eu": "Europe", "us": "America"})
    return Desk(zammad, clock, tokens)
