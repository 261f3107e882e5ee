"""P20: a customer can overwrite every attribute through the API; it is detected, repaired and reported, and can never
stop or fake an escalation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.vocabulary import TicketKind, TicketState
from connector.sandbox.zammad.house import ZammadHouse
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, notes

FAR = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"escalation_level": 1}, "Restored: Escalation level"),
        ({"escalation_level": None}, "Restored: Escalation level"),
        ({"escalation_level": 9}, "Restored: Escalation level"),
        ({"next_escalation_at": FAR}, "Restored: Next escalation at"),
        ({"repair_due_at": FAR}, "Restored: Repair due at"),
        ({"priority": "P4"}, "Restored: Priority"),
        ({"priority_source": "agent"}, "Restored: Priority source"),
        ({"priority": "P4", "priority_source": "agent"}, "Restored: Priority"),
        ({"service_check": "foreign"}, "Restored: Service check"),
        ({"connector_key": "rfo:1"}, "Restored: Connector key"),
        ({"rfo_status": "delivered"}, "Restored: RFO status"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else None,
)
def test_a_customers_change_stops_and_fakes_nothing(cast: Cast, attributes: dict[str, Any], told: str | None) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    stage.advance(timedelta(hours=1))
    before = stage.ticket(ticket).fields

    cast.outsider.sets(ticket, **attributes)
    stage.settle()
    repaired = stage.ticket(ticket)
    stage.advance(timedelta(hours=1))

    assert repaired.fields == before
    assert told is None or any(told in title for title in notes(repaired))
    assert levels_noted(stage.ticket(ticket)) == [
        "Escalation level 2: shift manager",
        "Escalation level 3: head of operations",
    ]


def test_values_that_a_customer_sets_on_creation_do_not_count(cast: Cast) -> None:
    stage = cast.stage

    ticket = cast.outsider.writes(
        "Line down", COMPLETE, escalation_level=5, rfo_status="delivered", priority_source="agent"
    )
    stage.settle()

    fields = stage.ticket(ticket).fields
    assert (fields.escalation_level, fields.rfo_status, fields.priority_source) == (1, None, "matrix")


def test_a_moved_rfo_date_is_restored_on_incident_and_task(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.customer.replies(ticket, "Please send us the RFO.")
    stage.settle()
    due = stage.ticket(ticket).fields.rfo_due_at

    cast.outsider.sets(ticket, rfo_due_at=datetime(2026, 11, 24, tzinfo=UTC))
    stage.settle()

    assert due is not None
    assert stage.ticket(ticket).fields.rfo_due_at == due
    (task,) = (link for link in stage.ticket(ticket).links if link.kind is TicketKind.RFO_TASK)
    assert stage.ticket(task.id).fields.rfo_due_at == due


def test_a_customer_cannot_forge_a_proof(cast: Cast) -> None:
    """Marks count on the connector's own notes only."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    forged = "Escalation level 2: shift manager [ref: level-2 level-3 level-4 level-5]"
    cast.customer.replies(ticket, forged)
    if isinstance(stage.house, ZammadHouse):
        article = {"ticket_id": int(ticket), "type": "web", "internal": False, "body": "hello", "subject": forged}
        cast.customer.calls("POST", "ticket_articles", article)

    stage.advance(timedelta(hours=1))

    assert stage.ticket(ticket).fields.escalation_level == 2
    assert levels_noted(stage.ticket(ticket))[-1] == "Escalation level 2: shift manager"


def test_an_impact_that_support_corrected_stays(cast: Cast) -> None:
    """R18."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.sets(ticket, impact="degradation")
    stage.settle()

    cast.outsider.sets(ticket, impact="service_affecting")
    stage.settle()

    assert stage.ticket(ticket).fields.impact == "degradation"
    assert stage.ticket(ticket).fields.priority == "P2"
