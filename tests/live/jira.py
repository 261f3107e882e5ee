"""A real Jira Cloud, or the sandbox over HTTP, for the live story."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Impact, Priority, TicketKind, TicketState, Urgency
from connector.helpdesks.errors import NotFoundError
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira.client import Connection, JiraClient
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.install.tables import Place, read_tables
from connector.helpdesks.jira.mapping import load_mapping
from connector.helpdesks.jira.values import encode
from connector.policy.locate import MAPPINGS
from tests.live.story import PATIENCE_S
from tests.waiting import wait_until

TITLE = "Line dead (live test of the connector)"


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class LiveJira:
    """See :class:`tests.live.story.LiveSystem`. The project is that of ``mappings/jira.yaml``.

    Data Center cannot take part: the options of its lists are made by hand.
    """

    helpdesk = "jira"
    expected = frozenset[str]()

    def __init__(self, url: str, user: str, token: str, admin_user: str, admin_token: str) -> None:
        self.settings = {
            "INTERSPACE_JIRA_URL": url,
            "INTERSPACE_JIRA_USER": user,
            "INTERSPACE_JIRA_TOKEN": token,
            "INTERSPACE_JIRA_ADMIN_USER": admin_user,
            "INTERSPACE_JIRA_ADMIN_TOKEN": admin_token,
        }
        self._mapping = load_mapping(MAPPINGS / "jira.yaml")
        self._admin = JiraClient(Connection(url, admin_user, admin_token), now, EndpointPauses())
        self._desk = JiraDesk(Connection(url, user, token), self._mapping, now)

    def refuse_unless_empty(self) -> None:
        """The project has no issue, and the site nothing of ours."""
        where = f"the project {self._mapping.project} of {self.settings['INTERSPACE_JIRA_URL']}"
        if not self._desk.site.flavour.administers:
            raise SystemExit(f"{where} is on Data Center: options of lists are made by hand there")
        if self._issues():
            raise SystemExit(f"{where} has issues: not an empty test system")
        if not self.is_bare():
            raise SystemExit("an installation of the connector is there: interspace install uninstall jira --force")

    def is_bare(self) -> bool:
        """No table has an object of ours. What a role's holder keeps stays: it was theirs to give."""
        project = self._admin.get(f"api/2/project/{self._mapping.project}")
        place = Place(self._admin, self._desk.site.flavour, self._mapping, str(project["id"]))
        current = read_tables(place)
        return not any(kind.is_ours(row) for path, kind in current.of.kinds.items() for row in current.tables[path])

    def report(self) -> str:
        """By phone, as support takes it."""
        said = {
            "service_id": "SVC-1005",
            "problem_start": datetime(2026, 11, 23, 9, 40, tzinfo=UTC),
            "short_description": "No light on the line",
            "impact": Impact.SERVICE_AFFECTING,
            "urgency": Urgency.HIGH,
        }
        fields = {
            "project": {"key": self._mapping.project},
            "issuetype": {"name": self._mapping.issue_types.incident[0]},
            "summary": TITLE,
            "description": "Our line is dead.",
            **self._encoded(said),
        }
        return str(self._admin.post("api/2/issue", {"fields": fields})["id"])

    def read(self, ticket: str) -> Ticket:
        """As the connector."""
        return self._desk.read(TicketId(ticket))

    def is_at_work(self, ticket: Ticket) -> bool:
        """A P1 by the matrix, on its ladder."""
        return ticket.fields.priority is Priority.P1 and ticket.fields.escalation_level is not None

    def goes_on(self, ticket: str) -> None:
        """Support escalates, closes, and asks for the RFO."""
        self._edits(ticket, {"escalation_request": "no progress"})
        wait_until(lambda: self.read(ticket).fields.escalation_level == 2, "level 2", PATIENCE_S, every_s=1)
        self._closes(ticket)
        self._edits(ticket, {"rfo_requested": True})
        wait_until(lambda: self._has_task(ticket), "an RFO task", PATIENCE_S, every_s=1)

    def remove_tickets(self) -> None:
        """All there are: there were none. Search shows new ones late, and deleted ones for a while."""
        wait_until(lambda: not self._removed(), "an empty project", PATIENCE_S, every_s=2)

    def _removed(self) -> bool:
        """Whether there was something to remove."""
        removed = False
        for number in self._issues():
            try:
                self._admin.delete(f"api/2/issue/{number}")
                removed = True
            except NotFoundError:
                continue
        return removed

    def _issues(self) -> list[str]:
        jql = f'project = "{self._mapping.project}" ORDER BY created DESC'
        answer = self._admin.post("api/2/search/jql", {"jql": jql, "fields": ["summary"], "maxResults": 100})
        return [str(row["id"]) for row in answer["issues"]]

    def _has_task(self, ticket: str) -> bool:
        return any(link.kind is TicketKind.RFO_TASK for link in self.read(ticket).links)

    def _encoded(self, values: dict[str, Any]) -> dict[str, Any]:
        ids = self._desk.site.fields.ids
        return {ids[name]: encode(name, value, rich=True) for name, value in values.items()}

    def _edits(self, ticket: str, values: dict[str, Any]) -> None:
        self._admin.put(f"api/2/issue/{ticket}", {"fields": self._encoded(values)})

    def _closes(self, ticket: str) -> None:
        path = f"api/2/issue/{ticket}/transitions"
        ways = self._admin.get(path, urlencode({"expand": "transitions.fields"}))["transitions"]
        over = self._mapping.state_names(TicketState.CLOSED)
        way = next(way for way in ways if way["to"]["name"] in over)
        asks = "resolution" in (way.get("fields") or {})
        fields = {"fields": {"resolution": {"name": self._mapping.resolution}}} if asks else {}
        self._admin.post(path, {"transition": {"id": way["id"]}, **fields})
