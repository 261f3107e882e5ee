"""The Zammad adapter: what it asks, what it sends, and what it makes of an answer that is not what was sent."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connector.domain.changes import Changes
from connector.domain.decision import NewTicket, Note
from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import Article, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Channel, Impact, IntakeStatus, Priority, RfoStatus, TicketState
from connector.helpdesks.errors import (
    ExposedNoteError,
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from tests.builders import incident
from tests.unit.helpdesks.zammad.answers import (
    API,
    BOT,
    NOW,
    PRIORITIES,
    URL,
    after_note,
    changed_later,
    desk,
    mapping,
    proofs,
    recorded,
    row,
    shown,
)

DUE = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
INTERNAL = Note(
    public=False,
    title="Escalation level 2: shift manager",
    text="Reached.",
    marks=frozenset({Mark.parse("level-2")}),
)
PUBLIC = Note(
    public=True,
    title="Ticket 41007: details needed",
    text="Hello",
    marks=frozenset(map(Mark.parse, ("asked", "understood"))),
)
TASK = NewTicket(
    key="rfo:7",
    title="RFO for incident 41007",
    text="Write it.",
    group="rfo",
    fields={"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "priority": Priority.P1, "service_id": None},
)


def sent(zammad: responses.RequestsMock, method: str, path: str) -> list[Any]:
    """The bodies of the requests with this method and path."""
    calls = [call.request for call in zammad.calls]
    return [
        json.loads(call.body or "null")
        for call in calls
        if call.method == method and str(call.url).partition("?")[0] == f"{API}/{path}"
    ]


def asked(zammad: responses.RequestsMock) -> list[str]:
    """What has been asked, without the introduction."""
    paths = [str(call.request.url).removeprefix(f"{API}/") for call in zammad.calls]
    return [path for path in paths if path not in ("users/me", "ticket_states", "ticket_priorities")]


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


class TestWriting:
    def test_attributes_and_message_go_in_one_put(self, zammad: responses.RequestsMock) -> None:
        """As in recording 012."""
        zammad.put(
            f"{API}/tickets/7",
            json=after_note(escalation_level=2, impact="degradation", rfo_due_at="2026-11-30T12:00:00.000Z"),
        )
        changes: Changes = {
            "escalation_level": 2,
            "group": "level_3",
            "priority": Priority.P1,
            "impact": Impact.DEGRADATION,
            "rfo_due_at": DUE,
        }

        updated = desk().write(incident(), changes, INTERNAL)

        assert sent(zammad, "PUT", "tickets/7") == [
            {
                "escalation_level": 2,
                "group": "Operations Management",
                "priority": "P1 critical",
                "impact": "degradation",
                "rfo_due_at": "2026-11-30T12:00:00Z",
                "article": {
                    "subject": "Escalation level 2: shift manager",
                    "body": "Reached.",
                    "content_type": "text/plain",
                    "internal": True,
                    "preferences": {"interspace": proofs().sealed(TicketId("7"), INTERNAL.marks)},
                    "type": "note",
                },
            }
        ]
        assert updated == incident().updated_at, "the answer shows what others changed: it was not seen"
        assert [path for path in asked(zammad) if not path.startswith("tickets/7")] == []

    @pytest.mark.parametrize(
        ("other", "articles", "is_seen"),
        [({}, [2], True), ({"service_ref": "SVC-9"}, [2], False), ({}, [2, 5], False)],
        ids=["nothing", "a field", "a message"],
    )
    def test_what_crosses_a_write_counts_as_not_seen(
        self, zammad: responses.RequestsMock, other: dict[str, Any], articles: list[int], is_seen: bool
    ) -> None:
        """Found on a real 6.4: of an agent's change that crosses ours no webhook tells."""
        zammad.put(f"{API}/tickets/7", json=row() | other | {"article_ids": articles})
        article = Article(id="2", author=Actor.CUSTOMER, created_at=NOW, channel=Channel.EMAIL, internal=False)
        ticket = incident().model_copy(update={"fields": Fields(priority=Priority.P2), "articles": (article,)})

        updated = desk().write(ticket, {"priority_reason": None}, None)

        assert updated == (datetime(2026, 11, 22, 12, 49, 5, 628_000, tzinfo=UTC) if is_seen else ticket.updated_at)

    def test_an_internal_note_that_came_back_public_stops_everything(self, zammad: responses.RequestsMock) -> None:
        zammad.put(f"{API}/tickets/7", json=after_note(internal=False))

        with pytest.raises(ExposedNoteError, match="the internal note \\(article 3\\) is public"):
            desk().write(incident(), {}, INTERNAL)

    def test_where_the_answer_does_not_tell_the_note_is_read_again(self, zammad: responses.RequestsMock) -> None:
        zammad.put(f"{API}/tickets/7", json=row())
        zammad.get(f"{API}/tickets/7", json=after_note(internal=False))

        with pytest.raises(ExposedNoteError):
            desk().write(incident(), {}, INTERNAL)

    def test_the_body_has_the_shape_of_the_recorded_one(self, zammad: responses.RequestsMock) -> None:
        zammad.put(f"{API}/tickets/7", json=after_note())

        desk().write(incident(), {}, INTERNAL)

        (body,) = sent(zammad, "PUT", "tickets/7")
        assert set(recorded("012-ticket-update-with-article")["request"]["body"]["article"]) <= set(body["article"])

    def test_without_a_message_no_article_is_sent(self, zammad: responses.RequestsMock) -> None:
        zammad.put(f"{API}/tickets/7", json=row())

        desk().write(incident(), {"escalation_request": None}, None)

        assert sent(zammad, "PUT", "tickets/7") == [{"escalation_request": None}]

    def test_a_public_message_is_a_mail_to_the_customer(self, zammad: responses.RequestsMock) -> None:
        zammad.put(f"{API}/tickets/7", json=row())

        desk().write(incident(), {}, PUBLIC)

        assert sent(zammad, "PUT", "tickets/7")[0]["article"] == {
            "subject": "Ticket 41007: details needed",
            "body": "Hello",
            "content_type": "text/plain",
            "internal": False,
            "preferences": {"interspace": proofs().sealed(TicketId("7"), PUBLIC.marks)},
            "type": "email",
            "sender": "System",
            "to": "ada@harbour.example",
        }

    def test_a_customer_without_an_address_cannot_be_written_to(self, zammad: responses.RequestsMock) -> None:
        """A public note would be read by nobody: support has to tell the customer."""
        ticket = incident()
        nameless = ticket.model_copy(update={"customer": ticket.customer.model_copy(update={"email": None})})

        with pytest.raises(RefusedError, match="no e-mail address") as caught:
            desk().write(nameless, {}, PUBLIC)
        assert caught.value.details == {"message"}

    def test_a_customer_of_the_portal_without_an_address_gets_a_note(self, zammad: responses.RequestsMock) -> None:
        zammad.put(f"{API}/tickets/7", json=row())
        ticket = incident(channel=Channel.WEB)
        nameless = ticket.model_copy(update={"customer": ticket.customer.model_copy(update={"email": None})})

        desk().write(nameless, {}, PUBLIC)

        article = sent(zammad, "PUT", "tickets/7")[0]["article"]
        assert (article["type"], article["internal"]) == ("note", False)
        assert "to" not in article

    def test_an_internal_message_is_never_mailed(self, zammad: responses.RequestsMock) -> None:
        zammad.put(f"{API}/tickets/7", json=after_note())

        desk().write(incident(), {}, INTERNAL)

        article = sent(zammad, "PUT", "tickets/7")[0]["article"]
        assert (article["type"], article["internal"]) == ("note", True)
        assert "to" not in article

    @pytest.mark.parametrize(
        ("changes", "held", "lost"),
        [
            ({"problem_start": DUE}, {"problem_start": None}, "problem_start"),
            ({"service_id": "SVC-1"}, {"service_id": "SVC-2"}, "service_ref"),
            ({"escalation_level": 3}, {"escalation_level": 0}, "escalation_level"),
            ({"intake_status": IntakeStatus.ASKED, "service_id": "x"}, {}, "intake_status, service_ref"),
        ],
    )
    def test_what_zammad_did_not_store_is_named(
        self, zammad: responses.RequestsMock, changes: Changes, held: dict[str, Any], lost: str
    ) -> None:
        """Recordings 065 and 072: 200 all the same."""
        zammad.put(f"{API}/tickets/7", json=row(**held))

        with pytest.raises(PermanentError, match=f"PUT tickets/7: answered with success but did not store {lost}"):
            desk().write(incident(), changes, None)

    def test_recorded_bad_dates_are_noticed(self, zammad: responses.RequestsMock) -> None:
        body = recorded("065-ticket-update-custom-bad-datetime")["body"]
        zammad.put(f"{API}/tickets/7", json=body)

        with pytest.raises(PermanentError, match="did not store problem_start"):
            desk().write(incident(), {"problem_start": DUE}, None)

    def test_a_value_that_cannot_be_written_is_left_out(self, zammad: responses.RequestsMock) -> None:
        """A priority that the mapping does not know has no name."""
        zammad.put(f"{API}/tickets/7", json=row())

        desk().write(incident(), {"priority": None, "group": None, "priority_reason": None}, None)

        assert sent(zammad, "PUT", "tickets/7") == [{"priority_reason": None}]

    @pytest.mark.parametrize(
        ("status", "kind"),
        [(404, NotFoundError), (403, ForbiddenError), (422, PermanentError), (429, RateLimitedError)],
    )
    def test_a_refused_write_is_the_clients_error(
        self, zammad: responses.RequestsMock, status: int, kind: type[HelpdeskError]
    ) -> None:
        zammad.put(f"{API}/tickets/7", json={"error": "no"}, status=status)

        with pytest.raises(kind):
            desk().write(incident(), {}, INTERNAL)


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


def test_it_goes_by_its_name() -> None:
    client = ZammadClient(URL, "token", lambda: NOW)

    assert ZammadDesk(client, mapping()).name == "zammad"
    assert ZammadDesk(client, mapping(), "berlin").name == "berlin"


def test_a_ticket_read_knows_its_helpdesk(zammad: responses.RequestsMock) -> None:
    zammad.get(f"{API}/tickets/2", json=shown())
    ticket: Ticket = ZammadDesk(ZammadClient(URL, "token", lambda: NOW), mapping(), "berlin").read(TicketId("2"))

    assert ticket.helpdesk == "berlin"
