"""Whose release counts, and what goes to the customer by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.person import Person
from connector.domain.vocabulary import Actor, RfoRelease, RfoStatus, Silence
from connector.rules.evaluate import evaluate
from connector.rules.rfo import rfo
from connector.rules.rfo_facts import sent
from tests.builders import at, changed, note
from tests.unit.rules.passes import decide, with_values, written
from tests.unit.rules.released_rfos import (
    AUTHOR,
    DUE,
    MANAGER,
    NOW,
    POLICY,
    TEXTS,
    by,
    names,
    outage,
    released,
    task,
    with_task,
    written_by,
)

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
