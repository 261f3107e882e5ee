"""What a helpdesk refuses: nothing rests on it, and support is told once what is missing."""

from datetime import timedelta

import pytest

from connector.domain.decision import MESSAGE, STATE, NewTicket, Notice, Outcome
from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.ticket import LinkedTicket
from connector.domain.vocabulary import Actor, Duplicate, Priority, TicketKind, TicketState
from connector.rules.evaluate import evaluate
from connector.rules.refused import possible, refusal
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, note, said
from tests.unit.rules.passes import with_values

POLICY = default_policy()
NEW = NewTicket(key="rfo:7", title="RFO", group="rfo", text="Write it.", fields={})
CLOSES = Outcome(rule="receipt", state=TicketState.CLOSED, changes={"escalation_level": 1}, reasons=("so",), due=T0)
CREATES = Outcome(rule="receipt", creates=(NEW,), changes={"escalation_level": 1}, reasons=("so",), due=T0)


@pytest.mark.parametrize(("outcome", "refused"), [(CLOSES, STATE), (CREATES, "new:rfo:7")])
def test_nothing_is_left_of_what_rests_on_it(outcome: Outcome, refused: str) -> None:
    left = possible(outcome, {refused: "no"})

    assert left == Outcome(rule="receipt", reasons=("so", "the helpdesk refuses it"), due=T0)


@pytest.mark.parametrize("refused", [STATE, "new:rfo:8", "impact", MESSAGE])
def test_the_rest_stays_as_it_is(refused: str) -> None:
    assert possible(CREATES, {refused: "no"}) is CREATES


def test_it_is_told_with_its_fields_and_causes_once() -> None:
    refused = {"impact": "no option", "urgency": "no option", "new:rfo:7": "no permission", MESSAGE: "no address"}

    told = refusal(incident(), refused)

    assert told.rule == "refusal"
    assert told.notices == (
        Notice(
            "detail_refused",
            {"fields": ["impact", "urgency"], "tasks": 1, "why": "no option; no permission"},
            frozenset(
                {Mark("unwritten", "impact"), Mark("unwritten", "urgency"), Mark("unwritten", "new", "rfo", "7")}
            ),
        ),
    )
    (reason,) = told.reasons
    assert reason.endswith("impact, new:rfo:7, urgency")


def test_a_message_that_could_not_be_sent_tells_so_itself() -> None:
    ticket = incident(created_at=at(minutes=1), updated_at=at() + timedelta(minutes=1))

    assert refusal(ticket, {MESSAGE: "no address"}) == Outcome(rule="refusal")


# In the whole


def test_what_is_refused_is_left_out_of_the_look_and_said_once() -> None:
    """The rest is written all the same."""
    new = incident(Fields(group="intake"), state=TicketState.NEW, articles=(said("SVC-1005 is dead.", T0),))
    before, now = evaluate(new, POLICY, T0), at(minutes=1)
    refused = {"impact": "no such option"}
    decision = evaluate(new, POLICY, now, refused)

    assert "impact" in before.changes
    assert "impact" not in decision.changes
    assert decision.note is not None
    assert "Not set on this ticket: Impact." in decision.note.text
    told = with_values(new, articles=(*new.articles, note({"unwritten-impact"})))
    again = evaluate(told, POLICY, now, refused)
    assert again.changes.keys() == evaluate(told, POLICY, now).changes.keys() - {"impact"}
    assert again.note is not None
    assert "Not set on this ticket" not in again.note.text


def test_a_ticket_that_cannot_be_created_takes_its_promise_along() -> None:
    over = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2))
    ticket = incident(
        complete(priority=Priority.P1, impact="service_affecting", urgency="high"),
        created_by=Actor.CONNECTOR,
        state=TicketState.CLOSED,
        history=(over,),
        articles=(said("Please send us the RFO.", at(hours=1)),),
    )
    decision = evaluate(ticket, POLICY, at(hours=3), {"new:rfo:7": "no permission"})

    assert "rfo:7" not in [new.key for new in decision.creates]
    assert decision.changes.get("rfo_status") is None
    assert "rfo:7" in [new.key for new in evaluate(ticket, POLICY, at(hours=3)).creates]


def test_whom_the_helpdesk_refuses_as_a_recipient_is_written_to_no_more() -> None:
    """What customers would have been told is for support to pass on."""
    new = incident(Fields(group="intake"), state=TicketState.NEW, articles=(said("Help!", T0),))
    asked = evaluate(new, POLICY, T0).note
    passed_on = evaluate(new, POLICY, T0, {MESSAGE: "no such address"}).note

    assert asked is not None
    assert passed_on is not None
    assert (asked.public, passed_on.public) == (True, False)


def test_nothing_but_what_holds_for_every_ticket_is_decided_about_a_duplicate() -> None:
    link = LinkedTicket(
        id="1", number="41001", state=TicketState.OPEN, created_by_connector=False, kind=TicketKind.INCIDENT
    )
    fields = complete(duplicate=Duplicate.CONFIRMED, duplicate_of="41001")
    set_by = changed("duplicate", None, Duplicate.CONFIRMED, T0), changed("duplicate_of", None, "41001", T0)
    ticket = incident(fields, links=(link,), history=set_by, merged_into="5", articles=(said("Escalate!"),))
    decision = evaluate(ticket, POLICY, at(days=9))

    assert [outcome.rule for outcome in decision.outcomes] == [
        "trust", "duplicate", "merged", "unknown_state", "contest", "unproved"
    ]  # fmt: skip
    assert decision.touches == ("1", "5")
    assert "escalation_level" not in decision.changes
