"""P17: ``interspace explain`` reproduces every decision: rules, inputs, reasons with their numbers, policy version,
what is written and the next deadline.

The command is run against the helpdesk at the very moments at which the worker looks at a ticket, and compared with
what the worker then does, logs and stores. Worker and command share the rules, and with them the rules' faults: so the
life of a P1 is foretold by hand too, from the tables of the policy, and what the rules see is compared with what the
helpdesk's own API tells.

Tried, and red: ``--at`` is ignored; the command decides under another policy; the worker writes another note than was
explained; in the rules, which both share, a missed target raises to another level, or ages count double.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import pytest
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from connector import logs
from connector.cli import cli
from connector.domain.changes import Changes
from connector.domain.decision import NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketKind, TicketState
from connector.helpdesks.helpdesk import Helpdesk
from connector.sandbox.jira.furnished import BOT as JIRA_BOT
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.stage import Stage
from connector.sandbox.story import tell
from connector.sandbox.zammad.house import ZammadHouse
from connector.settings import Settings
from connector.work import others
from connector.work.table import Key
from connector.work.worker import Worker
from tests.builders import T0
from tests.promises.conftest import COMPLETE, Cast, Place, open_stage, with_people

STORY_BEGINS = datetime.fromisoformat("2026-11-23T09:00:00Z")
VALUES = TypeAdapter(dict[str, Any])


class Looked(NamedTuple):
    """One look of the worker at a ticket: what ``explain`` said just before, and what the worker then did."""

    explained: dict[str, Any]
    did: dict[str, Any]


class Explain(Protocol):
    """Runs the command; its JSON answer, or its text."""

    def __call__(self, ticket: str, at: datetime, *, as_json: bool = True) -> Any:
        """As the worker would decide at that time."""


class Watched:
    """The worker's helpdesk. Before it reads a ticket, ``explain`` is asked; what is written is noted."""

    def __init__(self, desk: Helpdesk, explain: Callable[[str], dict[str, Any]]) -> None:
        self.unwatched = desk
        self._explain = explain
        self.looks: list[Looked] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unwatched, name)

    def read(self, ticket_id: TicketId) -> Ticket:
        nothing: dict[str, Any] = {"changes": {}, "note": None, "state": None, "creates": []}
        self.looks.append(Looked(self._explain(ticket_id), nothing))
        return self.unwatched.read(ticket_id)

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        self.looks[-1].did.update(changes=_plain(changes), note=note and _sorted(_noted(note)))
        self.looks[-1].did.update(state=state and state.value)
        return self.unwatched.write(ticket, changes, note, state)

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        self.looks[-1].did["creates"].append(new.model_dump(mode="json"))
        return self.unwatched.ensure(new, incident)


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = VALUES.dump_python(dict(changes), mode="json")
    return plain


_ACTS = ("changes", "state", "notices", "creates", "links", "touches")


def _noted(note: Note) -> dict[str, Any]:
    plain: dict[str, Any] = to_jsonable_python({**note.as_data(), "files": ()})
    return plain


def _sorted(note: dict[str, Any]) -> dict[str, Any]:
    """Without the files, which are made of the documents right before the write, and what they prove."""
    marks = sorted(mark for mark in note["marks"] if not mark.startswith("document-"))
    return {**note, "marks": marks, "files": []}


@pytest.fixture
def stage(place: Place) -> Iterator[Stage]:
    """An hour earlier than usual, as the story has it."""
    with open_stage(place.database_url, STORY_BEGINS, place.helpdesk) as opened:
        yield opened


@pytest.fixture
def explain(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Explain, list[dict[str, Any]]]]:
    """The command against the stage's helpdesk, and what the worker has logged meanwhile."""
    logged: list[dict[str, Any]] = []
    with stage.sandbox.serve() as server:
        for name, value in access(stage, server.url).items():
            monkeypatch.setenv(f"INTERSPACE_{name}", value)

        def run(ticket: str, at: datetime, *, as_json: bool = True) -> Any:
            assert at.microsecond == 0
            arguments = ["explain", ticket, "--at", f"{at:%Y-%m-%dT%H:%M:%S%z}", "--log-format", "json"]
            collect()
            cli.main([*arguments, *(["--json"] if as_json else [])], standalone_mode=False)
            said = capsys.readouterr().out
            return json.loads(said) if as_json else said

        def collect() -> None:
            lines = map(json.loads, capsys.readouterr().err.splitlines())
            logged.extend(line for line in lines if line["event"] == "reconciled")

        yield run, logged


