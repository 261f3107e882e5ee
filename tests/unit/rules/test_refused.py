"""What a helpdesk refuses: nothing rests on it, and support is told once what is missing."""

from datetime import timedelta

import pytest

from connector.domain.decision import MESSAGE, STATE, NewTicket, Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.vocabulary import TicketState
from connector.rules.refused import possible, refusal
from tests.builders import T0, at, incident

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
