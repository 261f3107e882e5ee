"""A policy that was held back, by the commands: what lets it through, and what does not (P15)."""

import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.domain.vocabulary import Priority
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import load_mapping
from connector.policy.locate import MAPPINGS
from connector.work.reach import A_FEW
from connector.work.table import WorkTable
from tests.chaos.connector_group import Group, running
from tests.ports import free_port
from tests.unit.cli.conftest import Live, Run
from tests.unit.cli.test_commands import new_ticket
from tests.unit.cli.test_run import page

pytestmark = pytest.mark.process

HELD_BACK = 'interspace_policies_held_back_total{helpdesk="zammad"} 1.0'


@pytest.fixture
def environment(live: Live, tmp_path: Path) -> dict[str, str]:
    """More than a few open tickets, all worked on under the default policy. The next commands have a milder one, under
    which every P1 is a P2."""
    for _ in range(A_FEW + 1):
        new_ticket(live)
    with working(live.environment, tmp_path / "log") as worker:
        worker.wait_until(lambda: priorities(live) == {Priority.P1}, "every ticket has its priority")
    text = (MAPPINGS / "interspace.yaml").read_text()
    milder = text.replace("service_affecting:     {high: P1,", "service_affecting:     {high: P2,")
    assert milder != text
    (tmp_path / "milder.yaml").write_text(milder)
    return {**live.environment, "INTERSPACE_POLICY": str(tmp_path / "milder.yaml")}


@contextmanager
def working(environment: Mapping[str, str], log: Path) -> Iterator[Group]:
    """``interspace work``, which ends in good order if nothing else went wrong."""
    with running(["work"], environment, log) as worker:
        yield worker
        worker.send(signal.SIGTERM)
        assert worker.exit_code() == 0, log.read_text()


def priorities(live: Live) -> set[Priority | None]:
    """Of all tickets, as the connector reads them."""
    client = ZammadClient(live.environment["INTERSPACE_ZAMMAD_URL"], live.accounts.bot, lambda: datetime.now(UTC))
    desk = ZammadDesk(client, load_mapping(MAPPINGS / "zammad.yaml"))
    return {desk.read(ticket.id).fields.priority for page in desk.unresolved() for ticket in page}


def is_decided(live: Live, figures: int) -> bool:
    """The worker has applied the milder policy, or held it back."""
    return HELD_BACK in page(figures, "metrics") or priorities(live) == {Priority.P2}


def is_done(environment: Mapping[str, str]) -> bool:
    """The worker has done all that was due; not what it will look at again a moment after its own writes."""
    table = WorkTable.open_existing(environment["INTERSPACE_DATABASE_URL"])
    try:
        counts = table.counts()["zammad"]
        return not counts.due and not counts.leased
    finally:
        table.close()


def test_only_force_applies_a_policy_that_was_held_back(
    live: Live, run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    figures = free_port()
    with working({**environment, "INTERSPACE_WORKER_METRICS_PORT": str(figures)}, tmp_path / "log") as worker:
        worker.wait_until(lambda: is_decided(live, figures), "the sweep at the start has ended")

        plain = run("sweep", "--full", "--json", **environment)
        worker.wait_until(lambda: is_done(environment), "what the sweep found is done")
        after_plain = priorities(live)

        forced = run("sweep", "--full", "--force", "--json", **environment)
        assert (plain.returncode, forced.returncode) == (0, 0), plain.stderr + forced.stderr
        assert [json.loads(ran.stdout)["touched"] for ran in (plain, forced)] == [0, A_FEW + 1]
        worker.wait_until(lambda: priorities(live) == {Priority.P2}, "every ticket goes by the new policy")
        shown = page(figures, "metrics")

    assert after_plain == {Priority.P1}
    assert HELD_BACK in shown
    assert "interspace sweep --full --force" in (tmp_path / "log").read_text()


def test_whoever_allows_a_larger_change_needs_no_force(live: Live, environment: dict[str, str], tmp_path: Path) -> None:
    figures = free_port()
    allowed = {"INTERSPACE_LARGEST_CHANGE": "1", "INTERSPACE_WORKER_METRICS_PORT": str(figures)}
    with working({**environment, **allowed}, tmp_path / "log") as worker:
        worker.wait_until(lambda: is_decided(live, figures), "the sweep at the start has ended")

    assert priorities(live) == {Priority.P2}


def test_force_alone_is_a_mistake(run: Run, live: Live) -> None:
    ran = run("sweep", "--force", **live.environment)

    assert ran.returncode == 2
    assert "--force needs --full" in ran.stderr
