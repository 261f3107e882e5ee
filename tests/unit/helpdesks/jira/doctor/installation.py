"""A whole installation on Jira in memory for the doctor to examine."""

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from connector.helpdesks.jira.client import Connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.doctor.checks import CHECKS
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.checklist import asked_fields, queues
from connector.helpdesks.jira.install.planning import place_of, plan_jira, site_of
from connector.helpdesks.jira.install.tables import read_tables
from connector.helpdesks.jira.install.webhook import PATH
from connector.helpdesks.jira.settings import WEBHOOK_SECRET
from connector.helpdesks.sender import Hook
from connector.install.apply import apply
from connector.sandbox.jira import Flavour
from connector.sandbox.jira.furnished import ADMIN, BOT
from connector.settings import compose
from connector.work.worker import Worker
from tests.jira_admin import add_queue
from tests.unit.doctor.examined import SECRET, Examined, Network
from tests.unit.helpdesks.jira.install.bench import JiraBench, new_bench
from webhooks.app import create_app
from webhooks.receiver import Receiver

JIRA = "http://localhost:2990/jira"
RECEIVER = {"cloud": "https://connector.example.com", "datacenter": "http://localhost:8080"}
SECRETS = {WEBHOOK_SECRET: SECRET}


class Installation(Examined[Context]):
    """Set up by the plan of ``interspace install``, and the checklist is done."""

    title = Context.TITLE
    checks = CHECKS

    def __init__(self, database_url: str, flavour: Flavour = "cloud", *, migrated: bool = True) -> None:
        super().__init__(database_url)
        self.bench: JiraBench = new_bench(self.clock, flavour, migrated=migrated)
        self.receiver_url = RECEIVER[flavour]
        self._install()
        self.sandbox = self.jira = self.bench.jira
        bot = self.jira.user_id(BOT) if flavour == "cloud" else BOT.partition("@")[0]
        hook = Hook("jira", (SECRET.encode(),), bot=bot)
        self.receiver = create_app(Receiver([hook], self.commits.touch, self.clock, self.table.counts))
        user = BOT if flavour == "cloud" else None
        tokens, mapping = self.bench.tokens, self.bench.mapping
        connection = Connection(JIRA, user, tokens["bot"], adapter=lambda: Network(self))
        desk = JiraDesk(connection, mapping, self.clock)
        self.worker = Worker(self.table, desk, self.bench.policy)
        self.settings = {
            "jira_url": JIRA,
            "jira_user": user,
            "jira_token": SecretStr(tokens["bot"]),
            "jira_token_ends": (self.clock() + timedelta(days=300)).date(),
            "jira_admin_user": ADMIN if user else None,
            "jira_admin_token": SecretStr(tokens["admin"]),
            "jira_webhook_secret": SecretStr(SECRET),
            "proof_key": SecretStr(SECRET),
            "database_url": SecretStr(database_url),
        }

    def opened(self, **values: Any) -> Context:
        return Context(compose(self.settings), **values)

    def in_sandbox(self, url: str) -> str | None:
        """The sandbox knows nothing of the path below which this Jira lies."""
        return url.replace("/jira/", "/", 1) if url.startswith(JIRA) else None

    def _install(self) -> None:
        """The plan, and everything that the checklist asks for."""
        bench = self.bench
        setup = bench.setup
        apply(bench.writer(), plan_jira(setup, SECRETS, receiver_url=self.receiver_url + PATH), SECRETS)
        if bench.jira.flavour == "datacenter":
            bench.add_options()
            apply(bench.writer(), plan_jira(setup, SECRETS), SECRETS)
        bench.jira.add_user("edith@example.com", ("Escalation Manager",))
        site = site_of(setup, place_of(setup), read_tables(place_of(setup)), None)
        ids = {held.name: held.id for held in bench.jira.world.custom_fields.values()}
        needed = bench.policy.intake.required
        form = {ids[site.fields[field]]: field in needed for field in asked_fields(bench.mapping)}
        incident = bench.mapping.issue_types.incident[0]
        bench.jira.add_request_type("Report a fault", incident, {"summary": True, "description": False, **form})
        for queue in queues(site):
            add_queue(bench.jira, queue.name, queue.jql)

    def traces(self) -> list[str]:
        titles = [str(issue.fields["summary"]) for issue in self.jira.world.issues.values()]
        return [title for title in titles if "doctor" in title]
