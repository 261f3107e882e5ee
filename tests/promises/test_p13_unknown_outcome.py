"""P13: whatever answer is lost, wherever the process dies: notes, RFO tasks and links exist exactly once.

Tried, and red: the RFO task is created without a look for the one that is there; a note is written although its mark
stands on the ticket; new tickets are created after the note that names them.
"""

from datetime import timedelta

import pytest

from connector.domain.vocabulary import TicketState
from connector.sandbox.faults import Fault, Kind
from connector.sandbox.house import WireStep
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, proofs, steps


@pytest.mark.parametrize("step", ["write", "create", "link", "find", "read"])
@pytest.mark.parametrize("kind", ["lose answer", "refuse"])
def test_every_effect_exists_once_although_an_answer_was_lost(cast: Cast, kind: Kind, step: WireStep) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    on = ticket if step in ("write", "read") else ""
    stage.sandbox.faults.add(Fault(kind, *stage.house.request_of(step, on), times=2))

    cast.customer.replies(ticket, "Please send us the RFO.")
    stage.advance(timedelta(minutes=15))
    stage.sandbox.faults.add(Fault(kind, *stage.house.request_of(step, on), times=2))
    stage.advance(timedelta(minutes=45))

    seen = stage.ticket(ticket)
    assert [link.connector_key for link in seen.links] == [f"rfo:{ticket}", f"problem:{ticket}"]
    assert steps(seen).count("rfo-due") == 1
    assert len(stage.house.tickets()) == 3
    assert set(proofs(seen).values()) == {1}


def test_a_level_is_told_once_although_the_answer_to_its_note_was_lost(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    stage.sandbox.faults.add(Fault("lose answer", *stage.house.request_of("write"), times=3))

    stage.advance(timedelta(hours=1))

    assert levels_noted(stage.ticket(ticket)) == ["Escalation level 2: shift manager"]


def test_a_crash_between_task_and_link_is_repaired(cast: Cast) -> None:
    """The connector dies after it has created the task; another one takes over when the lease has expired."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    stage.sandbox.faults.add(Fault("refuse", *stage.house.request_of("link"), times=1))
    cast.customer.replies(ticket, "Please send us the RFO.")
    stage.settle()

    stage.connect()
    stage.advance(timedelta(minutes=28))
    stage.sandbox.faults.add(Fault("refuse", *stage.house.request_of("link"), times=1))
    stage.advance(timedelta(minutes=3))
    stage.connect()
    stage.advance(timedelta(minutes=9))

    assert [link.connector_key for link in stage.ticket(ticket).links] == [f"rfo:{ticket}", f"problem:{ticket}"]
    assert len(stage.house.tickets()) == 3
