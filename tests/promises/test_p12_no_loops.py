"""P12: own writes echoed back end in zero further writes; another bot fighting over a field is stopped and told."""

from datetime import timedelta

from connector.work.table import Key
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import calls, notes, writes


def test_an_own_echo_costs_two_reads_at_most_and_writes_nothing(cast: Cast) -> None:
    """The trigger leaves own echoes out; should one come all the same, nothing follows from it."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    since = len(stage.zammad.requests)

    stage.table.touch([Key("zammad", ticket)], stage.clock())
    stage.settle()

    assert writes(stage, since) == []
    assert 1 <= len(calls(stage, since)) <= 2


def test_a_bot_that_keeps_resetting_a_field_is_left_alone_and_told_of_once(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    for _ in range(6):
        cast.agent.sets(ticket, next_escalation_at=None)
        stage.settle()
    since = len(stage.zammad.requests)

    cast.agent.sets(ticket, next_escalation_at=None)
    stage.settle()

    assert writes(stage, since) == []
    assert notes(stage.ticket(ticket)).count("Next escalation at is contested") == 1
    assert stage.ticket(ticket).fields.next_escalation_at is None


def test_the_ladder_goes_on_while_a_field_is_contested(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    for _ in range(6):
        cast.agent.sets(ticket, next_escalation_at=None)
        stage.settle()

    stage.advance(timedelta(hours=2))

    assert stage.ticket(ticket).fields.escalation_level == 3


def test_a_priority_chosen_by_an_agent_is_never_fought_over(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()

    cast.agent.sets(ticket, priority="P3 minor")
    stage.advance(timedelta(hours=3))

    seen = stage.ticket(ticket)
    assert seen.fields.priority == "P3"
    assert seen.fields.priority_source == "agent"
    assert notes(seen).count("Priority P3 kept") == 1