def access(stage: Stage, url: str) -> dict[str, str]:
    """What the command has to know of the stage's helpdesk, if it is found at ``url``."""
    house = stage.house
    if isinstance(house, JiraHouse):
        user = {"JIRA_USER": JIRA_BOT} if house.sandbox.flavour == "cloud" else {}
        return {"JIRA_URL": url, "JIRA_TOKEN": house.accounts.bot, **user}
    assert isinstance(house, ZammadHouse)
    return {"ZAMMAD_URL": url, "ZAMMAD_TOKEN": house.accounts.bot}


@pytest.fixture(autouse=True)
def read_within_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tickets that a look asks for are read by the helpdesk itself: that begins no look."""
    within = others.with_others

    def with_others(desk: Any, *rest: Any) -> Ticket:
        return within(desk.unwatched if isinstance(desk, Watched) else desk, *rest)

    monkeypatch.setattr(others, "with_others", with_others)


def watched(stage: Stage, explain: Explain) -> Watched:
    """From now on ``explain`` is asked before each look of the worker, and its log can be read."""
    logs.configure(Settings(log_format="json"))
    desk = Watched(stage.desk, lambda ticket: explain(ticket, stage.clock()))
    stage.worker = Worker(stage.table, desk, stage.policy)
    return desk


def compare(stage: Stage, looks: list[Looked], logged: list[dict[str, Any]]) -> None:
    """Every look was foretold: what was written, what was logged, under which policy, until when."""
    assert len(looks) == len(logged)
    for look, line in zip(looks, logged, strict=True):
        decision = look.explained["decision"]
        note = decision["note"] and _sorted(decision["note"])
        assert look.explained["policy"] == stage.policy.version
        assert look.did == {**{name: decision[name] for name in ("changes", "state", "creates")}, "note": note}
        acted = [one for one in decision["outcomes"] if any(one[what] for what in _ACTS) and one["reasons"]]
        assert line["rules"] == {one["rule"]: one["reasons"][-1] for one in acted}
        assert line["changed"] == sorted(decision["changes"])
        due = look.explained["now"] if decision["unfinished"] else decision["due"]
        assert (line["due"] and datetime.fromisoformat(line["due"])) == (due and datetime.fromisoformat(due))


def test_every_decision_of_the_story_was_explained_beforehand(
    stage: Stage, explain: tuple[Explain, list[dict[str, Any]]]
) -> None:
    run, logged = explain
    desk = watched(stage, run)

    steps = list(tell(stage))
    for ticket in stage.house.tickets():
        quiet = run(ticket, stage.clock())
        assert quiet["decision"]["changes"] == {}
        assert quiet["decision"]["note"] is None

    assert all(step.happened for step in steps), [step.problems for step in steps]
    assert len(desk.looks) >= len(steps)
    assert {look.explained["ticket"]["kind"] for look in desk.looks} >= {TicketKind.INCIDENT, TicketKind.RFO_TASK}
    compare(stage, desk.looks, logged)


def test_decisions_against_rivals_and_tampering_were_explained_beforehand(
    stage: Stage, explain: tuple[Explain, list[dict[str, Any]]]
) -> None:
    run, logged = explain
    cast = with_people(stage)
    desk = watched(stage, run)

    ticket = troubled(cast)
    run(ticket, stage.clock())

    rules = {outcome["rule"] for look in desk.looks for outcome in look.explained["decision"]["outcomes"]}
    titles = "; ".join(look.did["note"]["title"] for look in desk.looks if look.did["note"])
    assert {"trust", "completeness", "service", "priority", "targets", "escalation", "rfo", "contest"} <= rules
    assert "Restored" in titles
    assert "contested" in titles
    assert "Escalation request" in titles
    compare(stage, desk.looks, logged)


def troubled(cast: Cast) -> str:
    """A ticket on which everybody does what they should not."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.outsider.sets(ticket, escalation_level=4)
    stage.settle()
    cast.outsider.sets(ticket, escalation_level=1)
    stage.settle()
    for _ in range(5):
        cast.agent.sets(ticket, next_escalation_at=None)
        stage.settle()
    for _ in range(2):
        cast.customer.replies(ticket, "Please escalate this ticket.")
        stage.settle()
    cast.agent.sets(ticket, priority="P4")
    stage.advance(timedelta(days=3))
    return ticket


