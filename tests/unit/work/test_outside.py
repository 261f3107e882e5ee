"""What is told outside is worded once: not again at each look at a ticket that has been told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.policy.models import Policy
from connector.work.outside import Outside
from connector.work.table import Key, WorkTable
from connector.work.tellings import WantedTelling
from tests.builders import T0, default_policy, incident, note


class Counting:
    """Wants a level and counts how often it is worded."""

    def __init__(self) -> None:
        self.worded = 0

    def wanted(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> Iterator[WantedTelling]:
        yield WantedTelling("level-2", "pager", self._words)

    def is_noted(self, receiver: str) -> bool:
        return True

    def _words(self) -> str:
        self.worded += 1
        return '{"type": "escalation.level_reached"}'


@pytest.fixture
def table(sqlite_url: str) -> Iterator[WorkTable]:
    opened = WorkTable.open(sqlite_url, lambda: T0)
    yield opened
    opened.close()


def test_only_what_is_not_told_yet_is_worded(table: WorkTable) -> None:
    teller, ticket = Counting(), incident()

    def looks(seen: Ticket) -> None:
        table.touch([Key("zammad", ticket.id)], T0)
        [job] = table.claim("zammad", 1, timedelta(minutes=1))
        outside = Outside(table.tellings, (teller,), job)
        table.release([job])
        outside.plan(seen, default_policy(), Decision(outcomes=()), T0)

    looks(ticket)
    looks(ticket)
    assert teller.worded == 1, "it is in the table"

    (telling,) = table.tellings.claim("zammad", 1, timedelta(minutes=1))
    table.tellings.told(telling)
    said = incident(articles=(note({"told-pager-level-2"}),))
    looks(said)
    assert table.tellings.of("zammad", ticket.id) == [], "the ticket is the record"
    looks(said)
    assert teller.worded == 1
