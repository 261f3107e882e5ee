"""The memory on an issue: ours or as good as not there. Whatever it holds, no level is repeated or skipped."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connector.domain.decision import Note
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor
from connector.helpdesks.jira.memory import INTENDED, MARKS, Memory
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.work.reconcile import reconcile
from tests.unit.helpdesks.jira.bench import Bench

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MEMORY = Memory((), "a token of tests")
TIMES = st.dictionaries(
    st.from_regex(r"[A-Za-z0-9_.:-]{1,30}", fullmatch=True),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    max_size=6,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
POLICY = load_policy(MAPPINGS / "interspace.yaml", MAPPINGS / "services.yaml")


@given(TIMES)
def test_what_is_sealed_can_be_opened(times: dict[str, datetime]) -> None:
    value = json.loads(json.dumps(MEMORY.sealed(MARKS, "10041", times, 3)))

    assert MEMORY.opened(MARKS, "10041", value) == (times, 3)


@given(JSON)
def test_anything_else_is_nothing(value: Any) -> None:
    assert MEMORY.opened(MARKS, "10041", value) is None


@given(TIMES, st.data())
def test_any_change_of_it_is_nothing(times: dict[str, datetime], data: st.DataObject) -> None:
    text = json.dumps(MEMORY.sealed(MARKS, "10041", times))
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.characters(min_codepoint=32, max_codepoint=126)) + text[at + 1 :]
    try:
        value = json.loads(changed)
    except ValueError:
        return

    assert MEMORY.opened(MARKS, "10041", value) == ((times, 0) if value == json.loads(text) else None)


@pytest.mark.parametrize(
    "opened",
    [
        lambda value: MEMORY.opened(MARKS, "10042", value),
        lambda value: MEMORY.opened(INTENDED, "10041", value),
        lambda value: Memory((), "another token").opened(MARKS, "10041", value),
        lambda value: MEMORY.opened(MARKS, "10041", {**value, "more": 1}),
        lambda value: MEMORY.opened(MARKS, "10041", {**value, "version": 1}),
        lambda value: MEMORY.opened(MARKS, "10041", {**value, "comments": 9}),
        lambda value: MEMORY.opened(MARKS, "10041", {**value, "signature": "ü"}),
        lambda value: MEMORY.opened(MARKS, "10041", {**value, "signature": None}),
    ],
    ids=[
        "another issue",
        "another property",
        "another token",
        "more",
        "another version",
        "more comments",
        "not ascii",
        "unsigned",
    ],
)
def test_what_was_signed_for_something_else_is_nothing(opened: Callable[[Any], Any]) -> None:
    assert opened(MEMORY.sealed(MARKS, "10041", {"level-2": AT})) is None


def test_it_never_grows_beyond_what_jira_stores() -> None:
    times = {f"repaired-group-{number}": AT + timedelta(seconds=number) for number in range(5_000)}

    value = MEMORY.sealed(MARKS, "10041", times, 7)

    assert len(json.dumps(value)) <= 32_768
    kept = MEMORY.opened(MARKS, "10041", value)
    assert kept is not None
    assert "repaired-group-0" in kept.times
    assert kept.comments == 0, "it does not stand for comments whose marks had no room"


def test_a_huge_one_is_nothing() -> None:
    times = {f"level-{number}": AT.isoformat() for number in range(10_000)}
    marks = {AT.isoformat(): [*times]}

    assert MEMORY.opened(MARKS, "10041", {"version": 1, "marks": times, "signature": "0" * 64}) is None
    assert MEMORY.opened(MARKS, "10041", {"version": 2, "marks": marks, "comments": 1, "signature": "0" * 64}) is None


def test_it_shows_no_key() -> None:
    assert "token" not in repr(MEMORY)


def escalated(bench: Bench) -> str:
    """A P1 incident, fully described, an hour and a minute old: on level 2."""
    details: dict[str, Any] = {
        bench.field("service_id"): "SVC-1001",
        bench.field("problem_start"): "2026-11-22T09:55:00.000+0000",
        bench.field("short_description"): "Line down",
        bench.field("impact"): {"value": "service_affecting"},
        bench.field("urgency"): {"value": "high"},
    }
    issue = bench.opens(**details)
    settles(bench, issue)
    bench.passes(minutes=61)
    settles(bench, issue)
    assert bench.read(issue).fields.escalation_level == 2
    return issue


def settles(bench: Bench, issue: str) -> None:
    """The connector works until there is nothing left to do."""
    for _ in range(6):
        if reconcile(bench.desk, POLICY, TicketId(issue), bench.clock()).decision.writes_nothing:
            return
        bench.passes(seconds=3)
    raise AssertionError("the connector never comes to rest")


def levels_told(bench: Bench, issue: str) -> list[str]:
    """The levels that notes of the connector announce, in their order."""
    told = [article.subject for article in bench.read(issue).articles if article.author is Actor.CONNECTOR]
    return [part for title in told for part in title.split("; ") if part.startswith("Escalation level")]


def test_the_memory_travels_with_the_note(bench: Bench) -> None:
    issue = escalated(bench)
    held = bench.jira.world.issue(issue).properties[MARKS]

    (write,) = [one for one in bench.sent if one.is_write and "level-2" in json.dumps(one.body)]
    assert write.method == "PUT"
    assert {"fields", "update", "properties"} <= write.body.keys()
    (at,) = [time for time, marks in held["marks"].items() if "level-2" in marks]
    assert bench.read(issue).marks[Mark("level", 2)] == datetime.fromisoformat(at)


DAMAGES: dict[str, Callable[[Bench, str, Any], Any]] = {
    "untouched": lambda bench, issue, held: held,
    "empty": lambda bench, issue, held: {},
    "not an object": lambda bench, issue, held: "level-9",
    "levels added": lambda bench, issue, held: {
        **held,
        "marks": {**held["marks"], AT.isoformat(): ["level-3", "level-4", "level-5"]},
    },
    "levels removed": lambda bench, issue, held: {**held, "marks": {}},
    "unsigned": lambda bench, issue, held: {key: value for key, value in held.items() if key != "signature"},
    "signed with another token": lambda bench, issue, held: Memory((), "stolen").sealed(
        MARKS, issue, {f"level-{level}": AT for level in range(1, 6)}
    ),
    "of another issue": lambda bench, issue, held: Memory((), bench.accounts.bot).sealed(
        MARKS, "4711", {f"level-{level}": AT for level in range(1, 6)}
    ),
    "oversized": lambda bench, issue, held: {**held, "marks": {AT.isoformat(): [f"level-{n}" for n in range(2_000)]}},
    "nested": lambda bench, issue, held: {**held, "marks": [[[[[[[{"level-3": 1}]]]]]]]},
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_damage_repeats_or_skips_a_level(bench: Bench, damage: str) -> None:
    issue = escalated(bench)
    held = bench.jira.world.issue(issue).properties[MARKS]
    bench.calls(
        bench.agent,
        "PUT",
        f"issue/{issue}/properties/{MARKS}",
        DAMAGES[damage](bench, issue, json.loads(json.dumps(held))),
    )
    settles(bench, issue)
    assert bench.read(issue).fields.escalation_level == 2
    bench.passes(minutes=60)
    settles(bench, issue)

    ticket = bench.read(issue)
    assert ticket.fields.escalation_level == 3
    assert [title[:18] for title in levels_told(bench, issue)] == ["Escalation level 2", "Escalation level 3"]
    assert {"level-2", "level-3"} <= ticket.marks.keys()


def test_an_old_memory_put_back_repeats_nothing(bench: Bench) -> None:
    issue = bench.opens()
    ticket = bench.read(issue)
    bench.desk.write(ticket, {}, Note(public=False, title="2", text="", marks=frozenset({Mark.parse("level-2")})))
    old = json.loads(json.dumps(bench.jira.world.issue(issue).properties[MARKS]))
    bench.passes(seconds=5)
    bench.desk.write(
        bench.read(issue), {}, Note(public=False, title="3", text="", marks=frozenset({Mark.parse("level-3")}))
    )
    bench.calls(bench.agent, "PUT", f"issue/{issue}/properties/{MARKS}", old)

    assert {"level-2", "level-3"} <= bench.read(issue).marks.keys()


def test_deleted_notes_repeat_nothing(bench: Bench) -> None:
    issue = escalated(bench)
    before = dict(bench.read(issue).marks)
    for row in bench.calls(bench.accounts.admin, "GET", f"issue/{issue}/comment")["comments"]:
        bench.calls(bench.accounts.admin, "DELETE", f"issue/{issue}/comment/{row['id']}")
    settles(bench, issue)

    ticket = bench.read(issue)
    assert before.keys() <= ticket.marks.keys()
    assert {mark: ticket.marks[mark] for mark in before} == before
    assert levels_told(bench, issue) == []


def test_deleted_notes_and_a_damaged_memory_repeat_no_level(bench: Bench) -> None:
    """The changelog tells who set the level."""
    issue = escalated(bench)
    for row in bench.calls(bench.accounts.admin, "GET", f"issue/{issue}/comment")["comments"]:
        bench.calls(bench.accounts.admin, "DELETE", f"issue/{issue}/comment/{row['id']}")
    bench.calls(bench.agent, "PUT", f"issue/{issue}/properties/{MARKS}", {})
    settles(bench, issue)
    assert levels_told(bench, issue) == []
    bench.passes(minutes=60)
    settles(bench, issue)

    assert [title[:18] for title in levels_told(bench, issue)] == ["Escalation level 3"]


def test_a_new_token_without_a_key_forgets_the_memory_and_learns_it_again_from_the_notes(bench: Bench) -> None:
    issue = escalated(bench)
    user = "interspace-bot@sandbox.example"
    bench.desk = bench.connected(bench.jira.add_user(user))
    settles(bench, issue)
    told = levels_told(bench, issue)
    bench.passes(minutes=60)
    settles(bench, issue)

    assert levels_told(bench, issue)[: len(told)] == told
    assert len(levels_told(bench, issue)) == len(told) + 1
    memory = bench.jira.world.issue(issue).properties[MARKS]["marks"].values()
    assert {"level-2", "level-3"} <= {mark for marks in memory for mark in marks}


def test_a_damaged_memory_is_told_once(bench: Bench) -> None:
    issue = bench.opens()
    bench.calls(bench.agent, "PUT", f"issue/{issue}/properties/{MARKS}", {"level": 9})

    with capture_logs() as logs:
        bench.read(issue)
        bench.read(issue)

    (line,) = [line for line in logs if line.get("ticket") == "ISP-1"]
    assert line["log_level"] == logging.getLevelName(logging.INFO).lower()
