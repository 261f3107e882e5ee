"""What is sent to Zammad, and what happens when its answer is not what was sent."""

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connector.domain.changes import Changes
from connector.domain.decision import Note
from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, Channel, Impact, IntakeStatus, Priority
from connector.helpdesks.errors import (
    ExposedNoteError,
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    RefusedError,
)
from tests.builders import incident
from tests.unit.helpdesks.zammad.answers import (
    API,
    NOW,
    after_note,
    desk,
    proofs,
    recorded,
    row,
)
from tests.unit.helpdesks.zammad.asked_and_sent import DUE, asked, sent

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
