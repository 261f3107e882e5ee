"""From Zammad's recorded answers to a ticket; anything else ends in one clear error."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.vocabulary import Actor, Channel, Impact, Priority, RfoStatus, TicketKind, TicketState
from connector.helpdesks.errors import HelpdeskError, PermanentError
from connector.helpdesks.long_answer import LONGEST_TEXT, SHORT
from tests.unit.helpdesks.zammad.answers import (
    AGENT,
    API,
    BOT,
    CUSTOMER,
    changed_later,
    introduce,
    recorded,
    shown,
)
from tests.unit.helpdesks.zammad.decoding import entry, in_group, read


def with_article(whole: dict[str, Any], **values: Any) -> dict[str, Any]:
    whole["assets"]["TicketArticle"]["2"] |= values
    return whole


def test_a_recorded_ticket(zammad: responses.RequestsMock) -> None:
    ticket = read(zammad, shown(service_id="SVC-1", impact="degradation", escalation_level=2))

    assert (ticket.helpdesk, ticket.id, ticket.number) == ("zammad", "2", "41002")
    assert ticket.title == "Link down on core router <R1> & R2"
    assert ticket.created_at == datetime(2026, 11, 22, 12, 49, 4, 995_000, tzinfo=UTC)
    assert ticket.state is TicketState.NEW
    assert ticket.kind is TicketKind.INCIDENT
    assert ticket.channel is Channel.NOTE
    assert ticket.created_by is Actor.AGENT
    assert (ticket.fields.priority, ticket.fields.group) == (Priority.P3, "intake")
    assert (ticket.fields.service_id, ticket.fields.impact) == ("SVC-1", Impact.DEGRADATION)
    assert ticket.fields.escalation_level == 2
    assert ticket.customer.id == str(CUSTOMER)
    assert ticket.history == ()
    assert ticket.links == ()


def test_a_recorded_article(zammad: responses.RequestsMock) -> None:
    (article,) = read(zammad, shown()).articles

    assert article.author is Actor.AGENT
    assert article.body == "Interface ge-0/0/1 went down at 10:00 — é ü <b>bold</b> & more"
    assert (article.internal, article.is_html, article.channel) == (False, False, Channel.NOTE)


def test_a_recorded_history(zammad: responses.RequestsMock) -> None:
    ticket = read(zammad, changed_later(shown(state_id=3)), recorded("030-ticket-history")["body"])

    assert [(change.field, change.old, change.new, change.actor) for change in ticket.history] == [
        ("priority", Priority.P3, Priority.P2, Actor.AGENT),
        ("state", TicketState.NEW, TicketState.OPEN, Actor.AGENT),
        ("state", TicketState.OPEN, TicketState.PENDING_CUSTOMER, Actor.AGENT),
    ]
    assert ticket.history[0].at == datetime(2026, 11, 22, 12, 49, 5, 467_000, tzinfo=UTC)


def test_a_recorded_history_of_custom_attributes(zammad: responses.RequestsMock) -> None:
    """It belongs to ticket 5, but the entries have the shape; 'high' is no impact of the rules."""
    whole = shown(updated_at="2026-11-22T12:50:21.339Z")

    ticket = read(zammad, whole, recorded("075-ticket-history-custom")["body"])

    start = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert [(change.field, change.old, change.new) for change in ticket.history] == [
        ("impact", None, None),
        ("service_id", "SVC-1", "SVC-2"),
        ("problem_start", start, None),
        ("problem_start", None, start.replace(minute=30, second=15)),
    ]


def test_entries_younger_than_the_ticket_as_read_are_left_to_the_next_look(zammad: responses.RequestsMock) -> None:
    young = entry("escalation_level", "1", "3", at="2026-11-22T12:49:59.000Z")
    history = {"history": [entry("escalation_level", "", "1"), young], "assets": {}}

    assert [change.new for change in read(zammad, changed_later(shown()), history).history] == [1]


SYSTEM = 1


@pytest.mark.parametrize(
    ("origin", "actor"),
    [({"sourceable_type": None}, Actor.AGENT), ({"sourceable_type": "Trigger"}, Actor.SYSTEM), ({}, Actor.SYSTEM)],
    ids=["somebody deleted since", "a trigger", "a Zammad that does not tell"],
)
def test_what_an_agent_decided_who_is_deleted_since_stays_supports(
    zammad: responses.RequestsMock, origin: dict[str, Any], actor: Actor
) -> None:
    history = {"history": [entry("rfo_status", "due", "declined", SYSTEM) | origin], "assets": {}}

    assert read(zammad, changed_later(shown()), history).history[0].actor is actor


def test_zammad_closes_what_was_pending_by_itself(zammad: responses.RequestsMock) -> None:
    by_itself = entry("state", "pending close", "closed", SYSTEM) | {"sourceable_type": None}

    assert read(zammad, changed_later(shown()), {"history": [by_itself], "assets": {}}).history[0].actor is Actor.SYSTEM


@pytest.mark.parametrize(
    ("user", "roles", "actor"),
    [
        (BOT, ["Agent"], Actor.CONNECTOR),
        (1, [], Actor.SYSTEM),
        (77, ["Agent"], Actor.AGENT),
        (77, ["Agent", "Escalation Manager"], Actor.MANAGER),
        (77, ["Customer"], Actor.CUSTOMER),
        (77, ["Admin"], Actor.CUSTOMER),
        (77, [], Actor.CUSTOMER),
        (78, None, Actor.CUSTOMER),
    ],
    ids=["bot", "system", "agent", "manager", "customer", "admin only", "no roles", "not in the answer"],
)
def test_whoever_cannot_be_shown_to_be_support_is_a_customer(
    zammad: responses.RequestsMock, user: int, roles: list[str] | None, actor: Actor
) -> None:
    """P20."""
    assets: dict[str, Any] = {}
    if roles is not None:
        assets = {
            "User": {str(user): {"id": user, "role_ids": list(range(10, 10 + len(roles)))}},
            "Role": {str(number): {"id": number, "name": name} for number, name in enumerate(roles, start=10)},
        }
    history = {"history": [entry("escalation_level", "1", "3", user)], "assets": assets}

    assert read(zammad, changed_later(shown()), history).history[0].actor is actor


@pytest.mark.parametrize(
    ("sender", "creator", "author"),
    [
        (1, AGENT, Actor.AGENT),
        (2, CUSTOMER, Actor.CUSTOMER),
        (2, AGENT, Actor.CUSTOMER),
        (3, 1, Actor.SYSTEM),
        (1, BOT, Actor.CONNECTOR),
        (1, 99, Actor.AGENT),
        (9, 99, Actor.CUSTOMER),
    ],
    ids=["agent", "customer", "agent writes down a call", "system", "bot", "former agent", "unknown sender"],
)
def test_whose_words_an_article_holds(zammad: responses.RequestsMock, sender: int, creator: int, author: Actor) -> None:
    whole = with_article(shown(), sender_id=sender, created_by_id=creator)

    assert read(zammad, whole).articles[0].author is author


def test_attachments_and_html(zammad: responses.RequestsMock) -> None:
    files = [{"id": 1, "filename": "mtr.txt", "size": "12"}, {"id": 2}]
    (article,) = read(
        zammad, with_article(shown(), attachments=files, content_type="text/html; charset=utf-8")
    ).articles

    assert article.attachments == ("mtr.txt", "")
    assert article.is_html


def linked(**values: Any) -> dict[str, Any]:
    whole = shown()
    held = {"id": 9, "number": "41009", "created_by_id": BOT, "rfo_status": "due", "connector_key": "rfo:2"}
    whole["assets"]["Ticket"]["9"] = whole["assets"]["Ticket"]["2"] | held | values
    whole["links"] = [
        {"link_type": "normal", "link_object": "Ticket", "link_object_value": 9},
        {"link_type": "normal", "link_object": "Ticket", "link_object_value": 999},
        {"link_type": "normal", "link_object": "KnowledgeBase::Answer::Translation", "link_object_value": 2},
    ]
    return whole


def test_a_message_that_is_cut_says_so(zammad: responses.RequestsMock) -> None:
    ticket = read(zammad, with_article(shown(), body="x" * 2 * SHORT))

    cut = [article for article in ticket.articles if article.is_cut]
    assert [article.body for article in cut] == ["x" * LONGEST_TEXT]
    assert len(ticket.articles) == len(cut)


def test_linked_tickets(zammad: responses.RequestsMock) -> None:
    (link,) = read(zammad, linked()).links

    assert (link.id, link.number, link.state) == ("9", "41009", TicketState.NEW)
    assert link.created_by_connector
    assert (link.connector_key, link.rfo_status) == ("rfo:2", RfoStatus.DUE)


def test_a_linked_ticket_in_a_state_nobody_mapped_stops_nothing(zammad: responses.RequestsMock) -> None:
    zammad.replace(responses.GET, f"{API}/ticket_states", json=[{"id": 1, "name": "new"}, {"id": 8, "name": "on hold"}])

    assert read(zammad, linked(state_id=8)).links[0].state is TicketState.OPEN


@pytest.mark.parametrize(
    ("group", "creator", "key", "kind"),
    [
        ("Users", CUSTOMER, None, TicketKind.INCIDENT),
        ("RFO", AGENT, None, TicketKind.RFO_TASK),
        ("Problem Management", AGENT, None, TicketKind.PROBLEM),
        ("HR", CUSTOMER, None, TicketKind.OTHER),
        # What the connector made stays that, wherever somebody puts it; a key that it did not write is only a text.
        ("Users", BOT, "rfo:7", TicketKind.RFO_TASK),
        ("HR", BOT, "problem:7", TicketKind.PROBLEM),
        ("Users", CUSTOMER, "rfo:7", TicketKind.INCIDENT),
        ("HR", AGENT, "rfo:7", TicketKind.OTHER),
        ("Users", BOT, "x:7", TicketKind.INCIDENT),
        ("HR", BOT, "x:7", TicketKind.OTHER),
    ],
)
def test_the_group_tells_the_kind_whoever_made_the_ticket(
    zammad: responses.RequestsMock, group: str, creator: int, key: str | None, kind: TicketKind
) -> None:
    whole = in_group(shown(connector_key=key, created_by_id=creator, updated_by_id=creator), group)

    assert read(zammad, whole).kind is kind


def test_missing_attributes_are_named(zammad: responses.RequestsMock) -> None:
    whole = shown()
    del whole["assets"]["Ticket"]["2"]["escalation_level"], whole["assets"]["Ticket"]["2"]["service_ref"]

    with pytest.raises(PermanentError, match=r"has no attribute escalation_level, service_ref: create the attributes"):
        read(zammad, whole)


def test_an_attribute_that_was_taken_away_is_empty(zammad: responses.RequestsMock) -> None:
    whole = shown()
    del whole["assets"]["Ticket"]["2"]["priority_reason"]

    assert read(zammad, whole).fields.priority_reason is None


def test_another_shape_names_the_place(zammad: responses.RequestsMock) -> None:
    with pytest.raises(PermanentError, match=r"Zammad GET tickets/2: unexpected answer: assets.Ticket.2.state_id: "):
        read(zammad, shown(state_id="open"))


def test_an_impossible_time_is_named(zammad: responses.RequestsMock) -> None:
    with pytest.raises(PermanentError, match="unexpected answer: a time out of range"):
        read(zammad, shown(updated_at="0001-01-01T00:00:00+23:59"))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield from places(held, (*path, key))


def mutilated(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with one value replaced; ``...`` takes it away."""
    copy = deepcopy(value)
    *way, last = path
    inside = copy
    for key in way:
        inside = inside[key]
    if new is ...:
        del inside[last]
    else:
        inside[last] = new
    return copy


WHOLE = changed_later(linked())


PAST = recorded("030-ticket-history")["body"]


odd = st.sampled_from([..., "\ud800", "0001-01-01T00:00:00+23:59", [], {}, [None], {"1": 1}])


junk = odd | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@given(path=st.sampled_from(list(places(WHOLE))), new=junk, then=st.sampled_from(list(places(PAST))), other=junk)
def test_whatever_is_mutilated_the_answer_is_a_ticket_or_an_error_of_ours(
    path: tuple[Any, ...], new: Any, then: tuple[Any, ...], other: Any
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        introduce(mock)
        try:
            seen = read(mock, mutilated(WHOLE, path, new), mutilated(PAST, then, other)).helpdesk
        except HelpdeskError as error:
            seen = str(error).partition(" ")[0].casefold()
    assert seen == "zammad"
