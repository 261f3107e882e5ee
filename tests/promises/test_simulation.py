"""What ``simulate`` says of the policy in use is what the connector has really done, on each helpdesk.

Tried, and red: changes of the connector are replayed as if people had made them; deadlines between two events are left
out; a letter counts although it has been said.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, TicketState
from connector.simulation.acts import Act
from connector.simulation.replay import replay
from tests.builders import default_policy
from tests.promises.conftest import COMPLETE, Cast, set_the_stage

HOUR = timedelta(hours=1)
GERMAN = "Guten Tag, unsere Leitung ist seit heute Morgen komplett ausgefallen. Bitte prüfen Sie das umgehend."
_LATE = timedelta(seconds=5)
"""A webhook takes some seconds, and a deadline is met within some."""


@pytest.fixture(params=["zammad-5.5", "zammad-7", "jira-cloud"])
def cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on each kind of helpdesk."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


def lived_through(cast: Cast) -> list[str]:
    """Tickets with all that a support team does to them."""
    told, silent = cast.customer.writes("Line down", COMPLETE), cast.customer.writes("Ausfall", GERMAN)
    cast.stage.settle()
    cast.stage.advance(2 * HOUR)
    cast.agent.replies(told, "We have found a broken fibre.")
    cast.stage.advance(HOUR)
    cast.customer.replies(told, "Please escalate this ticket.")
    cast.agent.sets(silent, impact="degradation")
    cast.stage.advance(5 * HOUR)
    cast.agent.replies(told, "It is repaired.")
    cast.agent.sets(told, state=TicketState.CLOSED)
    cast.stage.advance(30 * HOUR)
    return [told, silent]


def really(ticket: Ticket, field: str) -> list[tuple[datetime, str]]:
    """When the connector set the field, and to what."""
    return [(change.at, str(change.new)) for change in ticket.changes.get(field, ()) if change.actor is Actor.CONNECTOR]


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def same(simulated: list[Act], real: list[tuple[datetime, str]]) -> bool:
    values = [act.what.split()[-1] for act in simulated]
    times = all(abs(act.at - at) <= _LATE for act, (at, _) in zip(simulated, real, strict=False))
    return values == [value for _, value in real] and times


def test_the_policy_in_use_would_have_done_what_it_has_done(cast: Cast) -> None:
    for number in lived_through(cast):
        ticket = cast.stage.ticket(number)
        acts = replay(ticket, default_policy(), cast.stage.clock()).acts

        rises = [act for act in acts if act.what.startswith("level ")]
        reached = [entry for entry in really(ticket, "escalation_level") if entry[1] != "1"]
        assert same(rises, reached), (rises, reached)
        chosen = [act for act in acts if act.what.startswith("priority ")]
        assert [act.what for act in chosen] == [f"priority {value}" for _, value in really(ticket, "priority")]
        letters = {minute(act.at) for act in acts if act.what.startswith("letter ")}
        ours = [one for one in ticket.articles if one.author is Actor.CONNECTOR and not one.internal]
        assert letters == {minute(one.created_at) for one in ours}
