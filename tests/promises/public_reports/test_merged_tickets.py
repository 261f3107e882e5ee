"""A proof or a field says something about the ticket it was made on, and about no other."""

from datetime import timedelta

import pytest

from connector.domain.vocabulary import RfoStatus, TicketKind, TicketState
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted
from tests.promises.public_reports.conftest import ours

SLOW = "Service ID: SVC-1005\nStart time: 2026-11-23 09:40 UTC\nImpact: non-service affecting\nUrgency: low\n"
"""A P4."""


def merged_after_ten_minutes(cast: Cast) -> str:
    """A P4 of 16 days, at level 5, is merged into a P1 of ten minutes."""
    stage = cast.stage
    old = cast.customer.writes("Mail is slow", SLOW)
    stage.settle()
    cast.agent.replies(old, "We look into it.")
    stage.settle()
    stage.advance(timedelta(days=16))
    dead = COMPLETE.replace("2026-11-23 09:40", f"{stage.clock():%Y-%m-%d %H:%M}")
    new = cast.customer.writes("Line dead", dead)
    stage.settle()
    stage.advance(timedelta(minutes=10))
    cast.agent.merges(old, new)
    stage.settle()
    return new


def test_a_merged_ticket_brings_no_level(zammad: Cast) -> None:
    """zammad/zammad#904, #983."""
    ticket = merged_after_ten_minutes(zammad)
    assert zammad.stage.ticket(ticket).fields.escalation_level == 1


def test_levels_are_announced_after_a_merge(zammad: Cast) -> None:
    """zammad/zammad#904, #983."""
    ticket = merged_after_ten_minutes(zammad)
    before = len(levels_noted(zammad.stage.ticket(ticket)))
    zammad.stage.advance(timedelta(hours=5))
    assert len(levels_noted(zammad.stage.ticket(ticket))) > before


def test_a_merged_incident_has_one_rfo_task(zammad: Cast) -> None:
    """zammad/zammad#186, RotherOSS/otobo#4114, glpi-project/glpi#23139: merging moves links, too."""
    stage, tickets = zammad.stage, []
    for number in range(2):
        ticket = zammad.customer.writes(f"Line dead {number}", COMPLETE)
        stage.settle()
        zammad.agent.replies(ticket, "fixed")
        zammad.agent.sets(ticket, state=TicketState.CLOSED)
        stage.settle()
        zammad.customer.replies(ticket, "Please send us the RFO.")
        stage.settle()
        tickets.append(ticket)
    kept, merged = tickets
    zammad.agent.merges(merged, kept)
    stage.settle()
    stage.settle()
    tasks = [link for link in stage.ticket(kept).links if link.kind is TicketKind.RFO_TASK]
    assert len([task for task in tasks if not task.state.is_over]) == 1


@pytest.fixture
def duplicate(zammad: Cast) -> str:
    """A duplicate that asks for an RFO is merged while the outage goes on."""
    kept = zammad.customer.writes("Line dead", COMPLETE)
    zammad.stage.settle()
    merged = zammad.customer.writes("Line still dead", COMPLETE)
    zammad.stage.settle()
    zammad.agent.sets(merged, rfo_requested=True)
    zammad.stage.settle()
    zammad.agent.replies(kept, "on it")
    zammad.stage.settle()
    zammad.agent.merges(merged, kept)
    zammad.stage.settle()
    return merged


def test_a_merged_duplicate_gets_no_rfo(zammad: Cast, duplicate: str) -> None:
    """osTicket/osTicket-1.7#481, glpi-project/glpi#20620."""
    assert zammad.stage.ticket(duplicate).fields.rfo_status in {None, RfoStatus.REQUESTED}


def test_a_merged_duplicate_tells_the_customer_nothing(zammad: Cast, duplicate: str) -> None:
    """osTicket/osTicket-1.7#481, glpi-project/glpi#20620."""
    assert ours(zammad, duplicate).count(False) == 0
