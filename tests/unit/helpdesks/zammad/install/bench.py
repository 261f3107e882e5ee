"""A bare Zammad, an admin and a bot, and the installation on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.install.planning import Setup, plan_back_zammad, plan_zammad
from connector.helpdesks.zammad.install.tables import KINDS, ZammadWriter
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.helpdesks.zammad.settings import WEBHOOK_SECRET
from connector.install.apply import Stayed, apply
from connector.install.plan import Action, Plan, Step
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.furnished import request
from connector.sandbox.zammad.world import Version
from tests.builders import default_policy

SECRETS = {WEBHOOK_SECRET: "a secret that only this test knows"}
TODAY = date(2026, 11, 23)
RECEIVER = "https://connector.example.com"
_CHANGES_BY_ITSELF = ("id", "created_at", "updated_at", "last_sync", "created_by_id", "updated_by_id")
_MODELS = {
    "object_manager_attributes": "ObjectManagerAttribute", "ticket_priorities": "TicketPriority", "groups": "Group",
    "roles": "Role", "users": "User", "calendars": "Calendar", "slas": "Sla", "webhooks": "Webhook",
    "triggers": "Trigger", "core_workflows": "CoreWorkflow", "macros": "Macro", "overviews": "Overview",
    "text_modules": "TextModule", "templates": "Template", "report_profiles": "ReportProfile",
}  # fmt: skip


@dataclass
class Bench:
    """The sandbox and the ways into it."""

    zammad: SandboxZammad
    clock: SteppedClock
    tokens: dict[str, str]
    policy: Policy = field(default_factory=default_policy)
    mapping: ZammadMapping = field(default_factory=lambda: load_mapping(MAPPINGS / "zammad.yaml"))

    def client(self, who: str) -> ZammadClient:
        """The API as the admin or the bot."""
        return ZammadClient(
            "http://sandbox.example", self.tokens[who], self.clock, adapter=self.zammad.requests_adapter
        )

    def writer(self) -> ZammadWriter:
        """The tables as the admin writes them."""
        return ZammadWriter(self.client("admin"))

    @property
    def setup(self) -> Setup:
        """What a plan is made from."""
        return Setup(self.client("admin"), self.client("bot"), self.policy, self.mapping)

    def plan(self, *, adopt: bool = False, receiver_url: str | None = RECEIVER) -> Plan:
        """A plan as it would be now."""
        return plan_zammad(self.setup, SECRETS, TODAY, receiver_url=receiver_url, adopt=adopt)

    def install(self, *, adopt: bool = False) -> Plan:
        """Plan and apply; returns what was applied."""
        plan = self.plan(adopt=adopt)
        apply(self.writer(), plan, SECRETS)
        return plan

    def plan_back(self, *, purge_fields: bool = False) -> Plan:
        """The plan of an uninstall."""
        return plan_back_zammad(self.setup, purge_fields=purge_fields)

    def uninstall(self, *, purge_fields: bool = False) -> tuple[Stayed, ...]:
        """Plan and apply the way back."""
        return apply(self.writer(), self.plan_back(purge_fields=purge_fields), {})

    def call(self, method: str, path: str, body: object = None, who: str = "admin") -> Any:
        """Any API call that has to succeed."""
        answer = request(self.zammad, self.tokens[who], method, path, body)
        assert answer.status < 300, answer.body
        return answer

    def row(self, kind: str, name: str) -> dict[str, Any]:
        """The live record of that name."""
        column = KINDS[kind].name
        found = [row for row in self.zammad.world.table(_MODELS[kind]).values() if row[column] == name]
        assert len(found) == 1, f"{len(found)} {kind} named {name!r}"
        return found[0]

    def state(self) -> dict[str, list[Any]]:
        """The configuration by names, in no order, without ids of its own and times."""
        return {kind: sorted(map(repr, map(_essence, self._table(kind)))) for kind in KINDS}

    def names(self, kind: str) -> set[str]:
        """The names in a table."""
        return {str(row[KINDS[kind].name]) for row in self._table(kind)}

    def _table(self, kind: str) -> list[Mapping[str, Any]]:
        return list(self.zammad.world.table(_MODELS[kind]).values())


def new_bench(clock: SteppedClock, version: Version = "6.4") -> Bench:
    """A Zammad as it comes, with two accounts."""
    zammad = SandboxZammad(clock, version=version)
    tokens = {
        "admin": zammad.add_user("admin@example.com", ("Admin", "Agent"), firstname="Ada"),
        "bot": zammad.add_user("bot@example.com", ("Agent",), firstname="Bot"),
    }
    return Bench(zammad, clock, tokens)


def steps(plan: Plan, action: Action) -> list[Step]:
    """The steps of one action."""
    return [step for step in plan.steps if step.action is action]


def _essence(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in sorted(row) if name not in _CHANGES_BY_ITSELF}
