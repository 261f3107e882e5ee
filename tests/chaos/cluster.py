"""Three receivers and three workers on one PostgreSQL, each a process group of its own, perhaps on its own machine."""

import itertools
import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from tests.chaos.connector_group import Group, wait_until_alive
from tests.chaos.evidence import Outcome, gather
from tests.chaos.machines import Machine
from tests.chaos.policy import AGE, LAST_LEVEL_AFTER, quick_ladder
from tests.chaos.rounds import connector_settings, finish_what_is_left
from tests.chaos.sandbox import Sandbox
from tests.chaos.senders import Senders
from tests.chaos.severable import Way
from tests.ports import free_port

SIZE = 3
LOOPBACK = (Machine(),) * 2 * SIZE
_LOAD = 40
"""Tickets that senders are told of between two blows."""


class Cluster:
    """Under load from the start. Its blows are methods; after each the load goes on."""

    def __init__(
        self,
        helpdesk: Sandbox,
        way: Way,
        directory: Path,
        closing: ExitStack,
        machines: Sequence[Machine] = LOOPBACK,
        seed: int = 1,
    ) -> None:
        self.kills = 0
        self._began = time.monotonic()
        self._helpdesk, self._way, self._directory = helpdesk, way, directory
        self._closing, self._chance = closing, random.Random(seed)
        self._policy = quick_ladder(directory)
        self._machines = list(machines)
        self._ports = [free_port() for _ in range(SIZE)]
        self._tickets: list[str] = []
        self._logged = [0] * 2 * SIZE
        """How long each one's log was when its command was started last."""
        self._parts = [self._start(number) for number in range(2 * SIZE)]
        receivers = [(machine.address, port) for machine, port in zip(self._machines, self._ports, strict=False)]
        for group, receiver in zip(self._parts, receivers, strict=False):
            wait_until_alive(group, *receiver)
        self.senders = Senders(helpdesk, receivers, seed)
        closing.callback(self.senders.abandon)

    def _start(self, number: int) -> Group:
        machine, is_receiver = self._machines[number], number < SIZE
        port = self._ports[number % SIZE]
        settings = connector_settings(self._helpdesk, self._way.url, self._policy, port)
        settings["INTERSPACE_HOST"] = machine.address
        log = self._directory / f"{'receiver' if is_receiver else 'worker'}-{number % SIZE}.log"
        self._logged[number] = log.stat().st_size if log.exists() else 0
        group = Group(["receive" if is_receiver else "work"], settings, log, machine.prefix)
        self._closing.callback(group.kill)
        return group

    def load(self, acknowledged: int | None = None) -> None:
        """More tickets; returns when so many of their events are acknowledged, else a random number."""
        more = self._helpdesk.opens(_LOAD, AGE, LAST_LEVEL_AFTER)
        self._tickets += more
        self.senders.tell(more)
        wanted = self._chance.randrange(1, _LOAD) if acknowledged is None else acknowledged
        self.senders.wait_for(self.senders.acknowledged + wanted)

    def kill_in_turn(self, pairs: int = SIZE) -> None:
        """A receiver, a worker, the next receiver …, under load; each is started again at once."""
        for number in itertools.chain(*((pair, SIZE + pair) for pair in range(pairs))):
            self.load()
            self._parts[number].kill()
            self.kills += 1
            self._parts[number] = self._start(number)

    def without(self, sever: Callable[[], None], mend: Callable[[], None], hold: Callable[[], object]) -> None:
        """Under load, something is severed until ``hold`` returns."""
        self.load()
        self.load(0)
        # A worker that starts without a database ends by design: here all have to be at work.
        for number in range(SIZE, 2 * SIZE):
            self._parts[number].wait_until(partial(self._has_started, number), "the worker has started")
        sever()
        try:
            hold()
        finally:
            mend()
        self.load()

    def _has_started(self, number: int) -> bool:
        return b"worker started" in self._parts[number].log.read_bytes()[self._logged[number] :]

    def finish(self, database_url: str) -> Outcome:
        """All stories are told to their end; all processes are killed; a last worker does what is left."""
        self.senders.finish()
        assert all(group.is_running() for group in self._parts), "a database that was cut off has ended a process"
        for group in self._parts:
            group.kill()
        finish_what_is_left(self._helpdesk, database_url, self._directory, self._policy)
        assert set(self._tickets) == self.senders.told
        rules = load_policy(self._policy, MAPPINGS / "services.yaml")
        evidence = gather(self._helpdesk, rules, self._tickets)
        seconds = time.monotonic() - self._began
        senders = self.senders
        return Outcome(self.kills, senders.acknowledged, senders.refused, len(self._tickets), evidence, seconds)
