"""R33: several RFOs of one outage: the problem record states their text, each customer gets their own document."""

from datetime import datetime
from typing import Any

import pytest

from connector.domain.decision import Asked, Decision
from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, ProblemState, RfoRelease, RfoStatus, TicketKind, TicketState
from connector.rules.evaluate import evaluate
from connector.rules.problem_record import problem_record
from tests.builders import at, changed, incident, note
from tests.unit.rules.passes import decide
from tests.unit.rules.released_rfos import (
    AUTHOR,
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

NOTHING_OWN: dict[str, Any] = dict.fromkeys(TEXTS)
LINK = LinkedTicket(id="50", number="41050", state=TicketState.OPEN, created_by_connector=True, kind=TicketKind.PROBLEM)


def record(*history: Change, **texts: Any) -> Ticket:
    """The problem record of the outage."""
    return incident(
        Fields(problem_state=ProblemState.INVESTIGATING, group="problems", **texts),
        id="50",
        number="41050",
        kind=TicketKind.PROBLEM,
        created_by=Actor.CONNECTOR,
        history=history or written_by(),
        owner="Ada",
    )


def about() -> Ticket:
    """The incident, linked to the record."""
    return outage().model_copy(update={"links": (LINK,)})


def beside(one: Ticket, *others: Ticket) -> Ticket:
    return one.model_copy(update={"others": others})


def release_of(*others: Ticket, who: Any = MANAGER, **own: Any) -> Decision:
    tick = by(who, "rfo_release", own.get("rfo_release", RfoRelease.FINAL), at(hours=6), Actor.MANAGER)
    values = {"rfo_release": RfoRelease.FINAL, "rfo_status": RfoStatus.DUE} | own
    return evaluate(beside(task(about(), tick, **values), *others), POLICY, NOW)


def test_what_the_record_states_is_released_and_sent_in_the_customers_own_document() -> None:
    shared = record(**TEXTS)
    unread = task(about(), by(MANAGER, "rfo_release", RfoRelease.FINAL, at(hours=6), Actor.MANAGER),
                  rfo_release=RfoRelease.FINAL)  # fmt: skip
    assert Asked(tickets=(TicketId("50"),)) in evaluate(unread, POLICY, NOW).asks
    assert release_of(shared).changes["rfo_status"] is RfoStatus.RELEASED

    own = released(about=about(), **NOTHING_OWN).model_copy(update={"history": unread.history})
    sending = with_task(about(), own)
    sending = sending.model_copy(update={"links": (LINK, *sending.links)})
    asking = evaluate(sending, POLICY, NOW)
    assert (asking.asks, asking.note) == ((Asked(tickets=(TicketId("50"),)),), None)
    letter = evaluate(beside(sending, shared), POLICY, NOW).note
    assert letter is not None
    (document,) = letter.documents
    assert document.content["root_cause"] == [TEXTS["root_cause"]]
    assert [one["owner"] for one in document.content["measures"]] == ["Ada"]
    assert document.content["customer"] == "Harbour Bank"


def test_what_only_this_customer_reads_stands_on_the_task_and_the_record_wins_where_both_speak() -> None:
    shared = record(root_cause=TEXTS["root_cause"], preventive_measures=TEXTS["preventive_measures"])
    own = {
        "rfo_summary": "Your line was down for three hours.",
        "rfo_resolution": TEXTS["rfo_resolution"],
        "root_cause": "Something that was believed at first.",
    }
    decision = release_of(shared, **own)
    assert decision.changes["rfo_status"] is RfoStatus.RELEASED
    assert "rfo-common" in names(decision)
    note_text = decision.note.text if decision.note else ""
    assert "41050 states for all RFOs of this outage: Root cause, Preventive measures." in note_text


def test_where_the_common_text_stands_is_said_once_and_a_cause_alone_is_no_news() -> None:
    def told(*said: Mark, **texts: Any) -> bool:
        held = task(about(), articles=(note(set(said)),))
        decision = evaluate(beside(held, record(**texts)), POLICY, NOW)
        return "rfo-common" in names(decision)

    assert told(**TEXTS)
    mark = Mark("rfo-common", "50", *(name.replace("_", ".") for name in TEXTS))
    assert not told(mark, **TEXTS)
    assert told(mark, **TEXTS, rfo_trigger="Building works in the road nearby.")
    assert not told(root_cause=TEXTS["root_cause"])


@pytest.mark.parametrize("when", [at(hours=2), at(hours=5)])
def test_who_has_written_on_the_record_does_not_release_whenever_that_was(when: datetime) -> None:
    """Also before the task was there."""
    shared = record(by(MANAGER, "root_cause", TEXTS["root_cause"], when, Actor.MANAGER), **TEXTS)
    assert "Whoever releases it has written a part" in text_of(release_of(shared))
    other = record(by(AUTHOR, "root_cause", TEXTS["root_cause"], when), **TEXTS)
    assert "rfo-released" in names(release_of(other))


def test_what_is_changed_on_the_record_after_the_release_is_released_again() -> None:
    late = record(*written_by(), by(AUTHOR, "rfo_summary", "x", at(hours=7)), **TEXTS)
    assert "changed after the release" in text_of(release_of(late))
    owner = record(*written_by(), by(AUTHOR, "workaround", "x", at(hours=7)), **TEXTS)
    assert "rfo-released" in names(release_of(owner)), "no part of the text"


def test_what_the_rules_do_to_a_record_makes_nobody_an_author() -> None:
    own = changed("root_cause", "x", TEXTS["root_cause"], at(hours=7), Actor.CONNECTOR)
    assert "rfo-released" in names(release_of(record(*written_by(), own, **TEXTS)))


def test_a_record_that_cannot_be_read_releases_nothing() -> None:
    assert "could not be read" in text_of(release_of(**TEXTS))


@pytest.mark.parametrize("kind", list(RfoRelease))
@pytest.mark.parametrize(
    ("said", "names_others"),
    [
        ("Acme Logistics and others were down.", True),
        ("SVC-1001 and SVC-1005 were down for hours.", True),
        ("BER-ACC-0001 was cut by a digger at noon.", True),
        ("Harbour Bank, SVC-1005 and HAM-ETH-0109 were down.", False),
    ],
)
def test_a_common_text_that_names_another_customer_reaches_nobody(
    said: str, names_others: bool, kind: RfoRelease
) -> None:
    decision = release_of(record(**(TEXTS | {"rfo_resolution": said})), rfo_release=kind)
    assert ("rfo-not-released" in names(decision)) is names_others
    assert ("names what is not this customer's" in text_of(decision)) is names_others
    own = release_of(record(root_cause=TEXTS["root_cause"]), **(TEXTS | {"rfo_resolution": said}))
    assert "rfo-released" in names(own), "on a task of one customer a person has chosen the words"


def test_a_declined_proposal_states_nothing() -> None:
    declined = LINK.model_copy(update={"state": TicketState.CLOSED, "problem_state": ProblemState.PROPOSED})
    one = released(about=outage().model_copy(update={"links": (declined,)}))
    decision = evaluate(one, POLICY, NOW)
    assert (decision.asks, decision.changes["rfo_status"]) == ((), RfoStatus.RELEASED)


def test_faults_of_the_common_text_are_told_on_the_record_once_for_each_state() -> None:
    texts = {"rfo_summary": "tbd", "preventive_measures": "A second path through the south | Ada | soon"}
    (first,) = decide(problem_record, record(**texts), POLICY, at(hours=1)).notes
    assert [line for line in first.text.splitlines() if line.startswith("- ")] == [
        '- RFO summary: says nothing ("tbd")',
        '- Preventive measures, line 1: no date of the form YYYY-MM-DD ("soon")',
    ]
    said = record(**texts).model_copy(update={"articles": (note(set(first.marks)),)})
    assert decide(problem_record, said, POLICY, at(hours=1)).notes == ()
    assert decide(problem_record, record(root_cause="tbd"), POLICY, at(hours=1)).notes == ()


def test_measures_on_the_record_are_followed_there_until_all_are_done() -> None:
    line = TEXTS["preventive_measures"]
    due = datetime(2027, 2, 1, 22, 59, tzinfo=NOW.tzinfo)
    early = decide(problem_record, record(preventive_measures=line, **OWNED), POLICY, at(hours=1))
    assert (early.changes["next_measure_at"], early.notes, early.due) == (due, (), due)
    late = decide(problem_record, record(preventive_measures=line, **OWNED), POLICY, due)
    assert [told.title for told in late.notes] == ["Preventive measures are late"]

    closed = record(preventive_measures=line, **OWNED).model_copy(update={"state": TicketState.CLOSED})
    again = decide(problem_record, closed, POLICY, at(hours=8))
    assert again.state is TicketState.OPEN
    assert "Those in 41050 are not." in again.notes[0].text
    done = record(preventive_measures=f"{line} | done", **OWNED).model_copy(update={"state": TicketState.CLOSED})
    fixed = decide(problem_record, done, POLICY, at(hours=8))
    assert (fixed.state, fixed.changes["next_measure_at"]) == (None, None)


OWNED: dict[str, Any] = {"root_cause": TEXTS["root_cause"], "cause_category": "fibre", "permanent_fix": "A new duct."}


def text_of(decision: Decision) -> str:
    return decision.note.text if decision.note else ""
