"""P20: a customer can overwrite every attribute through the API; it is detected, repaired and reported, and can never
stop or fake an escalation.

Tried, and red: nothing is guarded; what a customer sets at creation counts; the impact that support corrected is lost.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketKind, TicketState
from connector.helpdesks.jira.memory import INTENDED, MARKS, Memory
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.stage import Person
from connector.sandbox.zammad.house import ZammadHouse
from tests.counted import Counted
from tests.promises.conftest import COMPLETE, PLACES, Cast
from tests.promises.evidence import levels_noted, notes, proofs

FAR = datetime(2030, 1, 1, tzinfo=UTC)
ON_JIRA = [place for place in PLACES if not place[0].startswith("zammad")]
on_jira = pytest.mark.parametrize("place", ON_JIRA, ids=["-".join(place) for place in ON_JIRA], indirect=True)


def repairs_proved(ticket: Ticket) -> int:
    """How many values the connector's notes say were restored."""
    return sum(times for step, times in proofs(ticket).items() if step.startswith("repaired-"))


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"escalation_level": 1}, "Restored: Escalation level"),
        ({"escalation_level": None}, "Restored: Escalation level"),
        ({"escalation_level": 9}, "Restored: Escalation level"),
        ({"next_escalation_at": FAR}, "Restored: Next escalation"),
        ({"repair_due_at": FAR}, "Restored: Repair due"),
        ({"priority": "P4"}, "Restored: Priority"),
        ({"priority_source": "agent"}, "Restored: Priority decided by"),
        ({"priority": "P4", "priority_source": "agent"}, "Restored: Priority"),
        ({"service_check": "foreign"}, "Restored: Service check"),
        ({"connector_key": "rfo:1"}, "Restored: Connector key"),
        ({"rfo_status": "delivered"}, "Restored: RFO status"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else None,
)
def test_a_customers_change_stops_and_fakes_nothing(cast: Cast, attributes: dict[str, Any], told: str | None) -> None:
    stage, counted = cast.stage, Counted()
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    stage.advance(timedelta(hours=1))
    before = stage.ticket(ticket).fields

    cast.outsider.sets(ticket, **attributes)
    stage.settle()
    repaired = stage.ticket(ticket)
    stage.advance(timedelta(hours=1))

    # Set back is no rise: the helpdesk mails nobody.
    assert repaired.fields.model_copy(update={"escalated_from": before.escalated_from}) == before
    assert told is None or any(told in title for title in notes(repaired))
    assert repairs_proved(repaired) == len(attributes)
    assert counted("repairs_total", helpdesk=stage.desk.name) == len(attributes)
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


# On Jira: the memory on the issue


def kept(cast: Cast, ticket: str, name: str) -> Any:
    """A property of the issue as Jira holds it."""
    assert isinstance(cast.stage.house, JiraHouse)
    return cast.stage.house.sandbox.world.issue(ticket).properties.get(name)


def signed_by_us(cast: Cast) -> Memory:
    """Opens what the connector has signed."""
    assert isinstance(cast.stage.house, JiraHouse)
    return Memory((), cast.stage.house.accounts.bot)


def forges(person: Person, ticket: str, name: str, value: Any) -> None:
    """Whoever may edit an issue may overwrite its properties."""
    person.calls("PUT", f"issue/{ticket}/properties/{name}", value)


