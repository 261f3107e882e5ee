"""The draft of an RFO, the measures in it, and what becomes of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketState
from connector.rules.evaluate import evaluate
from connector.rules.measures import Wrong, read_measures
from connector.rules.outages import outages
from connector.rules.rfo_facts import facts
from tests.builders import at, changed, note, said
from tests.unit.rules.passes import with_values
from tests.unit.rules.released_rfos import NOW, POLICY, TEXTS, names, outage, task

# The draft


def test_the_draft_tells_what_the_customer_has_seen_and_nobodys_name() -> None:
    about = outage(said("Bob broke it.", at(hours=2), Actor.AGENT, internal=True))
    told = evaluate(task(about), POLICY, NOW).note

    assert told is not None
    assert not told.public
    assert [line.partition("UTC): ")[2] for line in told.text.splitlines() if line.startswith("- ")] == [
        "Incident reported",
        "First response",
        "Update sent",
        "Service restored",
    ]
    assert "Bob" not in told.text


def test_the_draft_is_told_once_and_anew_when_the_facts_are_others() -> None:
    about = outage()
    once = evaluate(task(about), POLICY, NOW).note
    assert once is not None
    drafted = note(set(once.marks))
    changes = (*about.history, changed("priority", Priority.P2, Priority.P1, at(hours=1)))
    later = with_values(about, history=tuple(sorted(changes, key=lambda change: change.at)))

    assert "rfo-draft" not in names(evaluate(task(about, articles=(drafted,)), POLICY, NOW))
    assert "rfo-draft" in names(evaluate(task(later, articles=(drafted,)), POLICY, NOW))


# The grammar of measures


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Move the second path to its own duct", [Wrong.NO_OWNER, Wrong.NO_DATE]),
        ("Move the second path to its own duct | Ada", [Wrong.NO_DATE]),
        ("Move the second path to its own duct | Ada | soon", [Wrong.BAD_DATE]),
        ("Move the second path to its own duct | Ada | tbd", [Wrong.NO_DATE]),
        ("Move the second path to its own duct | Ada | 2026-02-30", [Wrong.BAD_DATE]),
        ("Move the second path to its own duct | Ada | 01.02.2027", [Wrong.BAD_DATE]),
        ("Move the second path to its own duct | Ada | 2026-11-22", [Wrong.TOO_EARLY]),
        ("Move the second path to its own duct | | 2027-02-01", [Wrong.NO_OWNER]),
        ("Move the second path to its own duct | n/a | 2027-02-01", [Wrong.NO_OWNER]),
        ("tbd | Ada | 2027-02-01", [Wrong.PLACEHOLDER]),
        ("Second path | Ada | 2027-02-01", [Wrong.SHORT]),
        ("Move the second path to its own duct | Ada | 2027-02-01 | nearly", [Wrong.NOT_DONE]),
        ("Move the second path to its own duct | Ada | 2027-02-01 | done | twice", [Wrong.TOO_MANY]),
        ("- Move the second path to its own duct | Ada | 2026-11-23", []),
        ("| Move the second path to its own duct | Ada | 2027-02-01 | done |", []),
        ("Move the second path to its own duct | Ada | 2027-02-01 | DONE", []),
    ],
)
def test_what_is_wrong_with_a_measure(line: str, wrong: list[Wrong]) -> None:
    measures, faults = read_measures("preventive_measures", f"\n{line}", shortest=20, restored=date(2026, 11, 23))

    assert [fault.wrong for fault in faults] == wrong
    assert {fault.line for fault in faults} <= {2}
    assert bool(measures) is not bool(wrong)


@given(st.text(alphabet="ab |-0123456789\n\r\t#é\u2028", max_size=200))
def test_every_line_that_says_something_is_a_measure_or_has_a_fault(text: str) -> None:
    measures, faults = read_measures("preventive_measures", text, shortest=1, restored=None)

    lines = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    assert len(measures) + len({fault.line for fault in faults}) == len(lines)


def test_faults_are_told_once_for_each_state_of_the_text() -> None:
    about = outage()
    first = evaluate(task(about, preventive_measures="A second path | Ada"), POLICY, NOW).note
    assert first is not None
    assert "- Preventive measures, line 1: no date" in first.text
    told = note(set(first.marks))

    same = evaluate(task(about, preventive_measures="A second path | Ada", articles=(told,)), POLICY, NOW)
    other = evaluate(task(about, preventive_measures="A third path | Ada", articles=(told,)), POLICY, NOW)

    assert "rfo-faults" not in names(same)
    assert "rfo-faults" in names(other)


# Measures are followed


def follow(measures: str, *, state: TicketState = TicketState.OPEN, **values: Any) -> Ticket:
    about = outage(rfo_status=RfoStatus.DELIVERED)
    one = task(about, preventive_measures=measures, rfo_status=RfoStatus.DELIVERED, **values)
    return one.model_copy(update={"state": state, "related": None})


def test_a_late_measure_is_told_once() -> None:
    late = datetime(2027, 2, 2, tzinfo=UTC)
    decision = evaluate(follow(TEXTS["preventive_measures"]), POLICY, late)
    assert decision.note is not None
    assert "Move the second path to its own duct (Ada" in decision.note.text

    again = evaluate(follow(TEXTS["preventive_measures"], articles=(note(set(decision.note.marks)),)), POLICY, late)
    done = evaluate(follow(TEXTS["preventive_measures"] + " | done"), POLICY, late)

    assert "measure-late" not in names(again)
    assert (done.note, done.changes.get("next_measure_at")) == (None, None)


def test_the_task_stays_open_until_all_measures_are_done() -> None:
    waiting = evaluate(follow(TEXTS["preventive_measures"], state=TicketState.CLOSED), POLICY, NOW)
    done = evaluate(follow(TEXTS["preventive_measures"] + " | done", state=TicketState.CLOSED), POLICY, NOW)

    assert waiting.state is TicketState.OPEN
    assert waiting.due == datetime(2027, 2, 1, 22, 59, tzinfo=UTC)
    assert done.state is None


def test_the_timeline_ends_with_the_repair() -> None:
    about = outage(said("Thanks for your patience.", at(hours=9), Actor.AGENT))
    found = facts(about, outages(about), POLICY)

    assert [fact.what for fact in found] == ["reported", "first_response", "update", "restored"]
