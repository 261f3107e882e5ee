"""Whether more workers do more: tickets a second with one, two and three worker processes on PostgreSQL."""

import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from connector.work.table import Key, WorkTable
from tests.chaos.connector_group import running
from tests.chaos.machines import Machine
from tests.chaos.policy import quick_ladder
from tests.chaos.rounds import connector_settings
from tests.chaos.sandbox import Sandbox
from tests.waiting import wait_until

ANSWER_S = 0.05
_TICKETS = 600
_AGE = timedelta(hours=2)
"""All levels have passed: one read and one write for each ticket, and nothing later."""


def with_workers(helpdesk: Sandbox, database_url: str, directory: Path, machines: list[Machine], through: str) -> float:
    """Tickets a second, from the moment they are due until the last has been written. ``through`` is the database as
    the machines see it."""
    settings = connector_settings(helpdesk, through, quick_ladder(directory), 1)
    table = WorkTable.open(database_url)
    with ExitStack() as started:
        for number, machine in enumerate(machines):
            log = directory / f"rate-{number}.log"
            started.enter_context(running(["work"], settings, log, machine.prefix))
        wait_until(
            lambda: all("worker started" in (directory / f"rate-{n}.log").read_text() for n in range(len(machines))),
            "the workers start",
        )
        tickets = helpdesk.opens(_TICKETS, _AGE)
        helpdesk.answers_in(ANSWER_S)
        goal = helpdesk.writes() + _TICKETS
        began = time.monotonic()
        table.touch([Key(helpdesk.name, ticket) for ticket in tickets], table.now())
        wait_until(lambda: helpdesk.writes() >= goal, "all tickets are written")
        seconds = time.monotonic() - began
        helpdesk.answers_in(0)
    table.close()
    return _TICKETS / seconds
