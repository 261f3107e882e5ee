"""Requests get slower before Jira refuses them, by what its answers say is left."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.pace import RequestSpacing, step_of
from connector.sandbox.jira import limits
from tests.unit.helpdesks.jira.bench import Bench

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SOON = (NOW + timedelta(seconds=10)).isoformat()


def told(remaining: str, **more: str) -> dict[str, str]:
    names = {"limit": "X-RateLimit-Limit", "reset": "X-RateLimit-Reset", "near": "X-RateLimit-NearLimit"}
    names |= {"fill": "X-RateLimit-FillRate", "interval": "X-RateLimit-Interval-Seconds"}
    return {"X-RateLimit-Remaining": remaining} | {names[name]: text for name, text in more.items()}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        (told("50", limit="100", reset=SOON), None),
        (told("20", limit="100", reset=SOON), None),
        (told("10", limit="100", reset=SOON), 1.0),
        (told("0", limit="100", reset=SOON), 10.0),
        (told("50", limit="100", reset=SOON, near="true"), 0.2),
        (told("1", limit="60", fill="30", interval="60"), 2.0),
        (told("1", limit="60"), 0.5),
        (told("1", limit="100", reset="soon"), 0.5),
        (told("1", limit="100", reset=(NOW - timedelta(hours=1)).isoformat()), 0.0),
        (told("-1", limit="100"), None),
        (told("9" * 30, limit="x"), None),
    ],
)
def test_what_an_answer_says_of_its_limit(headers: dict[str, str], seconds: float | None) -> None:
    step = step_of(headers, NOW)

    assert step == (None if seconds is None else timedelta(seconds=seconds))


def test_each_request_waits_for_a_place_of_its_own_and_no_other_kind_waits() -> None:
    pace = RequestSpacing()
    pace.learn("GET issue", told("10", limit="100", reset=SOON), NOW)

    waits = [pace.wait("GET issue", NOW) for _ in range(3)]

    assert waits == [1.0, 2.0, 2.0], "two seconds at most"
    assert pace.wait("PUT issue", NOW) == 0
    assert pace.wait("GET issue", NOW + timedelta(minutes=1)) == 0


def test_it_ends_when_there_are_plenty_again() -> None:
    pace = RequestSpacing()
    pace.learn("GET issue", told("1", limit="100", reset=SOON), NOW)
    pace.learn("GET issue", told("99", limit="100", reset=SOON), NOW)

    assert pace.wait("GET issue", NOW) == 0


def test_a_client_slows_down_before_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.BURSTS, "GET", 10)
    bench = Bench("cloud")
    bench.jira.world.limits.burst = True
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        bench.clock.advance(timedelta(seconds=seconds))

    client = JiraClient(bench.desk.site.connection, bench.clock, EndpointPauses(), sleep=sleep)
    for _ in range(40):
        client.get("api/2/myself")

    assert slept, "nothing was refused, because requests were spread"
