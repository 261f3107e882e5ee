"""R34 after a merge: one RFO and one task, whose date is that of its incident."""

from datetime import datetime
from typing import Any

import pytest

from connector.domain.ticket import LinkedTicket
from connector.domain.vocabulary import RfoStatus, TicketKind, TicketState
from connector.rules.rfo_task import rfo_task
from tests.builders import T0, default_policy
from tests.unit.rules.passes import decide, with_values
from tests.unit.rules.test_rfo_task import DUE, FOURTH, THIRD, of_incident, task

POLICY = default_policy()


def sibling(key: str = "rfo:7", **values: Any) -> LinkedTicket:
    held: dict[str, Any] = {"id": "91", "number": "41091", "state": TicketState.OPEN, "created_by_connector": True}
    return LinkedTicket(**(held | {"connector_key": key, "rfo_status": RfoStatus.DUE} | values))


@pytest.mark.parametrize(
    ("own", "other", "closes"),
    [
        ("rfo:8", sibling(), True),
        ("rfo:7", sibling("rfo:8"), False),
        ("rfo:7", sibling(), False),
        ("rfo:7", sibling(id="89"), True),
        ("rfo:7", sibling(id="100"), False),
        ("rfo:8", sibling(state=TicketState.CLOSED), False),
        ("rfo:8", sibling(rfo_status=RfoStatus.DELIVERED), False),
        ("rfo:8", sibling(rfo_status=None), True),
    ],
    ids=["the-targets-own", "ours-is", "the-eldest", "elder", "younger", "over", "delivered", "without-status"],
)
def test_of_two_tasks_one_goes_on(own: str, other: LinkedTicket, closes: bool) -> None:
    ticket = with_values(task(connector_key=own), siblings=(other,))
    outcome = decide(rfo_task, ticket, POLICY, T0)

    assert outcome.state is (TicketState.CLOSED if closes else None)
    if closes:
        assert outcome.changes == {"rfo_status": None, "rfo_due_at": None, "next_escalation_at": None}
        assert [(told.title, set(told.marks)) for told in outcome.notes] == [
            (f"RFO written in {other.number}", {f"rfo-elsewhere-{other.id}"})
        ]
        assert (outcome.again, outcome.reasons) == (True, (f"the RFO is written in {other.number}",))


def test_the_other_task_is_not_closed_twice() -> None:
    ticket = with_values(task(connector_key="rfo:8", state=TicketState.CLOSED), siblings=(sibling(),))
    outcome = decide(rfo_task, ticket, POLICY, T0)

    assert (outcome.state, outcome.notes, outcome.again) == (None, (), False)
    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None, "next_escalation_at": None}


def test_without_an_incident_no_task_gives_way_to_another() -> None:
    ticket = with_values(task(connector_key="rfo:8"), links=(), siblings=(sibling(),))

    assert decide(rfo_task, ticket, POLICY, T0).state is None


@pytest.mark.parametrize(
    ("links", "due"),
    [
        ((of_incident(THIRD), of_incident(FOURTH).model_copy(update={"id": "8"})), THIRD),
        ((of_incident(FOURTH).model_copy(update={"id": "8"}), of_incident(THIRD)), THIRD),
        ((of_incident(FOURTH).model_copy(update={"id": "8"}),), FOURTH),
        ((of_incident(FOURTH, None).model_copy(update={"id": "8"}),), DUE),
        ((of_incident(FOURTH).model_copy(update={"id": "8", "kind": TicketKind.PROBLEM}),), DUE),
    ],
    ids=["own-first", "own-last", "merged", "another-incident", "no-incident"],
)
def test_its_date_is_that_of_its_incident_or_of_the_one_this_was_merged_into(
    links: tuple[LinkedTicket, ...], due: datetime
) -> None:
    assert decide(rfo_task, with_values(task(), links=links), POLICY, T0).changes["rfo_due_at"] == due
