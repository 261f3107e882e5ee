"""A ticket as its customer's system sees it: what was sent, as it was sent, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.decision import Decision
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, FaultType, Impact, Priority, TicketState, Urgency
from connector.intake.caller import Caller
from connector.trouble_ticket import happenings
from connector.trouble_ticket.request import message_of, request_of
from connector.trouble_ticket.shapes import VERSION_4, ShapeError, checked
from connector.trouble_ticket.version4 import from_version_4, to_version_4
from connector.trouble_ticket.view import sent, view_of
from tests.builders import T0, at, complete, default_policy, incident, moved, note, said
from tests.tmf621_judge import faults
from tests.unit.trouble_ticket.documents import LARGE, OLD, SMALL

CALLER = Caller(panel="wholesale", customers=frozenset({"harbour"}), email="noc@harbour.example", name="Harbour NOC")
ADDRESS = "https://api.isp.example/tmf-api/troubleTicket/v5/troubleTicket"


def kept(document: dict[str, Any], when: datetime = T0) -> tuple[datetime, str]:
    """What a new ticket leaves on the helpdesk."""
    return when, request_of(document, CALLER, default_policy(), "1", when).kept


def patched(patch: dict[str, Any], when: datetime) -> tuple[datetime, str]:
    """What a change leaves there."""
    return when, message_of(patch, CALLER, TicketId("1"), 1, when).kept


def shown(ticket: Ticket) -> dict[str, Any]:
    found = view_of(ticket, "wholesale", ADDRESS)
    assert found is not None
    assert faults(found, "TroubleTicket_RES") == []
    assert faults(to_version_4(found), "TroubleTicket", 4) == []
    return found


def test_values_come_back_as_they_were_sent() -> None:
    found = shown(incident(kept=(kept(LARGE),)))

    ours = {"attachment", "note", "troubleTicketCharacteristic"}
    assert {name: found[name] for name in LARGE.keys() - ours} == {name: LARGE[name] for name in LARGE.keys() - ours}
    assert found["attachment"][0] == {name: v for name, v in LARGE["attachment"][0].items() if name != "content"}
    assert found["note"][0].items() >= LARGE["note"][0].items()
    assert found["note"][0]["id"]
    own = found["troubleTicketCharacteristic"]
    assert own[:2] == LARGE["troubleTicketCharacteristic"]
    assert "ticketNumber" in {each["name"] for each in own[2:]}
    assert found["href"] == f"{ADDRESS}/{found['id']}"


def test_the_least_that_can_be_sent_is_acknowledged() -> None:
    found = shown(incident(kept=(kept(SMALL),), state=TicketState.NEW))

    assert (found["status"], found["severity"]) == ("acknowledged", "Critical")
    assert [change["status"] for change in found["statusChangeHistory"]] == ["acknowledged"]


def test_the_status_is_what_was_said_last() -> None:
    history = (
        moved(TicketState.NEW, TicketState.OPEN, at(minutes=5)),
        moved(TicketState.OPEN, TicketState.RESOLVED, at(hours=1)),
    )
    resolved = shown(incident(kept=(kept(SMALL),), state=TicketState.RESOLVED, history=history))
    patch = {"status": "closed", "statusChangeReason": "It works again"}
    closed = shown(
        incident(kept=(kept(SMALL), patched(patch, at(hours=2))), state=TicketState.RESOLVED, history=history)
    )

    assert [each["status"] for each in resolved["statusChangeHistory"]] == ["acknowledged", "inProgress", "resolved"]
    assert resolved["resolutionDate"] == resolved["statusChangeDate"] == "2026-11-23T11:00:00.000Z"
    assert closed["status"] == "closed"
    assert closed["statusChangeHistory"][-1]["statusChangeReason"] == "It works again"


def test_what_support_says_to_the_customer_is_a_note_and_nothing_else() -> None:
    articles = (
        said("No light on port 3.", channel=Channel.PANEL),
        said("We are on it.", at(minutes=1), Actor.AGENT, internal=False),
        said("<p>A <b>splice</b> is cut.</p>", at(minutes=2), Actor.AGENT, internal=False, is_html=True),
        said("A secret of ours", at(minutes=3), Actor.AGENT, internal=True),
        said(
            message_of({"severity": "Minor"}, CALLER, TicketId("1"), 1, T0).text, at(minutes=4), channel=Channel.PANEL
        ),
        said("What there was no room for.", at(minutes=5), channel=Channel.PANEL),
    )

    found = shown(incident(kept=(kept(SMALL), patched({"severity": "Minor"}, at(minutes=4))), articles=articles))

    assert [(each["author"], each["text"]) for each in found["note"]] == [
        ("Support", "We are on it."),
        ("Support", "A splice is cut."),
        ("Customer", "What there was no room for."),
    ]


def test_nobody_elses_ticket_is_shown() -> None:
    assert view_of(incident(kept=(kept(SMALL),)), "another", ADDRESS) is None
    assert view_of(incident(), "wholesale", ADDRESS) is None
    assert view_of(incident(kept=((T0, "no JSON"), (T0, "[]"))), "wholesale", ADDRESS) is None


def test_version_4_comes_back_as_it_was_sent() -> None:
    document = from_version_4(checked(OLD, VERSION_4, whole=True, typed=False))
    found = to_version_4(shown(incident(kept=(kept(document),))))

    assert {name: found[name] for name in OLD if name != "note"} == {n: v for n, v in OLD.items() if n != "note"}
    assert found["note"][0].items() >= OLD["note"][0].items()
    assert found["statusChange"][0].keys() >= {"status", "changeDate"}


def test_version_4_keeps_what_it_knows_from_version_5() -> None:
    def back(document: dict[str, Any]) -> dict[str, Any]:
        sent_so = from_version_4(checked(document, VERSION_4, whole=True, typed=False))
        found = to_version_4(shown(incident(kept=(kept(sent_so),))))
        return {name: found.get(name) for name in ("externalId", "externalIdentifier")}

    only = [{"id": "B", "owner": "NOC", "@type": "ExternalIdentifier"}]
    assert back({**OLD, "externalIdentifier": only}) == {"externalId": "4712", "externalIdentifier": only}
    without = {name: value for name, value in OLD.items() if name != "externalId"}
    assert back({**without, "externalIdentifier": only}) == {"externalId": "B", "externalIdentifier": only}
    assert back(OLD) == {"externalId": "4712", "externalIdentifier": None}


def test_a_party_that_is_a_role_alone_is_none_in_version_4() -> None:
    parties = [{"role": "reporter"}, {"role": "owner", "partyOrPartyRole": None}, *LARGE["relatedParty"]]

    found = shown(incident(kept=(kept({**LARGE, "relatedParty": parties}),)))

    assert [each["role"] for each in found["relatedParty"]] == ["reporter", "owner", "reporter"]
    assert [each["id"] for each in to_version_4(found)["relatedParty"]] == ["9867"]


def test_null_within_an_attribute_is_nothing_too() -> None:
    patch = {"note": [{"id": None, "text": None, "author": "Ada"}], "channel": {"name": None, "role": "x"}}

    found = shown(incident(kept=(kept(LARGE), patched(patch, at(minutes=1)))))

    assert found["channel"] == {"id": "8774", "role": "x", "@type": "ChannelRef"}, "a merge patch (RFC 7396)"
    assert found["note"][-1]["id"]
    assert "text" not in found["note"][-1]
    assert "None" not in message_of(patch, CALLER, TicketId("41"), 1, T0).text
    entity = {"role": "service", "entity": {"id": "SVC-1005", "name": None}}
    shown(incident(kept=(kept({**SMALL, "relatedEntity": [entity]}),)))


def test_the_rules_read_what_was_sent() -> None:
    made = request_of(LARGE, CALLER, default_policy(), "4711", T0)

    assert made.fields["service_id"] == "SVC-1005"
    assert made.fields["impact"] is Impact.SERVICE_AFFECTING
    assert made.fields["urgency"] is Urgency.HIGH
    assert made.fields["problem_start"] == at(minutes=-20)
    assert made.title == "The line to Hamburg is down"
    assert "No light on port 3." in made.text
    assert "It began after the storm." in made.text
    assert [(file.name, file.content) for file in made.files] == [("trace.txt", b"hello")]
    assert made.contact.email == "noc@harbour.example"
    assert "aGVsbG8=" not in made.kept
    intermittent = [{"name": "observedImpact", "value": "INTERMITTENT"}]
    other = request_of({**SMALL, "troubleTicketCharacteristic": intermittent}, CALLER, default_policy(), "1", T0)
    assert (other.fields["impact"], other.fields["fault_type"]) == (Impact.DEGRADATION, FaultType.INTERMITTENT)


LISTS = ("note", "attachment", "relatedEntity", "troubleTicketCharacteristic")


def test_null_is_the_same_as_nothing() -> None:
    nothing = dict.fromkeys(LISTS)
    note = patched({"note": [{"text": "Hello"}]}, at(minutes=1))

    found = shown(incident(kept=(kept({**SMALL, **nothing}), note, patched(nothing, at(minutes=2)))))

    assert [each["text"] for each in found["note"]] == ["Hello"], "a note that was said stays"
    assert not set(LISTS[1:3]) & found.keys()


def test_a_name_of_spaces_is_no_title() -> None:
    assert request_of({**SMALL, "name": " \n "}, CALLER, default_policy(), "1", T0).title == "No light on port 3."


def test_a_characteristic_of_another_kind_is_kept_and_read_as_nothing() -> None:
    odd = [{"name": "circuit", "value": {"a": 1}}, {"name": "ipAddresses", "value": ["192.0.2.7", None, 5]}]

    made = request_of({**SMALL, "troubleTicketCharacteristic": odd}, CALLER, default_policy(), "1", T0)

    assert made.fields.get("circuit_id") is None
    assert made.fields["ip_addresses"] == "192.0.2.7"
    assert '{"a": 1}' in made.kept


def test_more_than_a_helpdesk_keeps_is_refused() -> None:
    for letter in ('"', "ü", "\n"):
        with pytest.raises(ShapeError, match="there is too much in it"):
            request_of({**SMALL, "name": "a" + letter * 19_990}, CALLER, default_policy(), "1", T0)
    request_of({**SMALL, "name": "a" + "ü" * 15_000}, CALLER, default_policy(), "1", T0)


def test_a_change_is_told_in_words_that_the_rules_read() -> None:
    patch = {"severity": "Minor", "priority": "Low", "note": [{"text": "Only at night."}], "name": "Slow line"}
    message = message_of(patch, CALLER, TicketId("41"), 1, T0)

    assert message.text.splitlines() == [
        "Impact: Non-service-affecting (customer traffic not disturbed)",
        "Urgency: Low",
        "Only at night.",
        "name: Slow line",
    ]
    assert message.key == message_of(patch, CALLER, TicketId("41"), 1, at(hours=1)).key
    assert message.key != message_of(patch, CALLER, TicketId("41"), 2, T0).key


def test_listeners_hear_of_each_thing_once_however_it_is_read() -> None:
    nothing = Decision(outcomes=())
    history = (moved(TicketState.NEW, TicketState.RESOLVED, at(hours=1)),)
    own = (kept(SMALL), patched({"name": "x"}, at(minutes=9)))
    marked = note({"asked"}, at(minutes=1))
    ticket = incident(kept=own, history=history, state=TicketState.RESOLVED, articles=(marked,), fields=complete())
    rises = nothing._replace(changes={"priority": Priority.P1})

    found = happenings.happenings(ticket, sent(ticket, "wholesale"), rises, at(hours=2))

    assert [(one.id, one.kind) for one in found] == [
        ("create", happenings.CREATE),
        ("asked", happenings.INFORMATION),
        ("sent-1", happenings.ATTRIBUTE),
        ("resolved-1", happenings.RESOLVED),
        ("status-1", happenings.STATUS),
        ("priority-1", happenings.ATTRIBUTE),
    ]
    assert found[-1].at - T0 == timedelta(hours=2)
    for happening in found:
        body = happenings.event_of(happening, "msg_1", shown(ticket), 5)
        assert faults(body, happening.kind) == []
    old = happenings.event_of(found[0], "msg_1", shown(ticket), 4)
    assert faults(old, happenings.CREATE, 4) == []
