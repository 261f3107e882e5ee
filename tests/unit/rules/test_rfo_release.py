"""R33: text and measures of an RFO, its release by a manager who is not the author, its way to the customer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.fields import Fields
from connector.domain.person import Person
from connector.domain.ticket import Article, Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoRelease, RfoStatus, Silence, TicketKind, TicketState
from connector.rules.evaluate import evaluate
from connector.rules.measures import Wrong, read_measures
from connector.rules.outages import outages
from connector.rules.rfo import rfo
from connector.rules.rfo_facts import facts, sent
from tests.builders import at, changed, complete, default_policy, incident, moved, note, said
from tests.unit.rules.passes import decide, with_values, written

POLICY = default_policy()
ASKED, ENDED, NOW = at(hours=1), at(hours=3), at(days=1)
DUE = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
AUTHOR, MANAGER = Person(id="20", name="Grace Hopper"), Person(id="21", name="Mary Jackson")
TEXTS: Any = {
    "rfo_summary": "The line to Hamburg was down for three hours.",
    "root_cause": "A digger cut both fibres in the same duct.",
    "rfo_resolution": "The carrier spliced both fibres.",
    "preventive_measures": "Move the second path to its own duct | Ada | 2027-02-01",
}


def outage(*articles: Article, silence: Silence | None = None, **fields: Any) -> Ticket:
    """A P1 that was down for three hours; its customer wants an RFO."""
    held = {"priority": Priority.P1, "rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "problem_start": at(minutes=-20)}
    history = (
        changed("rfo_status", None, RfoStatus.DUE, ENDED, Actor.CONNECTOR),
        changed("rfo_due_at", None, DUE, ENDED, Actor.CONNECTOR),
    )
    over = moved(TicketState.OPEN, TicketState.CLOSED, ENDED)
    ticket = incident(
        complete(**(held | fields)),
        created_by=Actor.CONNECTOR,
        state=TicketState.CLOSED,
        history=(over, *history),
        articles=(
            said("Line down."),
            said("We look.", at(minutes=10), Actor.AGENT),
            said("Please send us the RFO.", ASKED),
            said("It is up.", at(hours=3), Actor.AGENT),
            note({"rfo-due-20261130T1300"}, ENDED),
            *articles,
        ),
    )
    return ticket.silenced(silence) if silence else ticket


def by(who: Person, field: str, new: Any, when: datetime, actor: Actor = Actor.AGENT) -> Change:
    return changed(field, None, new, when, actor).model_copy(update={"by": who, "actor_name": who.name})


def task(about: Ticket, *history: Change, articles: tuple[Article, ...] = (), **fields: Any) -> Ticket:
    held: dict[str, Any] = {"connector_key": "rfo:7", "rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "group": "rfo"}
    link = LinkedTicket(
        id=about.id,
        number=about.number,
        state=about.state,
        created_by_connector=False,
        rfo_status=about.fields.rfo_status,
        rfo_due_at=about.fields.rfo_due_at,
    )
    return incident(
        Fields(**(held | fields)),
        id="90",
        number="41090",
        created_at=ENDED,
        created_by=Actor.CONNECTOR,
        kind=TicketKind.RFO_TASK,
        history=history,
        articles=articles,
        links=(link,),
    ).model_copy(update={"related": about})


def written_by(who: Person = AUTHOR) -> tuple[Change, ...]:
    return tuple(by(who, name, text, at(hours=5)) for name, text in TEXTS.items())


def released(
    who: Person = MANAGER,
    actor: Actor = Actor.MANAGER,
    kind: RfoRelease = RfoRelease.FINAL,
    about: Ticket | None = None,
    **fields: Any,
) -> Ticket:
    values: dict[str, Any] = {**TEXTS, "rfo_release": kind} | fields
    tick = by(who, "rfo_release", kind, at(hours=6), actor)
    return task(about or outage(), *written_by(), tick, **values)


def with_task(about: Ticket, one: Ticket) -> Ticket:
    """The incident as the desk reads it when its task says it is released."""
    link = LinkedTicket(
        id=one.id,
        number=one.number,
        state=one.state,
        created_by_connector=True,
        connector_key="rfo:7",
        kind=TicketKind.RFO_TASK,
        rfo_status=RfoStatus.RELEASED,
        rfo_due_at=DUE,
    )
    return about.model_copy(update={"links": (link,), "related": one})


def names(decision: Any) -> set[str]:
    """What the note says, by the names of its marks."""
    return {mark.name for mark in decision.note.marks} if decision.note else set()


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


# The release


def test_released_by_a_manager_who_has_not_written_it() -> None:
    decision = evaluate(released(), POLICY, NOW)

    assert decision.changes["rfo_status"] is RfoStatus.RELEASED
    assert decision.touches == ("7",)
    assert "rfo-released" in names(decision)


@pytest.mark.parametrize(
    ("who", "actor", "said_why"),
    [
        (MANAGER, Actor.AGENT, "Only a manager"),
        (AUTHOR, Actor.MANAGER, "has written a part of it"),
        (MANAGER, Actor.SYSTEM, "Only a manager"),
    ],
)
def test_nobody_else_releases_it(who: Person, actor: Actor, said_why: str) -> None:
    decision = evaluate(released(who, actor), POLICY, NOW)

    assert decision.changes.get("rfo_status") is not RfoStatus.RELEASED
    assert decision.changes["rfo_release"] is None
    assert decision.note is not None
    assert said_why in decision.note.text


def test_two_people_of_one_name_are_two() -> None:
    namesake = Person(id="22", name=AUTHOR.name)

    decision = evaluate(released(namesake), POLICY, NOW)

    assert decision.changes["rfo_status"] is RfoStatus.RELEASED


def test_each_release_has_a_mark_of_its_own() -> None:
    """One for all would keep the second version from going out."""
    notes = [evaluate(released(), POLICY, NOW).note for _ in range(2)]

    marks = [{mark for mark in told.marks if mark.name == "rfo-released"} for told in notes if told is not None]
    assert list(map(len, marks)) == [1, 1]
    assert marks[0] != marks[1]


def test_a_text_that_was_changed_after_the_release_needs_another_one() -> None:
    one = released()
    later = with_values(one, history=(*one.history, by(AUTHOR, "root_cause", "x", at(hours=7))))

    decision = evaluate(later, POLICY, NOW)

    assert decision.changes["rfo_release"] is None
    assert decision.note is not None
    assert "changed after the release" in decision.note.text


@pytest.mark.parametrize("left_out", TEXTS)
def test_a_final_version_needs_every_part(left_out: str) -> None:
    left: Any = dict.fromkeys([left_out])
    decision = evaluate(released(MANAGER, Actor.MANAGER, RfoRelease.FINAL, None, **left), POLICY, NOW)

    assert decision.changes["rfo_release"] is None
    assert decision.note is not None
    assert ": missing" in decision.note.text


def test_a_preliminary_version_needs_its_summary_only() -> None:
    bare = dict[str, Any](root_cause=None, rfo_resolution=None, preventive_measures=None)
    good = evaluate(released(MANAGER, Actor.MANAGER, RfoRelease.PRELIMINARY, None, **bare), POLICY, NOW)
    empty = evaluate(
        released(MANAGER, Actor.MANAGER, RfoRelease.PRELIMINARY, None, **bare, rfo_summary=None), POLICY, NOW
    )

    assert good.changes["rfo_status"] is RfoStatus.RELEASED
    assert empty.changes["rfo_release"] is None


# The way to the customer


def test_it_goes_to_the_customer_once_with_the_document_and_is_delivered() -> None:
    about = outage()
    seen = with_task(about, released(about=about))
    decision = evaluate(seen, POLICY, NOW)

    assert decision.note is not None
    assert decision.note.public
    assert [document.name for document in decision.note.documents] == ["RFO-41007-1-v1.pdf"]
    assert decision.changes["rfo_status"] is RfoStatus.DELIVERED
    again = evaluate(written(seen, decision, NOW), POLICY, NOW + timedelta(hours=1))
    assert (again.note, again.changes) == (None, {})
    told = decide(rfo, seen, POLICY, NOW)
    assert told.changes == {"rfo_status": RfoStatus.DELIVERED, "rfo_due_at": DUE}
    assert "90" in told.touches
    release = seen.related.history[-1].id if seen.related else ""
    assert [set(each.marks) for each in told.notes] == [{f"rfo-sent-1-1-final-{release}"}]
    assert told.reasons == ("version 1 of the RFO is released and goes out",)


def test_afterwards_the_task_shows_it_and_is_free_for_another_version() -> None:
    about = outage()
    one = released(about=about)
    sending = evaluate(with_task(about, one), POLICY, NOW)
    delivered = written(about, sending, NOW)

    decision = evaluate(task(delivered, *one.history, **TEXTS, rfo_release=RfoRelease.FINAL), POLICY, NOW)

    assert decision.changes["rfo_status"] is RfoStatus.DELIVERED
    assert (decision.changes["rfo_version"], decision.changes["rfo_release"]) == (1, None)
    assert decision.changes["next_measure_at"] == datetime(2027, 2, 1, 22, 59, tzinfo=UTC)
    assert [one.version for one in sent(delivered, 1)] == [1]


def test_a_preliminary_version_keeps_no_promise() -> None:
    about = outage()
    decision = evaluate(with_task(about, released(about=about, kind=RfoRelease.PRELIMINARY)), POLICY, NOW)

    assert decision.note is not None
    assert decision.note.documents[0].content["preliminary"]
    assert "rfo_status" not in decision.changes


def test_what_cannot_be_sent_is_given_to_support_and_stays_due() -> None:
    about = outage(silence=Silence.NO_ADDRESS)
    decision = evaluate(with_task(about, released(about=about)), POLICY, NOW)

    assert decision.note is not None
    assert not decision.note.public
    assert decision.note.documents
    assert decision.changes.get("rfo_status") is not RfoStatus.DELIVERED


def test_a_corrected_version_says_what_changed() -> None:
    about = outage(note({"rfo-sent-1-1-final-1"}, at(hours=5)), rfo_status=RfoStatus.DELIVERED)
    delivered = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(hours=5), Actor.CONNECTOR)
    about = with_values(about, history=(*about.history, delivered))

    silent = evaluate(released(about=about), POLICY, NOW)
    told = evaluate(with_task(about, released(about=about, rfo_revision="The duct, not the fibre.")), POLICY, NOW)

    assert silent.changes["rfo_release"] is None
    assert silent.note is not None
    assert "RFO: what changed: missing" in silent.note.text
    assert told.note is not None
    assert "What has changed: The duct, not the fibre." in told.note.text
    assert told.note.documents[0].name == "RFO-41007-1-v2.pdf"
    assert told.note.documents[0].content["version"] == 2
    assert [row["version"] for row in told.note.documents[0].content["revisions"]] == [1, 2]


def test_a_forged_status_sends_nothing() -> None:
    """Whatever somebody sets on the task: only the history of the release counts."""
    about = outage()
    forged = task(about, *written_by(), **TEXTS, rfo_status=RfoStatus.RELEASED)

    assert evaluate(with_task(about, forged), POLICY, NOW).note is None


def test_a_first_version_changes_nothing() -> None:
    about = outage()
    told = decide(rfo, with_task(about, released(about=about, rfo_revision="x")), POLICY, NOW).notes[0]

    assert "What has changed" not in told.text


def test_on_a_ticket_that_was_merged_away_nothing_is_sent() -> None:
    about = outage()

    assert decide(rfo, with_values(with_task(about, released(about=about)), merged_into="8"), POLICY, NOW).notes == ()


def test_another_incidents_task_sends_nothing_here() -> None:
    about = outage()
    foreign = released(about=about, connector_key="rfo:8")

    assert evaluate(with_task(about, foreign), POLICY, NOW).note is None


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