@on_jira
@pytest.mark.parametrize("who", ["agent", "outsider"])
def test_a_forged_memory_stops_and_fakes_no_escalation(cast: Cast, who: str) -> None:
    stage, counted = cast.stage, Counted()
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    stage.advance(timedelta(minutes=30))
    assert levels_noted(stage.ticket(ticket)) == ["Escalation level 2: shift manager"]
    before = stage.ticket(ticket).fields
    all_levels = {f"level-{level}": stage.clock() for level in range(1, 6)}

    with capture_logs() as logs:
        forges(getattr(cast, who), ticket, MARKS, Memory((), "a guess").sealed(MARKS, ticket, all_levels))
        stage.settle()
        forged = stage.ticket(ticket)
        forges(getattr(cast, who), ticket, MARKS, {**kept(cast, ticket, MARKS), "marks": {}})
        stage.settle()
        emptied = stage.ticket(ticket)
        forges(getattr(cast, who), ticket, MARKS, Memory((), "a guess").sealed(MARKS, ticket, all_levels))
    stage.advance(timedelta(minutes=90))

    assert forged.fields == emptied.fields == before
    assert {"level-3", "level-4", "level-5"}.isdisjoint(forged.marks)
    told = [line for line in logs if str(line["event"]).startswith("memory ignored")]
    assert [line["ticket"] for line in told] == [forged.number], "reported once"
    seen = stage.ticket(ticket)
    assert seen.fields.escalation_level == 3
    assert levels_noted(seen) == ["Escalation level 2: shift manager", "Escalation level 3: head of operations"]
    for level in ("2", "3"):
        assert counted("escalation_levels_total", helpdesk="jira", level=level) == 1
    restored = signed_by_us(cast).opened(MARKS, ticket, kept(cast, ticket, MARKS))
    assert restored is not None, "it bears the connector's signature again"
    assert {mark for mark in restored.times if mark.startswith("level-")} == {"level-2", "level-3"}


@on_jira
def test_a_forged_intention_does_not_put_off_the_rfo_task(cast: Cast) -> None:
    """As if it were being created just now, again and again, or in years."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    forges(cast.outsider, ticket, INTENDED, Memory((), "a guess").sealed(INTENDED, ticket, {f"rfo:{ticket}": FAR}))
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.customer.replies(ticket, "Please send us the RFO.")
    stage.settle()

    assert [link.connector_key for link in stage.ticket(ticket).links if link.kind is TicketKind.RFO_TASK] == [
        f"rfo:{ticket}"
    ]
    assert signed_by_us(cast).opened(INTENDED, ticket, kept(cast, ticket, INTENDED))


@on_jira
def test_a_customer_of_the_portal_cannot_reach_the_memory(cast: Cast) -> None:
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.stage.settle()

    for name in (MARKS, INTENDED):
        with pytest.raises(ValueError, match=r": 40[134] "):
            forges(cast.customer, ticket, name, {})


def test_an_impact_that_support_corrected_stays(cast: Cast) -> None:
    """R18."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.sets(ticket, impact="degradation")
    stage.settle()

    cast.outsider.sets(ticket, impact="non_service_affecting")
    stage.settle()

    assert stage.ticket(ticket).fields.impact == "degradation"
    assert stage.ticket(ticket).fields.priority == "P2"


def test_a_worse_impact_of_the_customers_counts_against_supports(cast: Cast) -> None:
    """R18, on every channel."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.sets(ticket, impact="degradation")
    stage.settle()

    cast.customer.replies(ticket, "Impact: service affecting")
    stage.settle()

    seen = stage.ticket(ticket)
    assert (seen.fields.impact, seen.fields.priority) == ("service_affecting", "P1")
    assert [step for step in proofs(seen) if step.startswith("worse-")]


def test_a_proof_key_that_is_replaced_at_once_raises_no_level_anew(cast: Cast) -> None:
    """Requests that were served stay served; support is told, once."""
    stage = cast.stage
    stage.connect(proof_keys=(b"A" * 32,))
    ticket = cast.customer.writes("Noise", COMPLETE.replace("service affecting", "degradation"))
    stage.settle()
    cast.agent.replies(ticket, "We look into it.")
    stage.settle()
    for _ in range(2):
        cast.customer.replies(ticket, "Please escalate this ticket now.")
        stage.settle()
        stage.advance(timedelta(minutes=70))
    before = stage.ticket(ticket)
    assert before.fields.escalation_level == 3

    stage.connect(proof_keys=(b"B" * 32,))
    cast.agent.replies(ticket, "Still on it.")
    stage.settle()
    cast.agent.replies(ticket, "Still on it, truly.")
    stage.settle()

    after = stage.ticket(ticket)
    assert after.fields.escalation_level == 3
    assert levels_noted(after) == levels_noted(before)
    assert len([title for title in notes(after) if "Escalation request answered before" in title]) == 1

    cast.customer.replies(ticket, "Please escalate this ticket again.")
    stage.settle()
    assert stage.ticket(ticket).fields.escalation_level == 4
