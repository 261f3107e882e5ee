"""The adapter on a sandbox Jira: people with accounts, a clock that stands still, and everything that was sent."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.jira.client import Connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.mapping import JiraMapping, load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import SandboxJira
from connector.sandbox.jira.furnished import ADMIN, BOT, furnish, request
from connector.sandbox.jira.records import Flavour

URL = "https://sandbox.example"
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Sent(NamedTuple):
    """A request of the adapter's."""

    method: str
    path: str
    body: Any

    @property
    def is_write(self) -> bool:
        """Whether it changes anything: a search is posted too."""
        return (
            self.method != "GET"
            and "search" not in self.path
            and not self.path.partition("?")[0].endswith(("bulkfetch", "comment/list"))
        )


@cache
def mapping() -> JiraMapping:
    """The mapping that comes with the project."""
    return load_mapping(MAPPINGS / "jira.yaml")


class Bench:
    """See the module."""

    def __init__(self, flavour: Flavour, clock: SteppedClock | None = None) -> None:
        self.clock = clock or SteppedClock(START)
        self.flavour: Flavour = flavour
        self.jira = SandboxJira(self.clock, flavour)
        self.mapping = mapping()
        self.accounts = furnish(self.jira, self.mapping)
        self.agent = self.jira.add_user("ann@isp.example", ["Service Desk Team"], firstname="Ann", lastname="Agent")
        self.customer = self.jira.add_user("carl@customer.example", organization="Acme", firstname="Carl")
        asked = {"summary": True, "description": False}
        self.request_type = self.jira.add_request_type("Report a problem", self.mapping.issue_types.incident[0], asked)
        self.sent: list[Sent] = []
        self.before_sending: Callable[[Sent], object] = lambda _: None
        """May do something at just the wrong moment."""
        self.desk: JiraDesk = self.connected()
        self.helpdesk: Helpdesk = self.desk

    @property
    def is_cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.flavour == "cloud"

    def connected(self, token: str | None = None, *proof_keys: bytes) -> JiraDesk:
        """An adapter that knows nothing yet, with another token and keys for its proofs."""
        adapter = self.jira.requests_adapter()
        send = adapter.send

        def recorded(request: Any, **options: Any) -> Any:
            kind = str(request.headers.get("Content-Type"))
            body = json.loads(request.body) if request.body and "json" in kind else None
            self.sent.append(Sent(str(request.method), request.path_url, body))
            self.before_sending(self.sent[-1])
            return send(request, **options)

        adapter.send = recorded  # type: ignore[assignment, method-assign]
        user = BOT if self.is_cloud else None
        connection = Connection(URL, user, token or self.accounts.bot, adapter=lambda: adapter)
        return JiraDesk(connection, self.mapping, self.clock, proof_keys=proof_keys)

    def calls(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """An API call of somebody else's. Raises ValueError if it is refused."""
        response = request(self.jira, who, method, path, body)
        if response.status >= 300:
            raise ValueError(f"{method} {path}: {response.status} {response.body[:300]!r}")
        return json.loads(response.body) if response.body else None

    def account(self, email: str) -> dict[str, str]:
        """How a request names an account."""
        user = self.jira.world.users[self.jira.user_id(email)]
        return {"accountId": user.id} if self.is_cloud else {"name": user.name}

    def opens(self, summary: str = "Line down", text: str = "It is down.", *, kind: str = "", **fields: Any) -> str:
        """The customer's request, written down by an agent; its id. Fields by Jira's own ids."""
        held = {
            "project": {"key": self.mapping.project},
            "issuetype": {"name": kind or self.mapping.issue_types.incident[0]},
            "summary": summary,
            "description": text,
            "reporter": self.account("carl@customer.example"),
        }
        return str(self.calls(self.agent, "POST", "issue", {"fields": held | fields})["id"])

    def reports(self, summary: str = "Line down", text: str = "It is down.") -> str:
        """The customer's own request in the portal; its id."""
        body = {
            "serviceDeskId": next(iter(self.jira.world.projects.values())).service_desk_id,
            "requestTypeId": self.request_type,
            "requestFieldValues": {"summary": summary, "description": text},
        }
        return str(self.calls(self.customer, "POST", "/rest/servicedeskapi/request", body)["issueId"])

    @property
    def screen(self) -> list[str]:
        """The ids of the fields on the one screen of the project."""
        project = next(iter(self.jira.world.projects.values()))
        fields: list[str] = next(iter(self.jira.world.screens[project.screen_id].tabs.values())).fields
        return fields

    def bot_lives_in(self, zone: str) -> None:
        """Moves the connector's user to another time zone."""
        user = self.jira.world.users[self.jira.user_id(BOT)]
        user.zone = ZoneInfo(zone)
        user.shown.clear()

    def field(self, name: str) -> str:
        """The id of the custom field of a canonical field."""
        return self.desk.site.fields.ids[name]

    def edits(self, issue: str, who: str | None = None, **values: Any) -> None:
        """Changes canonical fields by their raw values."""
        fields = {self.field(name): value for name, value in values.items()}
        self.calls(who or self.agent, "PUT", f"issue/{issue}", {"fields": fields})

    def comments(self, issue: str, body: str, who: str | None = None, *, internal: bool = False) -> str:
        """Adds a comment; its id."""
        held = {"body": body, "properties": [{"key": "sd.public.comment", "value": {"internal": internal}}]}
        return str(self.calls(who or self.agent, "POST", f"issue/{issue}/comment", held)["id"])

    def replies(self, issue: str, body: str) -> None:
        """A message of the customer's on his own request, through the portal."""
        said = {"body": body, "public": True}
        self.calls(self.customer, "POST", f"/rest/servicedeskapi/request/{issue}/comment", said)

    def read(self, issue: str) -> Ticket:
        """The ticket as the rules see it."""
        return self.desk.read(TicketId(issue))

    def passes(self, **length: float) -> datetime:
        """Time passes; the time it is then."""
        self.clock.advance(timedelta(**length))
        return self.clock()

    def requests_of(self, action: Callable[[], Any]) -> list[Sent]:
        """What the adapter sends during ``action``."""
        before = len(self.sent)
        action()
        return self.sent[before:]

    def visible(self, issue: str) -> list[tuple[str, bool]]:
        """All comments with whether customers see them, as an admin finds them."""
        rows = self.calls(self.accounts.admin, "GET", f"issue/{issue}/comment?expand=properties")["comments"]
        return [(row["body"], not _is_internal(row)) for row in rows]


def _is_internal(row: dict[str, Any]) -> bool:
    if "jsdPublic" in row:
        return not row["jsdPublic"]
    held = {one["key"]: one["value"] for one in row["properties"]}
    return held.get("sd.public.comment", {}).get("internal") is True


__all__ = ["ADMIN", "BOT", "START", "URL", "Bench", "Sent", "mapping"]
