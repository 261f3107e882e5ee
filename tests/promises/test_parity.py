"""The same policy gives the same result on every helpdesk: equal lives of a ticket end in equal tickets, told in the
rules' own words."""

import random
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.domain.labels import LABELS
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Priority, TicketState
from tests.promises.conftest import COMPLETE, PLACES, Cast, set_the_stage
from tests.promises.happenings import HAPPENINGS, Happening

MINUTES = (1, 7, 16, 61, 130, 480, 1500)
LIVES = range(12)
EVENTS: dict[str, Happening] = {
    **HAPPENINGS,
    # A new ticket of Zammad has the priority "2 normal", which is read as P3: only there is choosing P3 a change.
    "an agent chooses the priority": lambda cast, ticket: cast.agent.sets(ticket, priority=Priority.P2),
}

_IDS = re.compile(r"\b(?:ISP-\d+|41\d{3})\b|(?<=message )\d+")
_IN_MARK = re.compile(r"(?<=-)[ah]?\d{1,5}$")
_AGE_OF_A_DESCRIPTION = timedelta(0)


def same_words(ticket: Ticket, text: str) -> str:
    """Without the numbers that each helpdesk gives its own tickets and messages, and what its screens call things."""
    return _IDS.sub("#", _names(ticket).sub("…", text))


def _names(ticket: Ticket) -> re.Pattern[str]:
    """What the screens of the ticket's helpdesk, and the catalogue, call fields and their values."""
    names = {name for labels in (ticket.labels, LABELS) for name in labels.fields.values()}
    # Jira's options are named as they are stored.
    names |= {
        name
        for labels in (ticket.labels, LABELS)
        for values in labels.choices.values()
        for value in values.items()
        for name in value
    }
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})(?!\w)")


def told(ticket: Ticket) -> dict[str, Any]:
    """Everything that people see of the connector's doing, with its time.

    Zammad opens a new ticket when an agent answers, Jira does not: to the rules it is the same.
    """
    fields = {name: same_words(ticket, value) if isinstance(value, str) else value for name, value in ticket.fields}
    messages = [
        (age, article.internal, same_words(ticket, article.subject), same_words(ticket, article.body))
        for article in ticket.articles
        for age in (article.created_at - ticket.created_at,)
        if article.author is Actor.CONNECTOR and article.subject and age > _AGE_OF_A_DESCRIPTION
    ]
    return {
        "kind": ticket.kind,
        "state": TicketState.OPEN if ticket.state is TicketState.NEW else ticket.state,
        "fields": {**fields, "connector_key": None},
        "messages": messages,
        "proved": Counter(_IN_MARK.sub("#", mark) for mark in ticket.marks if not mark.startswith("level-")),
        "links": sorted((link.kind, link.state.is_over) for link in ticket.links),
    }


def lived(cast: Cast, number: int) -> list[dict[str, Any]]:
    """The ticket of a life, and those that the connector made for it."""
    chance, stage = random.Random(number), cast.stage
    ticket = cast.customer.writes("Line down", chance.choice(["Our line is dead.", COMPLETE]))
    stage.settle()
    for _ in range(8):
        EVENTS[chance.choice(sorted(EVENTS))](cast, ticket)
        stage.advance(timedelta(minutes=chance.choice(MINUTES)))
    stage.advance(timedelta(days=8))
    assert stage.table.dead_letters() == []
    seen = stage.ticket(ticket)
    links = sorted(seen.links, key=lambda link: link.kind)
    return [told(one) for one in (seen, *(stage.ticket(link.id) for link in links))]


PLAYED = tuple(helpdesk for helpdesk, _ in PLACES)


@pytest.mark.parametrize("number", LIVES)
def test_equal_lives_end_in_equal_tickets(number: int, tmp_path: Path) -> None:
    ends = {}
    for helpdesk in PLAYED:
        cast = set_the_stage(f"sqlite:///{tmp_path / helpdesk}.sqlite3", helpdesk)
        with cast.stage:
            ends[helpdesk] = lived(cast, number)

    first = ends.pop(PLAYED[0])
    assert {helpdesk: end for helpdesk, end in ends.items() if end != first} == {}
