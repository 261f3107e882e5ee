"""What a ticket was before: states and groups under other names, other scopes, merged and split tickets."""

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connector.domain.model import TicketId
from connector.domain.vocabulary import Priority, TicketKind, TicketState
from tests.unit.helpdesks.zammad.answers import (
    AGENT,
    API,
    CUSTOMER,
    changed_later,
    desk,
    recorded,
    shown,
)
from tests.unit.helpdesks.zammad.decoding import entry, in_group, read


def moved(old: str, new: str, user: int = AGENT, at: str = "2026-11-22T12:49:08.000Z") -> dict[str, Any]:
    return {"history": [entry("group", old, new, user, at)], "assets": recorded("030-ticket-history")["body"]["assets"]}


def test_a_customer_takes_no_ticket_out_of_the_rules(zammad: responses.RequestsMock) -> None:
    whole = changed_later(in_group(shown(escalation_level=1), "HR"))

    assert read(zammad, whole, moved("Users", "HR", CUSTOMER)).kind is TicketKind.INCIDENT


def test_support_takes_a_ticket_out_of_the_rules(zammad: responses.RequestsMock) -> None:
    whole = changed_later(in_group(shown(), "HR"))

    assert read(zammad, whole, moved("Users", "HR")).kind is TicketKind.OTHER


def test_the_time_before_a_ticket_came_into_scope_is_told(zammad: responses.RequestsMock) -> None:
    ticket = read(zammad, changed_later(shown()), moved("HR", "Users"))

    assert ticket.kind is TicketKind.INCIDENT
    assert ticket.outside == ((ticket.created_at, datetime(2026, 11, 22, 12, 49, 8, tzinfo=UTC)),)


def test_a_group_that_was_renamed_since_is_known_by_its_id(zammad: responses.RequestsMock) -> None:
    history = moved("The old name", "Users")
    history["history"][0] |= {"id_from": 1, "id_to": 1}

    assert read(zammad, changed_later(shown()), history).outside == ()


STATE_TYPES = [
    (1, TicketState.NEW), (2, TicketState.OPEN), (3, TicketState.OPEN), (4, TicketState.OPEN), (5, TicketState.CLOSED),
    (6, TicketState.CANCELLED), (7, TicketState.CANCELLED), (8, TicketState.OPEN), (None, TicketState.OPEN),
]  # fmt: skip


@pytest.mark.parametrize(("state_type", "state"), STATE_TYPES)
def test_a_state_that_nobody_mapped_counts_as_zammad_takes_it(
    zammad: responses.RequestsMock, state_type: int | None, state: TicketState
) -> None:
    listed = [{"id": 1, "name": "on hold", "state_type_id": state_type}]
    zammad.replace(responses.GET, f"{API}/ticket_states", json=listed)

    ticket = read(zammad, shown())

    assert (ticket.state, ticket.unknown_state) == (state, "on hold")


def test_a_state_that_is_mapped_is_known(zammad: responses.RequestsMock) -> None:
    assert read(zammad, shown()).unknown_state is None


def past(attribute: str, old: tuple[int, str], new: tuple[int, str]) -> dict[str, Any]:
    """A history with one change between rows that have ids."""
    row = entry(attribute, old[1], new[1]) | {"id_from": old[0], "id_to": new[0]}
    return {"history": [row], "assets": {"Group": {"1": {"id": 1, "name": "Users"}}}}


@pytest.mark.parametrize(
    ("attribute", "old", "new", "expected"),
    [
        ("state", (3, "parked"), (2, "open"), (TicketState.PENDING_CUSTOMER, TicketState.OPEN)),
        ("state", (77, "pending reminder"), (78, "gone"), (TicketState.PENDING_CUSTOMER, TicketState.OPEN)),
        ("priority", (4, "was called otherwise"), (1, "1 low"), (Priority.P1, Priority.P4)),
        ("priority", (77, "2 normal"), (78, "gone"), (Priority.P3, None)),
        ("group", (1, "Service Centre"), (77, "Directors"), ("intake", "level_4")),
    ],
    ids=["state renamed", "state gone", "priority renamed", "priority gone", "group renamed, group gone"],
)
def test_the_past_keeps_its_meaning_when_names_change(
    zammad: responses.RequestsMock,
    attribute: str,
    old: tuple[int, str],
    new: tuple[int, str],
    expected: tuple[Any, Any],
) -> None:
    (change,) = read(zammad, changed_later(shown()), past(attribute, old, new)).history

    assert (change.old, change.new) == expected


