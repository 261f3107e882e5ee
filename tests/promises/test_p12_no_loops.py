"""P12: own writes echoed back end in zero further writes; another bot fighting over a field is stopped after a few
rounds, told of on the ticket once and counted.

Tried, and red: fields are written again that have the value already; a contested field is never left alone; nobody is
told of the contest.
"""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.mark import Mark
from connector.domain.vocabulary import IntakeStatus, Priority, TicketState
from connector.work.table import Key
from tests.counted import total
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import calls, levels_noted, notes, proofs, writes

ROUNDS = 3
"""The connector sets a field so many times within an hour against another program."""


class RivalBot:
    """Another program with an account of support that puts attributes back as soon as the connector sets them."""

    def __init__(self, cast: Cast, ticket: str, attributes: dict[str, Any]) -> None:
        self._cast = cast
        self._ticket = ticket
        self._wants = attributes
        self.rounds = 0

    def fights(self, length: timedelta) -> None:
        """For so long, looking every minute; the connector answers each time if it wants to."""
        stage = self._cast.stage
        until = stage.clock() + length
        while stage.clock() < until:
            held = stage.ticket(self._ticket).fields
            if any(getattr(held, name) != value for name, value in self._wants.items()):
                self._cast.agent.sets(self._ticket, **self._wants)
                self.rounds += 1
            stage.advance(timedelta(minutes=1))


def contested_fields(helpdesk: str) -> float:
    """The counter of fields that were left alone."""
    return total("contested_fields_total", helpdesk=helpdesk)


def opened(cast: Cast) -> str:
    """A P1 that support has answered."""
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.stage.settle()
    cast.agent.replies(ticket, "We are on it.")
    cast.stage.settle()
    return ticket


def test_an_own_echo_costs_two_reads_at_most_and_writes_nothing(cast: Cast) -> None:
    """The trigger leaves own echoes out; should one come all the same, nothing follows from it."""
    stage, ticket = cast.stage, opened(cast)
    since = stage.house.served()

    for _ in range(5):
        stage.table.touch([Key(stage.house.name, ticket)], stage.clock())
        stage.settle()

    assert writes(stage, since) == []
    assert 5 <= len(calls(stage, since)) <= 10


@pytest.mark.parametrize(
    ("attributes", "field"),
    [
        ({"next_escalation_at": None}, "next_escalation_at"),
        ({"repair_due_at": None}, "repair_due_at"),
        ({"intake_status": IntakeStatus.ASKED}, "intake_status"),
        ({"escalation_level": 5}, None),
        ({"priority": Priority.P4}, None),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_rival_for_a_field_is_given_up_after_a_few_rounds(
    cast: Cast, attributes: dict[str, Any], field: str | None
) -> None:
    """Within an hour. What a person of support may decide for themselves is not fought over at all."""
    stage, ticket = cast.stage, opened(cast)
    counted = contested_fields(stage.house.name)
    rival = RivalBot(cast, ticket, attributes)

    rival.fights(timedelta(minutes=50))

    told = [title for title in notes(stage.ticket(ticket)) if title.endswith("is contested")]
    assert rival.rounds <= ROUNDS + 1
    assert told == ([f"{stage.ticket(ticket).labels[field]} is contested"] if field else [])
    assert contested_fields(stage.house.name) - counted == len(told)
    since = stage.house.served()
    cast.agent.replies(ticket, "Still on it.", internal=True)
    stage.settle()
    assert writes(stage, since) == []


def test_a_rival_that_never_gives_up_costs_a_few_writes_an_hour_and_one_note(cast: Cast) -> None:
    stage, ticket = cast.stage, opened(cast)
    cast.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
    stage.settle()
    counted = contested_fields(stage.house.name)
    rival = RivalBot(cast, ticket, {"service_check": None})
    since = stage.house.served()

    rival.fights(timedelta(hours=4))

    assert rival.rounds <= 4 * (ROUNDS + 1)
    assert len(writes(stage, since)) <= rival.rounds + 1
    assert notes(stage.ticket(ticket)).count("Service check is contested") == 1
    assert contested_fields(stage.house.name) - counted == 1


def test_two_fields_at_once_are_told_each_once(cast: Cast) -> None:
    stage, ticket = cast.stage, opened(cast)
    rival = RivalBot(cast, ticket, {"next_escalation_at": None, "repair_due_at": None})

    rival.fights(timedelta(minutes=30))

    told = [Mark.parse(name) for name in proofs(stage.ticket(ticket)).elements() if name.startswith("contested")]
    assert rival.rounds <= ROUNDS + 1
    assert sorted(mark.parts[0] for mark in told) == ["next_escalation_at", "repair_due_at"]


def test_the_ladder_goes_on_while_a_field_is_contested(cast: Cast) -> None:
    stage, ticket = cast.stage, opened(cast)

    RivalBot(cast, ticket, {"next_escalation_at": None}).fights(timedelta(hours=2, minutes=5))

    assert stage.ticket(ticket).fields.escalation_level == 3
    assert levels_noted(stage.ticket(ticket)) == [
        "Escalation level 2: shift manager",
        "Escalation level 3: head of operations",
    ]


def test_an_outsider_is_no_rival(cast: Cast) -> None:
    """What somebody who is not support resets is repaired every time (P20)."""
    stage, ticket = cast.stage, opened(cast)

    for _ in range(8):
        cast.outsider.sets(ticket, next_escalation_at=None)
        stage.settle()
        assert stage.ticket(ticket).fields.next_escalation_at is not None

    assert not any(title.endswith("is contested") for title in notes(stage.ticket(ticket)))


def test_a_priority_chosen_by_an_agent_is_never_fought_over(cast: Cast) -> None:
    stage, ticket = cast.stage, opened(cast)

    cast.agent.sets(ticket, priority=Priority.P3)
    stage.advance(timedelta(hours=3))

    seen = stage.ticket(ticket)
    assert seen.fields.priority == "P3"
    assert seen.fields.priority_source == "agent"
    assert notes(seen).count("Priority P3 kept") == 1
