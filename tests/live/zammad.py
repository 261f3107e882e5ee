"""A real Zammad, or the sandbox over HTTP, for the live story."""

from datetime import UTC, datetime
from typing import Any

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority, TicketKind
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.install.tables import KINDS
from connector.helpdesks.zammad.mapping import load_mapping
from connector.policy.locate import MAPPINGS
from tests.live.story import PATIENCE_S
from tests.waiting import wait_until

WELCOME = "Welcome to Zammad!"
"""The one ticket of a fresh Zammad."""
_ANYBODY = "guess:interspace-live-test@example.com"


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class LiveZammad:
    """See :class:`tests.live.story.LiveSystem`."""

    helpdesk = "zammad"
    expected = frozenset({"sender addresses"})

    def __init__(self, url: str, token: str, admin_token: str) -> None:
        self.settings = {
            "INTERSPACE_ZAMMAD_URL": url,
            "INTERSPACE_ZAMMAD_TOKEN": token,
            "INTERSPACE_ZAMMAD_ADMIN_TOKEN": admin_token,
        }
        self._mapping = load_mapping(MAPPINGS / "zammad.yaml")
        self._admin = ZammadClient(url, admin_token, now)
        self._desk = ZammadDesk(ZammadClient(url, token, now), self._mapping)

    def refuse_unless_empty(self) -> None:
        """There is the welcome ticket at most."""
        titles = [str(row.get("title")) for row in self._admin.get("tickets", {"per_page": "5"})]
        if [title for title in titles if title != WELCOME] or len(titles) > 1:
            raise SystemExit(f"{self.settings['INTERSPACE_ZAMMAD_URL']} has tickets: not an empty test system")
        if not self.is_bare():
            raise SystemExit("an installation of the connector is there: interspace install uninstall zammad --force")

    def is_bare(self) -> bool:
        """No table has an object of ours."""
        tables = [(kind, self._admin.get(path, {"per_page": "200"})) for path, kind in KINDS.items() if path != "users"]
        return not any(kind.is_ours(row) for kind, rows in tables for row in rows)

    def report(self) -> str:
        """By phone, as support takes it."""
        fields = {
            "service_id": "SVC-1005",
            "problem_start": "2026-11-23T09:40:00Z",
            "short_description": "No light on the line",
            "impact": "service_affecting",
            "urgency": "high",
        }
        body = {
            "title": "Line dead",
            "group": self._mapping.group_name("intake"),
            "customer_id": _ANYBODY,
            **{self._mapping.attribute(name): value for name, value in fields.items()},
            "article": {"type": "phone", "sender": "Customer", "subject": "Line dead", "body": "Our line is dead."},
        }
        return str(self._admin.post("tickets", body)["id"])

    def read(self, ticket: str) -> Ticket:
        """As the connector."""
        return self._desk.read(TicketId(ticket))

    def is_at_work(self, ticket: Ticket) -> bool:
        """A P1 by the matrix, on its ladder."""
        return ticket.fields.priority is Priority.P1 and ticket.fields.escalation_level is not None

    def goes_on(self, ticket: str) -> None:
        """Support escalates, closes, and asks for the RFO."""
        self._puts(ticket, {self._mapping.attribute("escalation_request"): "no progress"})
        wait_until(lambda: self.read(ticket).fields.escalation_level == 2, "level 2", PATIENCE_S, every_s=1)
        self._puts(ticket, {"state": "closed"})
        self._puts(ticket, {self._mapping.attribute("rfo_requested"): True})
        wait_until(lambda: self._has_task(ticket), "an RFO task", PATIENCE_S, every_s=1)

    def remove_tickets(self) -> None:
        """All but the welcome one: there were no others."""
        for row in self._admin.get("tickets", {"per_page": "100"}):
            if row.get("title") != WELCOME:
                self._admin.delete(f"tickets/{row['id']}")

    def _has_task(self, ticket: str) -> bool:
        return any(link.kind is TicketKind.RFO_TASK for link in self.read(ticket).links)

    def _puts(self, ticket: str, body: dict[str, Any]) -> None:
        self._admin.put(f"tickets/{ticket}", body)
