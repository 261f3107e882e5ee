"""A bare Jira, an admin and a bot, and the installation on it."""

from dataclasses import dataclass, field
from typing import Any

from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira.client import Connection, JiraClient
from connector.helpdesks.jira.install.planning import JiraSetup, plan_back_jira, plan_jira
from connector.helpdesks.jira.install.writer import JiraWriter
from connector.helpdesks.jira.mapping import JiraMapping, load_mapping
from connector.helpdesks.jira.settings import WEBHOOK_SECRET
from connector.helpdesks.jira.site import Site
from connector.helpdesks.jira.values import field_options
from connector.install.apply import Stayed, apply
from connector.install.plan import Plan
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.sandbox.clock import SteppedClock
from connector.sandbox.house import IN_PROCESS
from connector.sandbox.jira import Flavour, SandboxJira
from connector.sandbox.jira.desk import ADMIN as SITE_ADMIN
from connector.sandbox.jira.furnished import ADMIN, BOT, request
from connector.sandbox.jira.records import CustomField, Row
from connector.sandbox.jira.seed import ADMIN_ROLE, TEAM_ROLE
from tests.builders import default_policy

SECRETS = {WEBHOOK_SECRET: "a secret that only this test knows"}
RECEIVER = "https://connector.example.com"
FLAVOURS: tuple[Flavour, ...] = ("cloud", "datacenter")


@dataclass
class JiraBench:
    """The sandbox and the ways into it."""

    jira: SandboxJira
    clock: SteppedClock
    tokens: dict[str, str]
    policy: Policy = field(default_factory=default_policy)
    mapping: JiraMapping = field(default_factory=lambda: load_mapping(MAPPINGS / "jira.yaml"))

    def connection(self, who: str) -> Connection:
        """The way of the admin or the bot."""
        user = {"admin": ADMIN, "bot": BOT}[who] if self.jira.flavour == "cloud" else None
        return Connection(IN_PROCESS, user, self.tokens[who], adapter=self.jira.requests_adapter)

    def client(self, who: str) -> JiraClient:
        """The API as one of them."""
        return JiraClient(self.connection(who), self.clock, EndpointPauses())

    @property
    def setup(self) -> JiraSetup:
        """What a plan is made from."""
        site = Site(self.connection("bot"), self.mapping, self.clock)
        return JiraSetup(self.client("admin"), site, self.policy, self.mapping)

    def writer(self) -> JiraWriter:
        """The tables as the admin writes them."""
        setup = self.setup
        return JiraWriter(setup.admin, setup.bot.flavour, self.mapping.project)

    def plan(self, *, adopt: bool = False, receiver_url: str | None = RECEIVER) -> Plan:
        """A plan as it would be now."""
        return plan_jira(self.setup, SECRETS, receiver_url=receiver_url, adopt=adopt)

    def install(self, *, adopt: bool = False) -> Plan:
        """Plan and apply; returns what was applied."""
        plan = self.plan(adopt=adopt)
        self.apply(plan)
        return plan

    def apply(self, plan: Plan) -> None:
        """Carries out a plan."""
        apply(self.writer(), plan, SECRETS)

    def plan_back(self, *, purge_fields: bool = False) -> Plan:
        """The plan of an uninstall."""
        return plan_back_jira(self.setup, purge_fields=purge_fields)

    def uninstall(self, *, purge_fields: bool = False) -> tuple[Stayed, ...]:
        """Plan and apply the way back."""
        return apply(self.writer(), self.plan_back(purge_fields=purge_fields), {})

    def call(self, method: str, path: str, body: object = None, who: str = "admin") -> Any:
        """Any API call that has to succeed."""
        answer = request(self.jira, self.tokens[who], method, path, body)
        assert answer.status < 300, answer.body
        return answer

    def add_options(self) -> None:
        """What the checklist asks of an admin of Data Center."""
        for name, values in wanted_options(self.mapping).items():
            self.jira.add_options(name, values)

    def state(self) -> dict[str, list[Any]]:
        """The configuration by names, in no order, without ids of its own and times."""
        world = self.jira.world
        (project,) = world.projects.values()
        named = {held.id: held.name for held in world.custom_fields.values()}
        filters = {held.id: held.name for held in world.filters.values()}
        held: dict[str, Any] = {
            "fields": [(one.name, one.type, one.description, _contexts(one)) for one in world.custom_fields.values()],
            "screens": [
                (one.name, tab.name, [named.get(name, name) for name in tab.fields])
                for one in world.screens.values()
                for tab in one.tabs.values()
            ],
            "project's fields": [
                one.name for one in world.custom_fields.values() if world.cloud and world.belongs(one.id, project)
            ],
            "priorities": [(one.name, one.description) for one in world.priorities.values()],
            "link types": [one.name for one in world.link_types.values()],
            "roles": [(one.name, one.description) for one in world.roles.values()],
            "members": [
                (world.roles[role].name, sorted(world.users[user].email for user in users))
                for role, users in project.role_users.items()
                if users
            ],
            "webhooks": [
                (one.name, one.url, one.events, one.filter, one.secret, one.enabled) for one in world.webhooks.values()
            ],
            "filters": [(one.name, one.jql, one.description, one.sharePermissions) for one in world.filters.values()],
            "dashboards": [
                (one.name, one.description, one.sharePermissions, [gadget["title"] for gadget in one.gadgets.values()])
                for one in world.dashboards.values()
            ],
            "gadgets": [
                (one.gadgets[int(item)]["title"], filters.get(value["filterId"]))
                for one in world.dashboards.values()
                for (item, _), value in one.item_properties.items()
                if int(item) in one.gadgets
            ],
        }
        return {name: sorted(rows, key=repr) for name, rows in held.items()}


def _contexts(field: CustomField) -> list[Any]:
    held = field.contexts.values()
    return sorted((one.name, one.description, sorted(option.value for option in one.options.values())) for one in held)


def wanted_options(mapping: JiraMapping) -> dict[str, tuple[str, ...]]:
    """The options of every list, by the name of the field."""
    found = {name: field_options(field) for field, name in mapping.fields.items()}
    found[mapping.group_field] = tuple(mapping.groups.values())
    return {name: values for name, values in found.items() if values}


def new_bench(clock: SteppedClock, flavour: Flavour = "cloud", *, migrated: bool = True) -> JiraBench:
    """A Jira as it comes, with a service project and two accounts: the bot is nobody there yet. A Cloud that is not
    ``migrated`` has field configurations."""
    jira = SandboxJira(clock, flavour, migrated=migrated)
    jira.add_project("ISP", "Interspace Support")
    tokens = {
        "admin": jira.add_user(ADMIN, (SITE_ADMIN, ADMIN_ROLE, TEAM_ROLE), firstname="Ada"),
        "bot": jira.add_user(BOT, (), firstname="Bot", account_type="atlassian"),
    }
    return JiraBench(jira, clock, tokens)


def field_named(bench: JiraBench, name: str) -> CustomField:
    """The custom field of this name."""
    (found,) = (one for one in bench.jira.world.custom_fields.values() if one.name == name)
    return found


def hook(bench: JiraBench) -> Row:
    """The only webhook."""
    (found,) = bench.jira.world.webhooks.values()
    return found
