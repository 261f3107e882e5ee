"""P3: order does not matter: deliveries that are lost, repeated, late and out of order end in the same ticket as
perfect ones.

Two stages see the same people do the same things at the same times. On one every delivery arrives at once and in
order. On the other each arrives never, once or several times, in any order, old ones again among them, and the sweep
finds what was lost. Whenever the connector has worked, both tickets must be equal: fields, state, notes, proofs, links.

Tried, and red: the sweep takes no change of a known ticket for news; it puts off what it has found; a delivery that was
seen before is refused.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from connector.sandbox.stage import SETTLE
from connector.work.sweep import sweep
from tests.postgres import fresh_schema
from tests.promises.conftest import PLACES, Cast, set_the_stage
from tests.promises.evidence import outcome
from tests.promises.happenings import HAPPENINGS, seen

LIVES = {("zammad", "sqlite"): 24}
"""How many lives are played, whatever the profile: hundreds take minutes. On the other places fewer: databases and
helpdesks differ in little that matters."""

Delivery = tuple[str, Mapping[str, str], bytes]
Opened = Callable[[], AbstractContextManager[Cast]]
"""A fresh stage on a database of its own. A stage on another helpdesk with the same people serves as well."""

A_MOMENT = timedelta(milliseconds=1)
"""Between the connector's work and what happens next, as helpdesks count time: what a person changes in the very
instant of the connector's own write is told by its webhook only, and a clock that stands still makes that common."""

FATES = st.integers(0, 3)
"""How often a delivery arrives."""


class _Unreliable:
    """A network between helpdesk and receiver that tells the helpdesk each time that the delivery arrived."""

    def __init__(self, cast: Cast) -> None:
        self._arrive = cast.stage.post
        self._waiting: list[Delivery] = []
        self._past: list[Delivery] = []
        cast.stage.post = self._take

    def _take(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self._waiting.append((url, headers, body))
        return 202

    def deliver(self, draw: Callable[..., Any]) -> None:
        """What waits arrives, or does not, and some of what arrived long ago arrives again."""
        coming = [delivery for delivery in self._waiting for _ in range(draw(FATES))]
        if self._past:
            coming += [self._past[place] for place in draw(st.lists(st.integers(0, len(self._past) - 1), max_size=2))]
        for place in draw(st.permutations(range(len(coming)))):
            assert self._arrive(*coming[place]) == 202
        self._past += self._waiting
        self._waiting.clear()


class TwoTickets(RuleBasedStateMachine):
    """The same life of a ticket with perfect and with imperfect deliveries."""

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self._ending = ExitStack()
        self.perfect, self.imperfect = (self._ending.enter_context(opened()) for _ in range(2))
        self.network = _Unreliable(self.imperfect)

    @initialize(said=st.sampled_from(["Our line is dead.", "Since 2026-11-23 09:40 UTC.\nService ID: SVC-1005"]))
    def a_customer_writes(self, said: str) -> None:
        self.ticket, same = (cast.customer.writes("Line down", said) for cast in (self.perfect, self.imperfect))
        assert self.ticket == same

    @rule(name=st.sampled_from(sorted(HAPPENINGS)))
    def something_happens(self, name: str) -> None:
        for cast in (self.perfect, self.imperfect):
            cast.stage.clock.advance(A_MOMENT)
            HAPPENINGS[name](cast, self.ticket)
            cast.stage.sandbox.deliver_webhooks(cast.stage.post)

    @rule(data=st.data(), minutes=st.sampled_from([1, 4, 16, 55, 61, 130, 480, 1500]))
    def time_passes(self, data: st.DataObject, minutes: int) -> None:
        self.network.deliver(lambda strategy: data.draw(strategy, label="network"))
        self.advance(timedelta(minutes=minutes))

    def advance(self, length: timedelta) -> None:
        """The sweep comes when a delivery would have been acted on: both look at the same things at the same time."""
        until = self.perfect.stage.clock() + length
        for cast in (self.perfect, self.imperfect):
            cast.stage.clock.advance(SETTLE)
            sweep(cast.stage.desk, cast.stage.table, full=False)
            cast.stage.advance_to(until)
        self.compare()

    def compare(self) -> None:
        for actual, expected in zip(
            *(_everything(cast, self.ticket) for cast in (self.imperfect, self.perfect)), strict=True
        ):
            assert actual == expected
        assert self.imperfect.stage.table.dead_letters() == []

    def teardown(self) -> None:
        with self._ending:
            if hasattr(self, "ticket"):
                self.advance(timedelta(days=8))


def _everything(cast: Cast, ticket: str) -> list[dict[str, Any]]:
    """The ticket and those that the connector made for it."""
    now = seen(cast, ticket)
    outcomes = [outcome(one) for one in (now, *(seen(cast, link.id) for link in now.links))]
    return [{**one.pop("fields"), **one} for one in outcomes]


@pytest.fixture(autouse=True)
def silence() -> None:
    """Thousands of lines that nobody reads cost a fifth of the time."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def play(opened: Opened, examples: int) -> None:
    """So many examples, each of them on two stages."""
    run_state_machine_as_test(
        partial(TwoTickets, opened),  # type: ignore[arg-type]  # any callable will do
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.hypothesis
@pytest.mark.parametrize(("helpdesk", "database"), PLACES)
def test_any_fate_of_the_deliveries_ends_in_the_same_ticket(
    helpdesk: str, database: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    @contextmanager
    def on_sqlite() -> Iterator[Cast]:
        path = tmp_path_factory.mktemp("p3") / "work.sqlite3"
        with (cast := set_the_stage(f"sqlite:///{path}", helpdesk)).stage:
            yield cast

    @contextmanager
    def on_postgresql() -> Iterator[Cast]:
        server = request.getfixturevalue("postgres_server")
        with fresh_schema(server) as url, (cast := set_the_stage(url, helpdesk)).stage:
            yield cast

    play(on_sqlite if database == "sqlite" else on_postgresql, LIVES.get((helpdesk, database), 6))
