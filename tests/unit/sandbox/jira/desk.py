"""A small Jira with people and fields, and one function to call its API."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.helpdesks.jira.client import Connection
from connector.sandbox.clock import SteppedClock
from connector.sandbox.house import IN_PROCESS
from connector.sandbox.jira import Flavour, SandboxJira
from connector.sandbox.jira.hooks import CLOUD_PATH, DATA_CENTER_PATH, SECTION
from connector.sandbox.jira.seed import ADMIN_ROLE, TEAM_ROLE

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PORTAL = "/rest/servicedeskapi/"
INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]
SECRET = "a secret"


@dataclass
class Desk:
    """A sandbox with an admin, an agent, the bot and customers, whose tokens the calls use by name."""

    jira: SandboxJira
    clock: SteppedClock
    tokens: dict[str, str]
    ids: dict[str, str] = field(default_factory=dict)
    """Custom fields by name."""
    request_type: str = ""

    @property
    def cloud(self) -> bool:
        return self.jira.flavour == "cloud"

    def call(self, method: str, path: str, body: object = None, *, by: str = "bot") -> tuple[int, Any]:
        """Status and JSON of one call; `path` is below `/rest/api/2/` unless it starts with a slash."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Authorization": self.jira.authorization(self.tokens[by])} if by else {}
        target = path if path.startswith("/") else f"/rest/api/2/{path}"
        answer = self.jira.handle(method, target, headers, data)
        return answer.status, json.loads(answer.body) if answer.body else None

    def connection(self, by: str) -> Connection:
        """The way of the connector's own client."""
        user = self.jira.world.tokens[self.tokens[by]].email if self.cloud else None
        return Connection(IN_PROCESS, user, self.tokens[by], adapter=self.jira.requests_adapter)

    def ok(self, method: str, path: str, body: object = None, *, by: str = "bot") -> Any:
        """The JSON of a call that must work."""
        status, answer = self.call(method, path, body, by=by)
        assert status < 300, answer
        return answer

    def issue(self, by: str = "agent", **fields: object) -> str:
        """A new issue; its id."""
        given = {"project": {"key": "ISP"}, "issuetype": {"name": "Incident"}, "summary": "Link down", **fields}
        return str(self.ok("POST", "issue", {"fields": self.named(given)}, by=by)["id"])

    def named(self, fields: dict[str, object]) -> dict[str, object]:
        """Fields with custom ones by id instead of name."""
        return {self.ids.get(name, name): value for name, value in fields.items()}

    def edit(self, issue: str, **fields: object) -> tuple[int, Any]:
        """A change of fields."""
        return self.call("PUT", f"issue/{issue}", {"fields": self.named(fields)})

    def shown(self, issue: str, query: str = "", by: str = "bot") -> Any:
        """The issue."""
        return self.ok("GET", f"issue/{issue}{query}", by=by)

    def value(self, issue: str, name: str) -> Any:
        """The value of one field."""
        return self.shown(issue)["fields"][self.ids.get(name, name)]

    def history(self, issue: str) -> list[dict[str, Any]]:
        """All items of the changelog, oldest first."""
        entries = self.shown(issue, "?expand=changelog")["changelog"]["histories"]
        entries.sort(key=lambda entry: int(entry["id"]))
        return [item for entry in entries for item in entry["items"]]

    def found(self, jql: str, by: str = "bot", **more: object) -> list[str]:
        """The ids that a search finds."""
        path = "search/jql" if self.cloud else "search"
        answer = self.ok("POST", path, {"jql": jql, **more}, by=by)
        return [issue["id"] for issue in answer["issues"]]

    def hook(self, *events: str, jql: str = "project = ISP") -> None:
        """A signed webhook for these events."""
        body: dict[str, Any] = {"name": "hook", "url": "https://receiver.example/hook", "events": list(events)}
        if self.cloud:
            self.ok("POST", CLOUD_PATH, {**body, "filters": {SECTION: jql}, "secret": SECRET}, by="admin")
        else:
            settings = {"SECRET": SECRET, "FILTERS": json.dumps({SECTION: jql})}
            self.ok("POST", DATA_CENTER_PATH, {**body, "configuration": settings}, by="admin")

    def pass_time(self, **span: float) -> None:
        """Advance the clock."""
        self.clock.advance(timedelta(**span))


def new_desk(flavour: Flavour, *, migrated: bool = True) -> Desk:
    """A desk with everything the tests use. A Cloud that is not ``migrated`` has field configurations."""
    clock = SteppedClock(START)
    jira = SandboxJira(clock, flavour, migrated=migrated)
    jira.add_project("ISP", "Support")
    ids = {
        "Service": jira.add_field("Service", "textfield").id,
        "Log": jira.add_field("Log", "textarea").id,
        "Impact": jira.add_field("Impact", "select", ["high", "low"]).id,
        "Due": jira.add_field("Due", "datetime").id,
        "Level": jira.add_field("Level", "float").id,
    }
    tokens = {
        "admin": jira.add_user("admin@example.com", ("Admin", ADMIN_ROLE, TEAM_ROLE), firstname="Ada"),
        "agent": jira.add_user("agent@example.com", (TEAM_ROLE,), firstname="Anna", time_zone="Europe/Berlin"),
        "bot": jira.add_user("bot@example.com", (TEAM_ROLE,), firstname="Bot"),
        "customer": jira.add_user("carl@example.com", organization="ACME", firstname="Carl"),
        "stranger": jira.add_user("stranger@example.com"),
    }
    asked = {"summary": True, "description": False, ids["Service"]: True, ids["Impact"]: False}
    desk = Desk(jira, clock, tokens, ids)
    desk.request_type = jira.add_request_type("Fault", "Incident", asked)
    return desk
