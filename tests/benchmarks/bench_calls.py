"""How many API calls the connector spends on a ticket: ``python -m tests.benchmarks.bench_calls``.

The whole system on the sandbox's stage with its stepped clock; the sandbox counts. These figures do not depend on
the machine.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from connector.work.sweep import sweep
from connector.work.table import Key
from tests.benchmarks.report import Row, show
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.promises.evidence import calls, writes

_SWEPT = 200
"""As many as fit on one page of a search."""


class Spent(NamedTuple):
    """API calls of the connector."""

    reads: int
    writes: int


def rows(*, quick: bool = False) -> list[Row]:
    """All figures; they take a few seconds, ``quick`` or not."""
    del quick
    with _cast() as cast:
        stage = cast.stage
        since = stage.house.served()
        created = _spent(cast, lambda: _opened(cast))
        searched = sum("search" in call for call in calls(stage, since))
        ticket = next(iter(stage.table.seen(stage.desk.name, ["1", "2"])))
        answered = _spent(cast, lambda: cast.agent.replies(ticket, "We are looking into it."))
        corrected = _spent(cast, lambda: cast.agent.sets(ticket, impact="degradation"))
        echo = _spent(cast, lambda: _touched(cast, ticket))
        escalated = _spent(cast, lambda: stage.advance(timedelta(hours=2)))
        stage.connect()
        unchanged = _spent(cast, lambda: _touched(cast, ticket))
        swept = _swept(cast)
    changed = {"a new complete ticket": created, "an agent's correction": corrected, "the next level": escalated}
    found = []
    for what, spent in changed.items():
        found.append(Row(figure=f"API calls: {what}, reads", measured=spent.reads, most=2))
        found.append(Row(figure=f"API calls: {what}, writes", measured=spent.writes, most=1, least=1))
    return [
        *found,
        Row(
            figure="API calls: a new complete ticket, of its reads the search for what comes back",
            measured=searched,
            least=1,
            most=1,
        ),
        Row(figure="API calls: an agent's answer, reads", measured=answered.reads, most=2),
        Row(figure="API calls: an unchanged ticket by webhook, reads", measured=unchanged.reads, most=2),
        Row(figure="API calls: an unchanged ticket by webhook, writes", measured=unchanged.writes, most=0),
        Row(figure="API calls: the own echo, reads", measured=echo.reads, most=2),
        Row(figure="API calls: the own echo, writes", measured=echo.writes, most=0),
        Row(figure=f"API calls: each of {_SWEPT} unchanged tickets in a sweep, of its own", measured=swept.own, most=0),
        Row(figure="API calls: that sweep, searches", measured=swept.searches),
    ]


class Swept(NamedTuple):
    """API calls of a sweep: bulk searches, and those about one ticket."""

    searches: int
    own: int


@contextmanager
def _cast() -> Iterator[Cast]:
    """The stage of the promises, with a silent log."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as directory:
        cast = set_the_stage(f"sqlite:///{Path(directory) / 'work.sqlite3'}")
        with cast.stage:
            yield cast
    structlog.configure(**before)


def _spent(cast: Cast, act: Callable[[], object]) -> Spent:
    since = cast.stage.house.served()
    act()
    cast.stage.settle()
    wrote = len(writes(cast.stage, since))
    return Spent(len(calls(cast.stage, since)) - wrote, wrote)


def _opened(cast: Cast) -> str:
    return cast.customer.writes("Line down", COMPLETE)


def _touched(cast: Cast, ticket: str) -> None:
    """What the receiver does with a webhook."""
    cast.stage.table.touch([Key(cast.stage.desk.name, ticket)], cast.stage.clock())


def _swept(cast: Cast) -> Swept:
    for _ in range(_SWEPT):
        _opened(cast)
    cast.stage.settle()
    since = cast.stage.house.served()
    sweep(cast.stage.desk, cast.stage.table, full=True)
    cast.stage.worker.run_due()
    made = calls(cast.stage, since)
    searches = sum("search" in call for call in made)
    return Swept(searches, len(made) - searches)


if __name__ == "__main__":
    show(rows())
