"""What is asked of Zammad to read a ticket, and what becomes of its answers."""

from typing import Any

import pytest
import responses

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority
from connector.helpdesks.errors import (
    HelpdeskError,
    NotFoundError,
    PermanentError,
    UnavailableError,
)
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from tests.unit.helpdesks.zammad.answers import (
    API,
    NOW,
    PRIORITIES,
    URL,
    changed_later,
    desk,
    mapping,
    recorded,
    shown,
)
from tests.unit.helpdesks.zammad.asked_and_sent import asked, sent


class TestReading:
    def test_a_ticket_nobody_has_changed_is_one_request(self, zammad: responses.RequestsMock) -> None:
        zammad.get(f"{API}/tickets/2", json=shown())

        desk().read(TicketId("2"))

        assert asked(zammad) == ["tickets/2?all=true"]

    @pytest.mark.parametrize(
        "values",
        [{"updated_at": "2026-11-22T12:49:08.000Z"}, {"updated_by_id": 4}],
        ids=["later", "by somebody else"],
    )
    def test_a_changed_ticket_is_two(self, zammad: responses.RequestsMock, values: dict[str, Any]) -> None:
        zammad.get(f"{API}/tickets/2", json=shown(**values))
        zammad.get(f"{API}/ticket_history/2", json={"history": [], "assets": {}})

        desk().read(TicketId("2"))

        assert asked(zammad) == ["tickets/2?all=true", "ticket_history/2"]

    def test_the_history_is_kept_until_the_ticket_changes(self, zammad: responses.RequestsMock) -> None:
        """Measured: 2 requests, then 1; after an own write, which changes the ticket, 2 and then 1 again."""
        zammad.get(f"{API}/tickets/2", json=changed_later(shown()))
        zammad.get(f"{API}/ticket_history/2", json={"history": [], "assets": {}})
        helpdesk = desk()

        helpdesk.read(TicketId("2"))
        helpdesk.read(TicketId("2"))
        assert asked(zammad) == ["tickets/2?all=true", "ticket_history/2", "tickets/2?all=true"]

        zammad.replace(responses.GET, f"{API}/tickets/2", json=shown(updated_at="2026-11-22T12:55:00.000Z"))
        helpdesk.read(TicketId("2"))
        helpdesk.read(TicketId("2"))
        assert asked(zammad)[3:] == ["tickets/2?all=true", "ticket_history/2", "tickets/2?all=true"]

    def test_names_are_read_again_when_an_unknown_id_turns_up(self, zammad: responses.RequestsMock) -> None:
        zammad.get(f"{API}/tickets/2", json=shown())
        helpdesk = desk()
        helpdesk.read(TicketId("2"))
        added = [*PRIORITIES, {"id": 5, "name": "P2 major"}]
        zammad.replace(responses.GET, f"{API}/ticket_priorities", json=added)
        zammad.replace(responses.GET, f"{API}/tickets/2", json=shown(priority_id=5))

        assert helpdesk.read(TicketId("2")).fields.priority is Priority.P2
        assert len(sent(zammad, "GET", "ticket_priorities")) == 2

    def test_an_id_that_zammad_does_not_list_is_named(self, zammad: responses.RequestsMock) -> None:
        zammad.get(f"{API}/tickets/2", json=shown(priority_id=77))

        with pytest.raises(PermanentError, match="lists no priority with id 77"):
            desk().read(TicketId("2"))

    def test_a_priority_the_mapping_does_not_know_is_none(self, zammad: responses.RequestsMock) -> None:
        zammad.replace(responses.GET, f"{API}/ticket_priorities", json=[{"id": 2, "name": "whenever"}])
        zammad.get(f"{API}/tickets/2", json=shown())

        assert desk().read(TicketId("2")).fields.priority is None

    @pytest.mark.parametrize("listed", [{}, ["new"], [{"id": 1}], [{"id": "x", "name": "new"}], None])
    def test_a_list_of_another_shape_is_an_error(self, zammad: responses.RequestsMock, listed: Any) -> None:
        zammad.replace(responses.GET, f"{API}/ticket_states", json=listed)
        zammad.get(f"{API}/tickets/2", json=shown())

        with pytest.raises(HelpdeskError, match="Zammad GET ticket_states: "):
            desk().read(TicketId("2"))

    @pytest.mark.parametrize("path", ["users/me", "ticket_states", "ticket_priorities"])
    def test_what_every_ticket_needs_is_no_tickets_fault(self, zammad: responses.RequestsMock, path: str) -> None:
        zammad.replace(responses.GET, f"{API}/{path}", json={"error": "Not authorized"}, status=403)
        zammad.get(f"{API}/tickets/2", json=shown())

        with pytest.raises(UnavailableError):
            desk().read(TicketId("2"))

    def test_a_number_leads_to_its_id(self, zammad: responses.RequestsMock) -> None:
        zammad.post(f"{API}/tickets/search", json=recorded("363-search-updated-since")["body"][:1])

        assert desk().id_of("41031") == "33"

    def test_an_unknown_number_is_not_found(self, zammad: responses.RequestsMock) -> None:
        zammad.post(f"{API}/tickets/search", json=[])

        with pytest.raises(NotFoundError, match="no ticket with number 4711"):
            desk().id_of("4711")


def test_it_goes_by_its_name() -> None:
    client = ZammadClient(URL, "token", lambda: NOW)

    assert ZammadDesk(client, mapping()).name == "zammad"
    assert ZammadDesk(client, mapping(), "berlin").name == "berlin"


def test_a_ticket_read_knows_its_helpdesk(zammad: responses.RequestsMock) -> None:
    zammad.get(f"{API}/tickets/2", json=shown())
    ticket: Ticket = ZammadDesk(ZammadClient(URL, "token", lambda: NOW), mapping(), "berlin").read(TicketId("2"))

    assert ticket.helpdesk == "berlin"
