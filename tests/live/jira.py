"""A real service project of Jira, or the sandbox over HTTP, for the live story.

What the checklist asks of an admin is not done: the story ends where it would be needed.
"""

from collections.abc import Mapping

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import FaultType, Impact, Priority, Urgency
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.planning import open_installation
from connector.helpdesks.jira.settings import JiraSettings
from connector.helpdesks.jira.values import encode
from connector.policy.load import load_policy
from connector.settings import load
from tests.live.story import PATIENCE_S
from tests.live.zammad import now
from tests.waiting import wait_until


class LiveJira:
    """See :class:`tests.live.story.LiveSystem`."""

    helpdesk = "jira"
    expected = frozenset({"issue types", "statuses", "fields on screens", "options", "transitions", "round trip"})

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.settings = dict(settings)
        self._opened = load(self.settings, with_file=False)
        # Before the installation the connector's user sees no project.
        admin = {name.replace("_ADMIN", ""): value for name, value in self.settings.items() if "_ADMIN_" in name}
        self._as_admin = load({**self.settings, **admin}, with_file=False)
        self._mapping = Context(self._opened, clock=now).mapping

    def refuse_unless_empty(self) -> None:
        """The project has no issue."""
        desk = Context(self._as_admin, clock=now).desk
        if any(desk.unresolved()) or any(desk.resolved_since(now().replace(year=2000))):
            raise SystemExit(f"project {self._mapping.project} has issues: not an empty test system")
        if not self.is_bare():
            raise SystemExit("an installation of the connector is there: interspace install uninstall jira --force")

    def is_bare(self) -> bool:
        """There is nothing to take back."""
        policy, own = load_policy(self._opened.policy, self._opened.services), self._opened.of("jira")
        assert isinstance(own, JiraSettings)
        return not open_installation(own, policy, now).plan_back(True).work

    def report(self) -> str:
        """As support takes it by phone."""
        context = self._context()
        fields = {
            "service_id": "SVC-1005",
            "problem_start": now().replace(microsecond=0),
            "short_description": "No light on the line",
            "impact": Impact.SERVICE_AFFECTING,
            "urgency": Urgency.HIGH,
            "fault_type": FaultType.PERMANENT,
        }
        ids, rich = context.site.fields.ids, context.flavour.rich_fields
        body = {
            "project": {"key": self._mapping.project},
            "issuetype": {"name": self._mapping.issue_types.incident[0]},
            "summary": "Line dead",
            "description": "Our line is dead.",
            **{ids[name]: encode(name, value, rich=rich) for name, value in fields.items()},
        }
        return str(context.admin.post("api/2/issue", {"fields": body})["id"])

    def read(self, ticket: str) -> Ticket:
        """As the connector."""
        return self._context().desk.read(ticket)

    def is_at_work(self, ticket: Ticket) -> bool:
        """A P1 by the matrix, on its ladder."""
        return ticket.fields.priority is Priority.P1 and ticket.fields.escalation_level is not None

    def goes_on(self, ticket: str) -> None:
        """Support escalates."""
        context = self._context()
        wish = {context.site.fields.ids["escalation_request"]: "no progress"}
        context.admin.put(f"api/2/issue/{ticket}", {"fields": wish})
        wait_until(lambda: self.read(ticket).fields.escalation_level == 2, "level 2", PATIENCE_S, every_s=1)

    def remove_tickets(self) -> None:
        """All: there were none."""
        context = self._context()
        for page in context.desk.unresolved():
            for issue in page:
                context.admin.delete(f"api/2/issue/{issue.id}")

    def _context(self) -> Context:
        """Fields come and go with the installation: each time anew."""
        return Context(self._opened, clock=now)