def test_people_read_rule_numbers_policy_and_the_next_deadline(
    stage: Stage, explain: tuple[Explain, list[dict[str, Any]]]
) -> None:
    run, _ = explain
    cast = with_people(stage)
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()

    said = " ".join(run(ticket, stage.clock(), as_json=False).split())

    assert f"policy {stage.policy.version}" in said
    assert "P1: impact service affecting × urgency high" in said
    assert "The ticket is as it should be: nothing would be written." in said
    due = stage.table.next_due(stage.house.name)
    assert due is not None
    assert f"Next look: {due:%Y-%m-%d %H:%M} UTC" in said


SAID = (
    "Our line is dead.\nService ID: SVC-1005\nStart time: 2026-11-23 08:40 UTC\n"
    "Impact: service affecting\nUrgency: high\n"
)
UNANSWERED = [
    ("09:14:59", 1, "09:15", ""),
    ("09:15:00", 2, "11:00", "first response target missed"),
    ("10:00:00", 2, "11:00", "ticket age 1 h at P1"),
    ("10:59:59", 2, "11:00", "ticket age 1 h at P1"),
    ("11:00:00", 3, "13:00", "ticket age 2 h at P1"),
    ("13:00:00", 4, "17:00", "ticket age 4 h at P1"),
    ("17:00:00", 5, None, "ticket age 8 h at P1"),
]
"""A P1 of 09:00 that nobody answers: time, level, when the next one is due, and a reason."""


def test_the_life_of_a_p1_is_what_the_tables_of_the_policy_say(
    stage: Stage, explain: tuple[Explain, list[dict[str, Any]]]
) -> None:
    run, _ = explain
    ticket = with_people(stage).customer.writes("Line down", SAID)
    stage.settle()

    for time, level, next_level, reason in UNANSWERED:
        decision = run(ticket, datetime.fromisoformat(f"2026-11-23T{time}Z"))["decision"]
        reasons = {outcome["rule"]: " ".join(outcome["reasons"]) for outcome in decision["outcomes"]}
        changes = {"escalation_level": 1, "next_escalation_at": "2026-11-23T09:15:00Z", **decision["changes"]}
        assert changes["escalation_level"] == level
        assert changes["next_escalation_at"] == (next_level and f"2026-11-23T{next_level}:00Z")
        assert reason in reasons["escalation"]
        assert "service affecting" in reasons["priority"]
        assert "09:15 UTC" in reasons["targets"], "first response within 15 minutes"
        assert "13:00 UTC" in reasons["targets"], "repair within 4 hours"


def test_what_the_rules_see_is_what_the_helpdesk_has(
    stage: Stage, explain: tuple[Explain, list[dict[str, Any]]]
) -> None:
    run, _ = explain
    cast = with_people(stage)
    ticket = cast.customer.writes("Line down", SAID)
    stage.settle()
    cast.agent.sets(ticket, impact="degradation")
    stage.settle()

    seen = run(ticket, stage.clock())["ticket"]

    if stage.house.name == "zammad":
        row = cast.agent.calls("GET", f"tickets/{ticket}")
        told = [row[name] for name in ("number", "title", "service_ref", "impact", "escalation_level")]
    else:
        ids = {row["name"]: row["id"] for row in cast.agent.calls("GET", "field")}
        row = cast.agent.calls("GET", f"issue/{ticket}")
        impact = row["fields"][ids["Impact on service"]]["value"]
        told = [row["key"], *(row["fields"][ids[name]] for name in ("Summary", "Service reference")), impact]
        told.append(row["fields"][ids["Escalation level"]])
    shown = seen["fields"]
    assert [seen["number"], seen["title"], shown["service_id"], shown["impact"], shown["escalation_level"]] == told
    assert shown["impact"] == "degradation"


def test_another_time_gives_the_decision_of_that_time(
    stage: Stage, explain: tuple[Explain, list[dict[str, Any]]]
) -> None:
    """The deadline that ``explain`` names is the moment at which it decides otherwise, not a second earlier."""
    run, _ = explain
    cast = with_people(stage)
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.replies(ticket, "We are on it.")
    stage.settle()
    warned = datetime.fromisoformat(run(ticket, stage.clock())["decision"]["due"])
    assert run(ticket, warned - timedelta(seconds=1))["decision"]["note"] is None
    assert "80 %" in run(ticket, warned)["decision"]["note"]["text"]
    due = datetime.fromisoformat(run(ticket, warned)["decision"]["due"])

    before = run(ticket, due - timedelta(seconds=1))["decision"]
    at = run(ticket, due)["decision"]

    assert before["changes"] == {}
    assert at["changes"]["escalation_level"] == 2
    assert due == STORY_BEGINS + timedelta(hours=1) < T0 + timedelta(hours=1)
    assert Key(stage.house.name, ticket) not in {letter.key for letter in stage.table.dead_letters()}
