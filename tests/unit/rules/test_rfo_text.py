"""R33: what is wrong with the text of an RFO and what it lacks, wherever support is told of it; who has written it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, RfoRelease, RfoStatus, TicketKind, TicketState
from connector.rules.measures import RfoFault, Wrong
from connector.rules.rfo_facts import rfo_draft
from connector.rules.rfo_release import release, rfo_release
from connector.rules.rfo_task import rfo_task
from connector.rules.rfo_text import record_of, rfo_faults, rfo_text
from tests.builders import at, default_policy, moved, note
from tests.unit.rules.passes import decide, with_values
from tests.unit.rules.released_rfos import AUTHOR, MANAGER, NOW, TEXTS, by, outage, released, task, written_by

POLICY = default_policy()
EARLY: Any = {"preventive_measures": "Move the second path to its own duct | Ada | 2026-11-22"}
"""A day before the outage ended."""


@pytest.mark.parametrize(
    ("cause", "faults"),
    [
        ("TBD", [RfoFault("root_cause", Wrong.PLACEHOLDER, said="TBD")]),
        ("x" * 19, [RfoFault("root_cause", Wrong.SHORT, said="x" * 19)]),
        ("x" * 20, []),
        ("x " * 20, []),
    ],
)
def test_a_text_says_something(cause: str, faults: list[RfoFault]) -> None:
    about = outage()

    assert list(rfo_text(task(about, **{**TEXTS, "root_cause": cause}), about, None, POLICY, None).faults) == faults


def test_no_measure_is_due_before_the_day_on_which_the_outage_ended_where_the_provider_is() -> None:
    """23:30 in UTC is the next day in Berlin."""
    night = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    about = outage()

    def wrong(day: str) -> list[Wrong]:
        one = task(about, **{**TEXTS, "preventive_measures": f"Move it to a duct of its own | Ada | {day}"})
        return [fault.wrong for fault in rfo_text(one, about, None, POLICY, night).faults]

    assert wrong("2026-11-23") == [Wrong.TOO_EARLY]
    assert wrong("2026-11-24") == []


def problem(cause: str | None) -> LinkedTicket:
    held: dict[str, Any] = {"state": TicketState.OPEN, "created_by_connector": True, "kind": TicketKind.PROBLEM}
    return LinkedTicket(id="50", number="41050", root_cause=cause, **held)


def test_the_first_problem_record_that_states_a_root_cause_states_the_text_for_all_rfos() -> None:
    about = with_values(outage(), links=(problem(None), problem(" "), problem(" The duct. "), problem("A digger.")))

    found = record_of(about)
    assert found is not None
    assert found.root_cause == " The duct. "
    assert record_of(None) is None


# Whoever is told


def closed(about: Ticket, **texts: Any) -> Ticket:
    closing = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=4))
    return with_values(task(about, **texts), state=TicketState.CLOSED, history=(closing,))


def test_a_date_before_the_end_of_the_outage_is_told_while_writing_at_the_release_and_at_the_closing() -> None:
    about = outage()
    told = [
        *decide(rfo_faults, task(about, **{**TEXTS, **EARLY}), POLICY, NOW).notes,
        *decide(rfo_release, released(about=about, **EARLY), POLICY, NOW).notes,
        *decide(rfo_task, closed(about, **{**TEXTS, **EARLY}), POLICY, NOW).notes,
    ]

    assert [each.title for each in told] == [
        "RFO text has faults",
        "RFO not released",
        "RFO task opened again",
    ]
    assert all("line 1: the date is before the resolution (2026-11-22)" in each.text for each in told)


@pytest.mark.parametrize(("length", "quoted"), [(60, 60), (61, 60)])
def test_a_long_text_is_quoted_by_its_beginning(length: int, quoted: int) -> None:
    (told,) = decide(rfo_faults, task(outage(), root_cause="-" * length), POLICY, NOW).notes

    assert len(told.text.partition('("')[2].partition('")')[0]) == quoted


def status_of(value: RfoStatus | None, state: TicketState = TicketState.OPEN) -> Ticket:
    return with_values(task(outage(), root_cause="x", rfo_status=value), state=state)


@pytest.mark.parametrize(
    ("ticket", "faults", "draft"),
    [
        (status_of(RfoStatus.DUE), 1, 1),
        (status_of(RfoStatus.OVERDUE), 1, 1),
        (status_of(RfoStatus.REQUESTED), 1, 0),
        (status_of(RfoStatus.RELEASED), 1, 0),
        (status_of(RfoStatus.DELIVERED), 1, 0),
        (status_of(RfoStatus.DECLINED), 0, 0),
        (status_of(None), 0, 0),
        (status_of(RfoStatus.DUE, TicketState.CLOSED), 0, 0),
        (with_values(status_of(RfoStatus.DUE), related=None), 1, 0),
    ],
)
def test_faults_are_told_while_somebody_writes_and_the_facts_until_it_is_released(
    ticket: Ticket, faults: int, draft: int
) -> None:
    assert len(decide(rfo_faults, ticket, POLICY, NOW).notes) == faults
    assert len(decide(rfo_draft, ticket, POLICY, NOW).notes) == draft


def test_before_the_outage_has_ended_there_is_no_draft() -> None:
    going_on = with_values(outage(), state=TicketState.OPEN, history=())

    assert decide(rfo_draft, task(going_on), POLICY, NOW).notes == ()


# Who


def test_text_and_release_in_one_save_make_its_author_the_one_who_releases() -> None:
    one = released()
    tick = one.history[-1]
    same = by(MANAGER, "root_cause", TEXTS["root_cause"], tick.at)
    found = release(with_values(one, history=(*one.history, same)), outage(), None, POLICY)

    assert found is not None
    assert found.who == "author"


def test_people_whom_the_helpdesk_does_not_identify_are_known_by_name() -> None:
    def unnamed(who: str) -> Ticket:
        history = tuple(
            change.model_copy(update={"by": None, "actor_name": who if change.actor is Actor.MANAGER else AUTHOR.name})
            for change in released().history
        )
        return with_values(released(), history=history)

    found = [release(unnamed(who), outage(), None, POLICY) for who in (AUTHOR.name, "Mary Jackson")]
    assert [each.who for each in found if each] == ["author", None]


def test_only_who_has_changed_the_text_since_the_version_before_is_an_author() -> None:
    sent = note({"rfo-sent-1-1-preliminary-801"}, at(hours=5.5))
    late = note({"rfo-sent-1-1-preliminary-801"}, at(hours=5))
    found = [
        release(released(AUTHOR), outage(sent), None, POLICY),
        release(released(AUTHOR), outage(late), None, POLICY),
    ]

    assert [each.who for each in found if each] == [None, "author"]


def test_each_rfo_counts_its_own_versions() -> None:
    """And what was released for one is not sent for the other."""
    about = outage(note({"rfo-sent-1-4-final-801", "rfo-sent-2-1-preliminary-802"}, at(hours=5)))
    found = release(released(about=about, connector_key="rfo:7:2"), about, None, POLICY)

    assert found is not None
    assert (found.number, found.version, [one.version for one in found.before]) == (2, 2, [1])


@pytest.mark.parametrize(
    ("history", "shown"),
    [((), RfoRelease.FINAL), (written_by(), None), ((by(MANAGER, "rfo_release", RfoRelease.FINAL, NOW),), None)],
    ids=["without-history", "nothing-chosen", "cleared"],
)
def test_only_what_the_history_proves_and_the_field_shows_is_released(
    history: tuple[Any, ...], shown: RfoRelease | None
) -> None:
    assert release(task(outage(), *history, **TEXTS, rfo_release=shown), outage(), None, POLICY) is None


# What the task says


def test_a_release_is_told_with_its_name_and_one_that_does_not_count_once() -> None:
    good = released()
    (told,) = decide(rfo_release, good, POLICY, NOW).notes
    assert "Version 1 (final) was released by Mary Jackson." in told.text

    bad = released(actor=Actor.AGENT)
    (refused,) = decide(rfo_release, bad, POLICY, NOW).notes
    assert refused.marks == {f"rfo-not-released-{bad.history[-1].id}"}
    assert decide(rfo_release, bad, POLICY, NOW).reasons == ("not released: no_manager",)


def test_a_version_that_has_gone_out_is_told_on_the_task() -> None:
    about = outage(note({"rfo-sent-1-1-final-801"}, at(hours=7)))
    outcome = decide(rfo_release, task(about, **TEXTS), POLICY, NOW)

    (told,) = outcome.notes
    assert outcome.changes == {"rfo_version": 1}
    assert told.marks == {"rfo-sent-told-801"}
    assert "Version 1 of the document went out on incident 41007 on Mon 23 Nov 2026 18:00 CET (17:00 UTC)." in told.text


def test_a_task_that_was_closed_while_its_release_is_on_the_way_stays_closed() -> None:
    one = released()
    closing = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=7))
    good = with_values(one, state=TicketState.CLOSED, history=(*one.history, closing))
    bad = with_values(good, fields=good.fields.model_copy(update={"root_cause": None}))

    assert decide(rfo_task, good, POLICY, NOW).state is None
    assert decide(rfo_task, bad, POLICY, NOW).state is TicketState.OPEN
    assert decide(rfo_task, with_values(good, related=None), POLICY, NOW).state is TicketState.OPEN
