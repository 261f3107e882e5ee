"""A whole installation on Zammad in memory for the doctor to examine."""

from typing import Any

from pydantic import SecretStr

from connector.helpdesks.sender import Hook
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.doctor.checks import CHECKS
from connector.helpdesks.zammad.doctor.context import Context
from connector.helpdesks.zammad.install.planning import Setup, plan_zammad
from connector.helpdesks.zammad.install.tables import ZammadWriter
from connector.helpdesks.zammad.mapping import load_mapping
from connector.helpdesks.zammad.settings import WEBHOOK_SECRET
from connector.install.apply import apply
from connector.policy.locate import MAPPINGS
from connector.sandbox.zammad import SandboxZammad, triggers
from connector.sandbox.zammad.furnished import Accounts, connect_webhook, furnish, request
from connector.sandbox.zammad.world import Version
from connector.settings import compose
from connector.work.worker import Worker
from tests.builders import T0, default_policy
from tests.unit.doctor.examined import SECRET, Examined
from webhooks.app import create_app
from webhooks.receiver import Receiver

ZAMMAD = "http://localhost:3000"
RECEIVER = "http://localhost:8080"
ENDPOINT = f"{RECEIVER}/webhooks/zammad/main"


class Installation(Examined[Context]):
    """Set up by hand, or by the plan of ``interspace install``."""

    title = Context.TITLE
    checks = CHECKS
    receiver_url = RECEIVER

    def __init__(self, database_url: str, *, by_plan: bool = False, version: Version = "6.4") -> None:
        super().__init__(database_url)
        self.mapping = load_mapping(MAPPINGS / "zammad.yaml")
        self.sandbox = self.zammad = SandboxZammad(self.clock, version=version)
        self.accounts = self._by_plan() if by_plan else self._by_hand()
        self.zammad.restart_worker()
        hook = Hook("zammad", (SECRET.encode(),))
        self.receiver = create_app(Receiver([hook], self.commits.touch, self.clock, self.table.counts))
        desk = ZammadDesk(self._client(self.accounts.bot), self.mapping)
        self.worker = Worker(self.table, desk, default_policy())
        self.scheduler_runs = True
        self.settings = {
            "zammad_url": ZAMMAD,
            "zammad_token": SecretStr(self.accounts.bot),
            "zammad_admin_token": SecretStr(self.accounts.admin),
            "zammad_webhook_secret": SecretStr(SECRET),
            "proof_key": SecretStr(SECRET),
            "database_url": SecretStr(database_url),
        }

    def opened(self, **values: Any) -> Context:
        return Context(compose(self.settings), **values)

    def in_sandbox(self, url: str) -> str | None:
        return None if url.startswith(RECEIVER) else url

    def _by_hand(self) -> Accounts:
        accounts = furnish(self.zammad, self.mapping)
        for group in self.zammad.world.tables["Group"].values():
            group["email_address_id"] = 1
        connect_webhook(self.zammad, ENDPOINT, SECRET)
        return accounts

    def _by_plan(self) -> Accounts:
        admin = self.zammad.add_user("admin@example.com", ("Admin", "Agent"))
        bot = self.zammad.add_user("bot@example.com", ("Agent",))
        self.zammad.world.tables["Group"][1]["email_address_id"] = 1
        setup = Setup(self._client(admin), self._client(bot), default_policy(), self.mapping)
        secrets = {WEBHOOK_SECRET: SECRET}
        apply(ZammadWriter(setup.admin), plan_zammad(setup, secrets, T0.date(), receiver_url=ENDPOINT), secrets)
        # Zammad gives nobody access to a new group, the admin included.
        admin_row = self.zammad.world.tables["User"][self.zammad.user_id("admin@example.com")]
        admin_row["group_ids"] = {str(number): ["full"] for number in self.zammad.world.tables["Group"]}
        return Accounts(bot=bot, admin=admin)

    def _client(self, token: str) -> ZammadClient:
        return ZammadClient(ZAMMAD, token, self.clock, adapter=self.zammad.requests_adapter)

    def run_jobs(self) -> None:
        if self.scheduler_runs:
            triggers.run_due_jobs(self.zammad.world)

    def admin(self, method: str, path: str, body: Any = None) -> None:
        """A call of the admin. Raises ValueError if it is refused."""
        answer = request(self.zammad, self.accounts.admin, method, path, body)
        if answer.status >= 300:
            raise ValueError(f"{method} {path}: {answer.status} {answer.body!r}")

    def traces(self) -> list[str]:
        world = self.zammad.world
        names = [row["name"] for model in ("Trigger", "Job") for row in world.table(model).values()]
        titles = [row["title"] for row in world.table("Ticket").values()]
        return [name for name in names + titles if "doctor" in name]
