"""R31: several services of one region that fail at once are proposed as one outage; a person decides.

Turns red if anything happens before a person has confirmed, if a contact hears of the outage twice or of a level not at
all, if an update reaches a customer twice, late, or with somebody's name in it, and if a no is forgotten.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.domain.ticket import Article
from connector.domain.vocabulary import ParentIncident, TicketState
from connector.policy.catalogue import Catalogue
from connector.policy.models import Policy
from connector.sandbox.stage import Person
from tests.builders import default_policy
from tests.promises.conftest import COMPLETE, Cast, Place, open_stage, with_people
from tests.promises.evidence import notes, proofs


def one_region() -> Policy:
    """The default policy, all of whose services are in one region."""
    policy = default_policy()
    services = tuple(service.model_copy(update={"region": "Metro"}) for service in policy.catalogue.services)
    return policy.model_copy(update={"catalogue": Catalogue(customers=policy.catalogue.customers, services=services)})


@pytest.fixture
def cast(place: Place) -> Iterator[Cast]:
    made = with_people(open_stage(place.database_url, helpdesk=place.helpdesk, policy=one_region()))
    with made.stage:
        yield made


def fails(who: Person, service: str) -> str:
    return who.writes("Line down", COMPLETE.replace("SVC-1005", service))


def outage(cast: Cast) -> tuple[str, str, str]:
    """Two lines of one customer and one of another, a minute apart."""
    other = cast.stage.person("joan@acme.example", organization="Acme Logistics", name="Joan Clarke")
    tickets = []
    for who, service in ((cast.customer, "SVC-1005"), (cast.customer, "SVC-1006"), (other, "SVC-1001")):
        tickets.append(fails(who, service))
        cast.stage.advance(timedelta(minutes=1))
    first, second, third = tickets
    return first, second, third


def letters(cast: Cast, ticket: str, text: str) -> list[Article]:
    """The public messages that say this."""
    return [one for one in cast.stage.ticket(ticket).articles if text in one.body and not one.internal]


def stands(cast: Cast, *tickets: str) -> list[ParentIncident | None]:
    return [cast.stage.ticket(ticket).fields.parent_incident for ticket in tickets]


def test_an_outage_from_its_proposal_to_one_update_for_all(cast: Cast) -> None:
    stage = cast.stage
    first, second, third = tickets = outage(cast)
    assert stands(cast, *tickets) == [ParentIncident.PROPOSED, None, None]
    assert {link.id for link in stage.ticket(first).links} == {second, third}
    assert not any("part-of" in str(article.marks) for each in tickets for article in stage.ticket(each).articles)

    cast.agent.sets(first, parent_update="Written too early.")
    stage.settle()
    assert not any(letters(cast, each, "Written too early.") for each in tickets)
    cast.agent.sets(first, parent_update=None)
    cast.agent.sets(first, parent_incident=ParentIncident.CONFIRMED)
    stage.settle()
    assert sum("Parent incident" in title for title in notes(stage.ticket(first))) == 1
    number = stage.ticket(first).number
    assert [f"Part of {number}" in " ".join(notes(stage.ticket(each))) for each in tickets] == [False, True, True]

    cast.agent.sets(first, parent_update="Acme Logistics and SVC-1006 are down.")
    stage.settle()
    assert not any(letters(cast, each, "are down") for each in tickets)
    assert sum("names somebody" in title for title in notes(stage.ticket(first))) == 1
    for text in ("A cable was cut; splicing has begun.", "Service is back on half of the lines."):
        cast.agent.sets(first, parent_update=text)
        stage.settle()
        stage.advance(timedelta(minutes=1))
        assert [len(letters(cast, each, text)) for each in tickets] == [1, 1, 1]
    assert "Harbour" not in letters(cast, third, "A cable was cut")[0].body
    heard = [stage.ticket(each).fields.next_update_at for each in tickets]
    assert all(at is not None and at > stage.clock() + timedelta(minutes=57) for at in heard), "an update is an update"

    stage.advance(timedelta(hours=3))
    levels = {each: stage.ticket(each) for each in tickets}
    assert all((one.fields.escalation_level or 0) >= 3 for one in levels.values()), "every ladder goes on"
    told = {each: [title for title in notes(one) if "level 3" in title.lower()] for each, one in levels.items()}
    assert [len(each) for each in told.values()] == [1, 1, 1]
    assert "announced on" not in told[first][0]
    assert told[second][0].endswith(f"announced on {number}")
    assert "announced on" not in told[third][0], "Acme's ladder has contacts of its own"
    assert levels[second].fields.escalated_from == levels[second].fields.escalation_level
    assert all(set(proofs(one).values()) == {1} for one in levels.values())

    late = fails(cast.customer, "SVC-1002")
    stage.settle()
    assert not stage.ticket(late).links, "a person decides who is part of it"


def test_a_no_is_remembered(cast: Cast) -> None:
    stage = cast.stage
    tickets = outage(cast)
    cast.manager.sets(tickets[0], parent_incident=ParentIncident.DECLINED)
    stage.settle()
    more = fails(cast.customer, "SVC-1005"), fails(cast.customer, "SVC-1006")
    stage.settle()
    assert stands(cast, *tickets, *more) == [ParentIncident.DECLINED, None, None, None, None]
    assert not any("Part of" in title for each in (*tickets, *more) for title in notes(stage.ticket(each)))
    assert not stage.ticket(more[0]).links


def test_what_a_customer_writes_into_it_reaches_nobody(cast: Cast) -> None:
    stage = cast.stage
    tickets = outage(cast)
    cast.agent.sets(tickets[0], parent_incident=ParentIncident.CONFIRMED)
    stage.settle()
    cast.outsider.sets(tickets[0], parent_update="Call me at this number.")
    stage.advance(timedelta(minutes=5))
    assert not any(letters(cast, each, "Call me") for each in tickets)
    assert stage.ticket(tickets[0]).fields.parent_update is None

    cast.agent.sets(tickets[0], state=TicketState.CLOSED)
    stage.advance(timedelta(hours=2))
    second = notes(stage.ticket(tickets[1]))
    assert any("level 3" in title.lower() and "announced on" not in title for title in second), (
        "it speaks for itself now"
    )
