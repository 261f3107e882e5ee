"""P14: clock changes, a leap day, holidays, clock jumps and a restart across a deadline: every level exactly once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.helpdesks.zammad.load import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.stage import Stage
from tests.builders import default_policy
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, proofs

LEVELS = [
    "Escalation level 2: shift manager",
    "Escalation level 3: head of operations",
    "Escalation level 4: director",
    "Escalation level 5: management board",
]


@pytest.fixture(
    params=[
        datetime(2026, 3, 28, 22, 30, tzinfo=UTC),
        datetime(2026, 10, 24, 22, 30, tzinfo=UTC),
        datetime(2028, 2, 28, 22, 30, tzinfo=UTC),
        datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
    ],
    ids=["clock forward", "clock back", "leap day", "new year"],
)
def night(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A stage shortly before a night with a peculiarity."""
    mapping = load_mapping(MAPPINGS / "zammad.yaml")
    with Stage(default_policy(), mapping, f"sqlite:///{tmp_path / 'w.sqlite3'}", request.param) as stage:
        yield stage


def test_a_p1_through_the_night_reaches_every_level_once_at_its_hour(night: Stage) -> None:
    customer = night.person("ada@harbour.example", organization="Harbour Bank")
    agent = night.person("grace@interspace.example", "Agent")
    created = night.clock()
    ticket = customer.writes("Line down", COMPLETE)
    night.settle()
    agent.replies(ticket, "We are on it.")

    night.advance(timedelta(hours=9))

    seen = night.ticket(ticket)
    fired = [article for article in seen.articles if article.subject.startswith("Escalation level")]
    assert [article.created_at - created for article in fired] == [timedelta(hours=hours) for hours in (1, 2, 4, 8)]
    assert levels_noted(seen) == LEVELS


def test_p4_counts_working_time_over_a_weekend_with_the_clock_change(tmp_path: Path) -> None:
    """Friday 16:30 in Berlin before the clock goes forward; one working day later it is Monday 16:30, UTC+2."""
    start = datetime(2026, 3, 27, 15, 30, tzinfo=UTC)
    mapping = load_mapping(MAPPINGS / "zammad.yaml")
    with Stage(default_policy(), mapping, f"sqlite:///{tmp_path / 'w.sqlite3'}", start) as stage:
        customer = stage.person("ada@harbour.example", organization="Harbour Bank")
        agent = stage.person("grace@interspace.example", "Agent")
        ticket = customer.writes(
            "Slow", COMPLETE.replace("service affecting", "non service affecting").replace("high", "low")
        )
        stage.settle()
        agent.replies(ticket, "We are on it.")
        stage.settle()

        assert stage.ticket(ticket).fields.priority == "P4"
        assert stage.ticket(ticket).fields.next_escalation_at == datetime(2026, 3, 30, 14, 30, tzinfo=UTC)


def test_a_clock_that_jumps_ahead_and_back_fires_nothing_twice(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.replies(ticket, "We are on it.")
    stage.settle()

    stage.advance(timedelta(hours=1))
    stage.clock.set(stage.clock() - timedelta(hours=1))
    stage.advance(timedelta(hours=2, minutes=1))

    assert levels_noted(stage.ticket(ticket)) == LEVELS[:2]


def test_a_restart_across_several_deadlines_tells_only_the_highest(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.replies(ticket, "We are on it.")
    stage.settle()

    stage.clock.advance(timedelta(hours=5))
    stage.connect()
    stage.settle()

    seen = stage.ticket(ticket)
    assert levels_noted(seen) == ["Escalation level 4: director"]
    assert {name: proofs(seen)[name] for name in ("level-2", "level-3", "level-4")} == dict.fromkeys(
        ("level-2", "level-3", "level-4"), 1
    )
