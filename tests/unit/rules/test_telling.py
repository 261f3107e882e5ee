"""What is told outside is read off the ticket, so that every look finds the same."""

from datetime import timedelta

from connector.domain.decision import Decision, Note
from connector.domain.event import EventKind, Told
from connector.domain.mark import Mark
from connector.domain.vocabulary import Actor, Missed, TicketKind
from connector.policy.ladder import ContactCard
from connector.rules.evaluate import evaluate
from connector.rules.telling import events, given_up_mark, told_mark
from tests.builders import T0, at, changed, complete, default_policy, incident, note

POLICY = default_policy()
NOTHING = Decision(outcomes=())


def test_marks_prove_events_with_what_receivers_need_to_know() -> None:
    due = at(hours=4)
    fields = complete(repair_due_at=due, next_update_at=at(hours=1), rfo_due_at=at(days=7))
    marks = {
        "level-3",
        "warned-repair-P2-80",
        "update-missed-20261123T110000",
        "rfo-due-20261130T100000",
        "rfo-sent-1-1-final-h7",
        "rfo-late-20261130T100000-1",
        "asked",
    }
    ticket = incident(fields=fields, articles=(note(marks, at(minutes=1)),))

    found = {event.kind: event for event in events(ticket, POLICY, NOTHING, at(minutes=2))}

    assert found.keys() == set(EventKind) - {EventKind.MISSED}
    level = found[EventKind.LEVEL]
    assert (level.id, level.at) == ("level-3", at(minutes=1))
    assert level.details["level"]["name"] == "head of operations"
    assert found[EventKind.WARNING].details == {"target": {"name": "repair", "due": due, "percent": 80}}
    assert found[EventKind.UPDATE_LATE].details == {"target": {"name": "update", "due": at(hours=1)}}
    assert found[EventKind.RFO_LATE].details == {"rfo": {"due": at(days=7)}}


def test_a_level_that_is_just_being_written_is_told_by_the_same_id() -> None:
    written = NOTHING._replace(note=Note(public=False, title="", text="", marks=frozenset({Mark("level", 3)})))
    before, after = incident(), incident(articles=(note({"level-3"}, at(minutes=1)),))

    assert [event.id for event in events(before, POLICY, written, at(minutes=1))] == ["level-3"]
    assert events(before, POLICY, written, at(minutes=1)) == events(after, POLICY, NOTHING, at(minutes=5))


def test_each_time_that_a_target_is_found_missed_is_one_event() -> None:
    by_us = Actor.CONNECTOR
    history = (
        changed("missed_targets", None, Missed.FIRST_RESPONSE, at(minutes=20), by_us),
        changed("missed_targets", Missed.FIRST_RESPONSE, None, at(minutes=30), by_us),
        changed("missed_targets", None, Missed.BOTH, at(hours=5), Actor.CUSTOMER),
        changed("missed_targets", None, Missed.BOTH, at(hours=6), by_us),
    )
    ticket = incident(history=history, fields=complete(missed_targets=Missed.FIRST_RESPONSE))
    written = NOTHING._replace(changes={"missed_targets": Missed.BOTH})

    ids = [event.id for event in events(ticket, POLICY, written, at(hours=7))]

    assert ids == ["missed-first_response-1", "missed-first_response-2", "missed-repair-1", "missed-repair-2"]


def test_nobody_is_called_for_yesterday() -> None:
    ticket = incident(articles=(note({"level-3"}, T0),))

    assert events(ticket, POLICY, NOTHING, T0 + timedelta(days=1, seconds=1)) == []
    assert events(ticket.model_copy(update={"kind": TicketKind.OTHER}), POLICY, NOTHING, T0) == []


def test_the_ticket_says_once_what_was_told_and_what_could_not_be() -> None:
    told = [
        Told("level-3", EventKind.LEVEL, "pager", at(minutes=1)),
        Told("missed-repair-1", EventKind.MISSED, "chat", at(minutes=2), "it answers 410"),
    ]
    ticket = incident(created_at=T0)
    quiet = evaluate(ticket, POLICY, T0)

    decision = evaluate(ticket, POLICY, T0, told=told)

    assert decision.note is not None
    assert not decision.note.public
    assert {told_mark("pager", "level-3"), given_up_mark("chat", "missed-repair-1")} <= decision.note.marks
    assert "pager was told of level 3" in decision.note.text
    assert "chat could not be told of the missed limit" in decision.note.text
    assert "it answers 410" in decision.note.text
    said = incident(created_at=T0, articles=(note(set(map(str, decision.note.marks)), T0),))
    again = evaluate(said, POLICY, T0, told=told)
    assert again.note is None or again.note.marks.isdisjoint(decision.note.marks)
    assert quiet.note is None or "pager" not in quiet.note.text


def test_contacts_of_a_level_are_told_by_all_that_they_may_be_called_elsewhere() -> None:
    card = ContactCard(role="shift manager", name="Edith Clarke", email="edith@isp.example")
    default = POLICY.escalation.ladders["default"]
    levels = tuple(
        level.model_copy(update={"contacts": ("On duty", card)}) if level.level == 2 else level
        for level in default.levels
    )
    ladders = {**POLICY.escalation.ladders, "default": default.model_copy(update={"levels": levels})}
    policy = POLICY.model_copy(update={"escalation": POLICY.escalation.model_copy(update={"ladders": ladders})})
    (event,) = events(incident(articles=(note({"level-2"}, at(minutes=1)),)), policy, NOTHING, at(minutes=2))

    level = event.details["level"]
    assert (level["number"], level["name"]) == (2, "shift manager")
    assert level["contacts"] == ["On duty", str(card)]
    assert level["called"] == [["On duty"], [str(card), "Edith Clarke", "shift manager", "edith@isp.example"]]
    assert level["addresses"] == ["edith@isp.example"]


def test_a_level_of_another_policy_is_told_by_its_number() -> None:
    (event,) = events(incident(articles=(note({"level-9"}, at(minutes=1)),)), POLICY, NOTHING, at(minutes=2))

    assert event.details == {"level": {"number": 9}}
