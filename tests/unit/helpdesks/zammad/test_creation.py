"""Tickets that are found by their key, else created, and linked."""

from typing import Any

import pytest
import responses

from connector.domain.decision import NewTicket
from connector.domain.ticket import LinkedTicket
from connector.domain.vocabulary import Priority, RfoStatus, TicketState
from connector.helpdesks.errors import (
    PermanentError,
    UnavailableError,
)
from tests.builders import incident
from tests.unit.helpdesks.zammad.answers import (
    API,
    BOT,
    NOW,
    desk,
    recorded,
    row,
)
from tests.unit.helpdesks.zammad.asked_and_sent import DUE, sent

TASK = NewTicket(
    key="rfo:7",
    title="RFO for incident 41007",
    text="Write it.",
    group="rfo",
    fields={"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "priority": Priority.P1, "service_id": None},
)


class TestFindOrCreate:
    def found(self, zammad: responses.RequestsMock, *ids: int) -> None:
        rows = [{"id": number, "created_at": NOW.isoformat(), "updated_at": NOW.isoformat()} for number in ids]
        zammad.post(f"{API}/tickets/search", json=rows)

    def created(self, zammad: responses.RequestsMock, **values: Any) -> None:
        held = {"connector_key": "rfo:7", "rfo_status": "due", "rfo_due_at": "2026-11-30T12:00:00.000Z"}
        zammad.post(f"{API}/tickets", json=row(**(held | values)) | {"id": 90}, status=201)

    def test_a_new_ticket_is_created_and_linked(self, zammad: responses.RequestsMock) -> None:
        self.found(zammad)
        self.created(zammad)
        zammad.post(f"{API}/links/add", json={"id": 1}, status=201)

        assert desk().ensure(TASK, incident()) == "90"
        assert sent(zammad, "POST", "tickets") == [
            {
                "title": "RFO for incident 41007",
                "group": "RFO",
                "customer_id": BOT,
                "connector_key": "rfo:7",
                "rfo_status": "due",
                "rfo_due_at": "2026-11-30T12:00:00Z",
                "priority": "P1 critical",
                "service_ref": None,
                "article": {
                    "subject": "RFO for incident 41007",
                    "body": "Write it.",
                    "type": "note",
                    "internal": True,
                    "preferences": {"interspace": {}},
                },
                "links": {"Ticket": {"normal": [7]}},
            }
        ]
        assert sent(zammad, "POST", "links/add") == [
            {
                "link_type": "normal",
                "link_object_target": "Ticket",
                "link_object_target_value": 90,
                "link_object_source": "Ticket",
                "link_object_source_number": "41007",
            }
        ], "the answer showed no link: made as a second step"

    def test_a_zammad_that_links_in_the_same_request_gets_no_second_one(self, zammad: responses.RequestsMock) -> None:
        """Zammad's source of 5.5 to 7.2 (tickets_controller.rb)."""
        self.found(zammad)
        held = {"connector_key": "rfo:7", "rfo_status": "due", "rfo_due_at": "2026-11-30T12:00:00.000Z"}
        linked = {"link_type": "normal", "link_object": "Ticket", "link_object_value": 7}
        answer = {
            "ticket_id": 90,
            "ticket_article_ids": [],
            "assets": {"Ticket": {"90": row(**held) | {"id": 90}}},
            "links": [linked],
        }
        zammad.post(f"{API}/tickets", json=answer, status=201)

        assert desk().ensure(TASK, incident()) == "90"

    def test_a_ticket_that_the_incident_shows_as_linked_is_linked_no_more(self, zammad: responses.RequestsMock) -> None:
        self.found(zammad, 55)

        link = LinkedTicket(id="55", number="41055", state=TicketState.OPEN, created_by_connector=True)
        assert desk().ensure(TASK, incident().model_copy(update={"links": (link,)})) == "55"

    def test_only_an_own_ticket_with_the_key_is_looked_for(self, zammad: responses.RequestsMock) -> None:
        """P20: anybody can write a key."""
        self.found(zammad, 55)
        zammad.post(f"{API}/links/add", json={}, status=201)

        desk().ensure(TASK, incident())

        (search,) = sent(zammad, "POST", "tickets/search")
        assert search["condition"] == {
            "ticket.connector_key": {"operator": "is", "value": "rfo:7"},
            "ticket.created_by_id": {"operator": "is", "pre_condition": "specific", "value": [str(BOT)]},
        }

    def test_a_ticket_that_exists_is_found_and_linked_again(self, zammad: responses.RequestsMock) -> None:
        self.found(zammad, 55)
        duplicate = recorded("027-links-add-duplicate")
        zammad.post(f"{API}/links/add", json=duplicate["body"], status=duplicate["status"])

        assert desk().ensure(TASK, incident()) == "55"
        assert sent(zammad, "POST", "tickets") == []

    def test_any_other_refusal_of_the_link_is_an_error(self, zammad: responses.RequestsMock) -> None:
        self.found(zammad, 55)
        zammad.post(f"{API}/links/add", json={"error": "No such object"}, status=422)

        with pytest.raises(PermanentError, match="No such object"):
            desk().ensure(TASK, incident())

    @pytest.mark.parametrize("lost", [{"connector_key": None}, {"rfo_due_at": None}])
    def test_a_ticket_that_would_never_be_found_again_is_an_error(
        self, zammad: responses.RequestsMock, lost: dict[str, Any]
    ) -> None:
        self.found(zammad)
        self.created(zammad, **lost)

        with pytest.raises(PermanentError, match="POST tickets: answered with success but did not store"):
            desk().ensure(TASK, incident())

    def test_a_lost_answer_creates_nothing_twice(self, zammad: responses.RequestsMock) -> None:
        """P13: the ticket was created, the answer never came; the next call finds it."""
        self.found(zammad)
        zammad.post(f"{API}/tickets", body=ConnectionResetError("gone"))
        helpdesk = desk()
        with pytest.raises(UnavailableError):
            helpdesk.ensure(TASK, incident())
        zammad.replace(
            responses.POST,
            f"{API}/tickets/search",
            json=[{"id": 90, "created_at": NOW.isoformat(), "updated_at": NOW.isoformat()}],
        )
        zammad.post(f"{API}/links/add", json={}, status=201)

        assert helpdesk.ensure(TASK, incident()) == "90"
        assert len(sent(zammad, "POST", "tickets")) == 1