def test_a_new_name_in_the_mapping_reads_what_was_written_under_the_old_one(zammad: responses.RequestsMock) -> None:
    """Zammad has renamed the state, and the mapping names it anew."""
    renamed = [{"id": 1, "name": "new"}, {"id": 2, "name": "open"}, {"id": 3, "name": "closed", "state_type_id": 5}]
    zammad.replace(responses.GET, f"{API}/ticket_states", json=renamed)

    (change,) = read(zammad, changed_later(shown()), past("state", (2, "open"), (3, "finished"))).history

    assert change.new is TicketState.CLOSED


def merged_exchanges() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Target and history as after a merge (6.4, extra/merge): ticket 5, older, went into ticket 2."""
    whole = changed_later(shown())
    source = {**whole["assets"]["Ticket"]["2"], "id": 5, "number": "41005", "state_id": 5, "rfo_requested": True}
    source |= {"created_at": "2026-11-20T08:00:00.000Z", "escalation_level": 5}
    received = {"id": 901, "o_id": 2, "object": "Ticket", "type": "received_merge", "id_from": 5, "id_to": 2}
    into = {**received, "id": 902, "o_id": 5, "type": "merged_into"}
    made = {"created_by_id": AGENT, "created_at": "2026-11-22T12:49:08.000Z"}
    here = {"history": [received | made], "assets": {}}
    there = {"history": [entry("rfo_requested", "", "true") | {"o_id": 5}, into | made]}
    return whole, here, {**there, "assets": {**whole["assets"], "Ticket": {"5": source}}}


def test_what_was_merged_is_read_once_with_its_own_history(zammad: responses.RequestsMock) -> None:
    whole, here, there = merged_exchanges()
    zammad.get(f"{API}/ticket_history/5", json=there)
    ticket = read(zammad, whole, here)

    (gone,) = ticket.merged
    assert (gone.id, gone.number, gone.state) == ("5", "41005", TicketState.CANCELLED)
    assert ticket.began_at == gone.created_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert [(change.field, change.new) for change in gone.history] == [("rfo_requested", True)]
    assert ticket.fields.escalation_level is None, "it keeps its own values"


def test_what_was_merged_is_not_read_again(zammad: responses.RequestsMock) -> None:
    whole, here, there = merged_exchanges()
    zammad.get(f"{API}/ticket_history/5", json=there)
    zammad.get(f"{API}/tickets/2", json=whole)
    zammad.get(f"{API}/ticket_history/2", json=here)
    one = desk()
    one.read(TicketId("2"))
    whole["assets"]["Ticket"]["2"]["updated_at"] = "2026-11-22T12:50:00.000Z"
    zammad.replace(responses.GET, f"{API}/tickets/2", json=whole)

    assert one.read(TicketId("2")).merged[0].id == "5"
    asked = [call.request.path_url for call in zammad.calls]
    assert asked.count("/api/v1/ticket_history/5") == 1


@pytest.mark.parametrize("status", [403, 404])
def test_what_was_merged_and_is_out_of_sight_stops_nothing(zammad: responses.RequestsMock, status: int) -> None:
    whole, here, _ = merged_exchanges()
    zammad.get(f"{API}/ticket_history/5", json={"error": "Not authorized"}, status=status)

    assert read(zammad, whole, here).merged == ()


def test_a_merged_ticket_tells_where_it_went(zammad: responses.RequestsMock) -> None:
    whole, _, there = merged_exchanges()
    into = [{**there["history"][1], "o_id": 2, "id_from": 2, "id_to": 9}]

    assert read(zammad, whole, {"history": into, "assets": {}}).merged_into == "9"


def split(whole: dict[str, Any], link_type: str, other: int) -> dict[str, Any]:
    whole["assets"]["Ticket"][str(other)] = {**whole["assets"]["Ticket"]["2"], "id": other}
    return whole | {"links": [{"link_type": link_type, "link_object": "Ticket", "link_object_value": other}]}


@pytest.mark.parametrize(
    ("link_type", "other", "copied_from"),
    [("parent", 1, "1"), ("parent", 7, None), ("child", 1, None), ("normal", 1, None)],
    ids=["split off", "the parent is younger", "its own split", "linked"],
)
def test_a_split_is_known_by_its_parent(
    zammad: responses.RequestsMock, link_type: str, other: int, copied_from: str | None
) -> None:
    assert read(zammad, split(shown(), link_type, other)).copied_from == copied_from
