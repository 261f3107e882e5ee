"""Agents are told from customers by the ids of their roles; where nobody can, nothing is done.

From 6.6 or 7.0 on answers hold no roles and no groups (read in source, as what they note of AI agents). Tried, and red:
a role without a name is a customer's; what was written for another mapping counts; a group without a name is another
department's; an AI agent at work is not waited for.
"""

from copy import deepcopy
from typing import Any

import pytest
import responses

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, TicketKind
from connector.helpdesks.errors import TransientError, UnavailableError
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.roles import mapped_roles, roles_in, written_roles
from tests.unit.helpdesks.zammad.answers import ADMIN, API, changed_later, desk, mapping, recorded, shown

AGENTS, CUSTOMERS, MANAGERS = 2, 3, 17
OWN = [{"id": AGENTS, "name": "Agent"}, {"id": 18, "name": "Interspace Connector"}]


def written(mapping: ZammadMapping, *ids: int) -> str:
    begin, _, end = written_roles(mapping)
    return f"A wish to the rules. {' '.join([begin, *map(str, ids)])}{end} [interspace-connector 0.2.0]"


INSTALLED = written(mapping(), AGENTS, MANAGERS)


def of_seven(author: Any = (1, AGENTS)) -> tuple[dict[str, Any], dict[str, Any]]:
    """A ticket with its history as 7.0 answers them, and the roles of their author."""
    whole, history = changed_later(shown(state_id=3)), deepcopy(recorded("030-ticket-history")["body"])
    for answer in (whole, history):
        for gone in ("Role", "Group"):
            answer["assets"].pop(gone, None)
        answer["assets"]["User"][str(ADMIN)]["role_ids"] = author
    return whole, history


def read(zammad: responses.RequestsMock, note: str | None = INSTALLED, *, author: Any = (1, AGENTS)) -> Ticket:
    """As the author of everything has these roles."""
    whole, history = of_seven(author)
    zammad.replace("GET", f"{API}/groups", json=[{"id": 1, "name": "Users"}])
    zammad.get(f"{API}/roles", json=OWN)
    zammad.get(f"{API}/macros", json=[{"id": 1, "name": "Interspace", "note": note}])
    zammad.get(f"{API}/tickets/2", json=whole)
    zammad.get(f"{API}/ticket_history/2", json=history)
    return desk().read(TicketId("2"))


def test_people_and_group_without_their_assets(zammad: responses.RequestsMock) -> None:
    ticket = read(zammad)

    assert ticket.created_by is Actor.AGENT
    assert {change.actor for change in ticket.history} == {Actor.AGENT}
    assert (ticket.fields.group, ticket.kind) == ("intake", TicketKind.INCIDENT)


@pytest.mark.parametrize(
    ("role_ids", "actor"),
    [([AGENTS], Actor.AGENT), ([AGENTS, MANAGERS], Actor.MANAGER), ([CUSTOMERS], Actor.CUSTOMER), ([], Actor.CUSTOMER)],
)
def test_who_somebody_is_by_the_ids_that_were_installed(
    zammad: responses.RequestsMock, role_ids: list[int], actor: Actor
) -> None:
    assert {change.actor for change in read(zammad, author=role_ids).history} == {actor}


@pytest.mark.parametrize(
    "note", [None, "A wish to the rules.", written(mapping(), AGENTS), INSTALLED.replace("Roles ", "Roles 0", 1)]
)
def test_a_role_that_nobody_names_stops_the_work(zammad: responses.RequestsMock, note: str | None) -> None:
    with pytest.raises(UnavailableError, match=r"what role 1 .* is.*install apply"):
        read(zammad, note)


def test_work_goes_on_as_soon_as_the_roles_are_installed(zammad: responses.RequestsMock) -> None:
    whole, history = of_seven()
    zammad.replace("GET", f"{API}/groups", json=[{"id": 1, "name": "Users"}])
    zammad.get(f"{API}/roles", json=OWN)
    zammad.get(f"{API}/macros", json=[])
    zammad.get(f"{API}/tickets/2", json=whole)
    zammad.get(f"{API}/ticket_history/2", json=history)
    connector = desk()
    with pytest.raises(UnavailableError):
        connector.read(TicketId("2"))

    zammad.replace("GET", f"{API}/macros", json=[{"id": 1, "name": "Interspace", "note": INSTALLED}])

    assert connector.read(TicketId("2")).created_by is Actor.AGENT


def test_roles_are_asked_for_once(zammad: responses.RequestsMock) -> None:
    read(zammad)

    assert [call.request.url for call in zammad.calls].count(f"{API}/roles") == 1


def test_a_user_without_any_word_on_roles_lets_the_ticket_wait(zammad: responses.RequestsMock) -> None:
    with pytest.raises(TransientError, match=f"roles user {ADMIN} has"):
        read(zammad, author=None)


def test_a_group_that_nobody_names_lets_the_ticket_wait(zammad: responses.RequestsMock) -> None:
    whole, history = of_seven()
    zammad.get(f"{API}/tickets/2", json=whole)
    zammad.get(f"{API}/ticket_history/2", json=history)

    with pytest.raises(TransientError, match="what group 1 of ticket 41002 is"):
        desk().read(TicketId("2"))


def test_what_was_written_for_other_roles_counts_for_nothing() -> None:
    other = mapping().model_copy(update={"roles": mapping().roles.model_copy(update={"agents": ("Support",)})})

    assert roles_in(INSTALLED, other) == {}
    assert roles_in(INSTALLED, mapping()) == dict(zip((AGENTS, MANAGERS), mapped_roles(mapping()), strict=True))


def test_a_ticket_waits_while_an_ai_agent_is_at_work(zammad: responses.RequestsMock) -> None:
    zammad.get(f"{API}/tickets/2", json=shown(ai_agent_running=True))

    with pytest.raises(TransientError, match=r"AI agent .* ticket 41002"):
        desk().read(TicketId("2"))
