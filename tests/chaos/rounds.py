"""Kill everything, start it again, as often as wanted, while 32 senders deliver; then count what is missing (P1)."""

import random
import time
from datetime import timedelta
from pathlib import Path

from connector.helpdesks.jira.creation import VISIBLE_AFTER
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.work.table import WorkTable
from connector.work.worker import LEASE
from tests.chaos.connector_group import running, wait_until_alive
from tests.chaos.evidence import Outcome, gather
from tests.chaos.policy import AGE, LAST_LEVEL_AFTER, quick_ladder
from tests.chaos.sandbox import Sandbox
from tests.chaos.senders import Senders
from tests.chaos.worker import Order, worker_process
from tests.ports import free_port
from tests.waiting import is_quiet, wait_until

PARTS = ("receive", "work")
_FEW, _MANY = 4, 80
"""Tickets: to see that the worker is there; and more than senders are told of before the kill."""


def kill_and_restart(helpdesk: Sandbox, database_url: str, directory: Path, kills: int, seed: int = 1) -> Outcome:
    """``kills`` times: starts receiver and worker, kills them at a random moment under load. Then once more, until
    every event is acknowledged; then kills that one too, and a last worker does what is left."""
    began, chance, port = time.monotonic(), random.Random(seed), free_port()
    policy = quick_ladder(directory)
    settings = connector_settings(helpdesk, database_url, policy, port)
    senders, tickets = Senders(helpdesk, [("127.0.0.1", port)], seed), list[str]()

    def tell(count: int) -> None:
        more = helpdesk.opens(count, AGE, LAST_LEVEL_AFTER)
        tickets.extend(more)
        senders.tell(more)

    try:
        for _ in range(kills):
            with running(PARTS, settings, directory / "log") as group:
                wait_until_alive(group, "127.0.0.1", port)
                before = helpdesk.writes()
                tell(_FEW)
                wait_until_written(helpdesk, before)
                tell(max(0, _MANY - senders.untold))
                senders.wait_for(senders.acknowledged + chance.randrange(1, _MANY))
        with running(PARTS, settings, directory / "log") as group:
            wait_until_alive(group, "127.0.0.1", port)
            senders.finish()
    finally:
        senders.abandon()
    finish_what_is_left(helpdesk, database_url, directory, policy)
    rules = load_policy(policy, MAPPINGS / "services.yaml")
    evidence = gather(helpdesk, rules, tickets)
    assert set(tickets) == senders.told
    return Outcome(kills + 1, senders.acknowledged, senders.refused, len(tickets), evidence, time.monotonic() - began)


def wait_until_written(helpdesk: Sandbox, before: int) -> None:
    """Until the worker has written more: its start takes longer than the receiver's."""
    wait_until(lambda: helpdesk.writes() > before, "the worker writes")


def connector_settings(helpdesk: Sandbox, database_url: str, policy: Path, port: int) -> dict[str, str]:
    """The environment of receiver and worker."""
    return {
        **helpdesk.environment,
        "INTERSPACE_DATABASE_URL": database_url,
        "INTERSPACE_POLICY": str(policy),
        "INTERSPACE_PORT": str(port),
        "INTERSPACE_RECEIVER_PROCESSES": "1",
        "INTERSPACE_SETTLE_SECONDS": "0.1",
        "INTERSPACE_SWEEP_MINUTES": "1440",
    }


def finish_what_is_left(helpdesk: Sandbox, database_url: str, directory: Path, policy: Path) -> None:
    """A worker that lives when every lease has ended, every level has been due and every search is up to date, until
    nothing is left."""
    helpdesk.clock.advance(max(LEASE, VISIBLE_AFTER) + LAST_LEVEL_AFTER + timedelta(seconds=1))
    order = Order.on(helpdesk, database_url, directory / "log")._replace(policy=policy)
    table = WorkTable.open(database_url, helpdesk.clock)
    with worker_process(order) as worker:

        def is_done() -> bool:
            assert worker.is_alive(), order.log.read_text()
            return is_quiet(table, helpdesk.name)

        wait_until(is_done, "the last worker has nothing left to do")
    table.close()
