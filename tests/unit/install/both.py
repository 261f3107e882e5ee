"""The benches of both helpdesks, so that one test can hold for each."""

import pytest

from connector.install.apply import apply
from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import Flavour, SandboxJira
from connector.sandbox.jira.furnished import ADMIN, BOT
from connector.sandbox.zammad import SandboxZammad
from tests.unit.helpdesks.jira.install import bench as jira
from tests.unit.helpdesks.zammad.install import bench as zammad

KINDS = ("zammad", *jira.FLAVOURS)

INTERRUPTED = (
    ("status", 9),
    pytest.param("status", 1, marks=pytest.mark.slow),
    pytest.param("lose answer", 1, marks=pytest.mark.slow),
)
"""What happens to a write of an installation, and to each how manieth: to every single one takes a while."""

AnyBench = zammad.Bench | jira.JiraBench


def new_bench(clock: SteppedClock, kind: str) -> AnyBench:
    """A bare helpdesk of this kind."""
    flavours: dict[str, Flavour] = {flavour: flavour for flavour in jira.FLAVOURS}
    return jira.new_bench(clock, flavours[kind]) if kind in flavours else zammad.new_bench(clock)


def name_of(bench: AnyBench) -> str:
    """The helpdesk as the command line calls it."""
    return "jira" if isinstance(bench, jira.JiraBench) else "zammad"


def sandbox_of(bench: AnyBench) -> SandboxJira | SandboxZammad:
    """The helpdesk itself."""
    return bench.jira if isinstance(bench, jira.JiraBench) else bench.zammad


def credentials(bench: AnyBench) -> dict[str, str]:
    """The settings with which both accounts are used."""
    held = {"TOKEN": bench.tokens["bot"], "ADMIN_TOKEN": bench.tokens["admin"]}
    if isinstance(bench, jira.JiraBench) and bench.jira.flavour == "cloud":
        held |= {"USER": BOT, "ADMIN_USER": ADMIN}
    return {f"INTERSPACE_{name_of(bench).upper()}_{name}": value for name, value in held.items()}


def hook_secrets(bench: AnyBench) -> list[str | None]:
    """The secrets of all webhooks that the helpdesk has."""
    if isinstance(bench, jira.JiraBench):
        return [hook.secret for hook in bench.jira.world.webhooks.values()]
    return [hook["signature_token"] for hook in bench.zammad.world.table("Webhook").values()]


def apply_steps(bench: AnyBench, count: int) -> None:
    """Apply exactly so many steps of a plan, then the admin pulls the plug."""

    class UnpluggedError(Exception):
        pass

    def pull(done: int, total: int, step: object) -> None:
        if done >= count:
            raise UnpluggedError

    try:
        apply(bench.writer(), bench.plan(), zammad.SECRETS | jira.SECRETS, pull)
    except UnpluggedError:
        return
