"""Writing tickets: what Zammad refuses, bends and ignores."""

import time
from datetime import datetime
from threading import Thread, get_ident
from typing import Any

import pytest

from tests.unit.sandbox.zammad.desk import Desk


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"no_such_field": "x"}, {}),
        ({"level": "abc"}, {"level": 0}),
        ({"level": "3rd"}, {"level": 3}),
        ({"due_at": "not a date"}, {"due_at": None}),
        ({"due_at": "2026-03-02T12:30:15.123+02:00"}, {"due_at": "2026-03-02T10:30:15.123Z"}),
        ({"regions": ["eu"]}, {"regions": ["eu"]}),
        ({"impact": "high"}, {"impact": "high"}),
        ({"title": "a" * 300}, {"title": "a" * 250}),
        ({"title": "two\nlines"}, {"title": "two lines"}),
        ({"owner": "agent@example.com"}, {"owner": "agent@example.com"}),
        ({"owner": "customer@example.com"}, {"owner": "-"}),
        ({"organization": "Nowhere"}, {"organization": "ACME"}),
        ({"number": "1", "created_at": "2020-01-01T00:00:00Z"}, {"number": "41001"}),
        ({"updated_at": "2020-01-01T00:00:00Z", "priority": "3 high"}, {"priority": "3 high"}),
    ],
)
def test_values_are_bent_silently(desk: Desk, sent: dict[str, object], stored: dict[str, object]) -> None:
    ticket = desk.ticket()
    status, _ = desk.call("PUT", f"tickets/{ticket}", sent)
    assert status == 200
    assert stored.items() <= desk.shown(ticket).items()


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"level": 6}, "Level is larger than the allowed maximum value of 5"),
        ({"level": -1}, "Level is smaller than the allowed minimum value of 0"),
        ({"service_ref": "x" * 21}, "Service ref is longer than the allowed length 20"),
        ({"title": ""}, "Missing required value for field 'title'!"),
        ({"state": "pending reminder"}, "Missing required value for field 'pending_time'!"),
        ({"state": "merged"}, "Invalid value '5' for field 'state_id'!"),
        ({"state": "nonsense"}, "No lookup value found for 'state': \"nonsense\""),
        ({"priority_id": 99}, "Invalid value for param 'priority_id': 99"),
        ({"group_id": None}, "Group can't be blank"),
        ({"article": {"body": ""}}, "Need at least an 'article body' field."),
    ],
)
def test_what_is_refused_changes_nothing(desk: Desk, sent: dict[str, object], error: str) -> None:
    ticket = desk.ticket()
    before = desk.shown(ticket)
    status, answer = desk.call("PUT", f"tickets/{ticket}", {"priority": "3 high", **sent}, by="admin")
    assert (status, answer["error"]) == (422, error)
    assert desk.shown(ticket) == before


@pytest.mark.parametrize("name", ["impact", "regions"])
def test_a_select_takes_any_option_unless_a_workflow_names_it(desk: Desk, older: Desk, name: str) -> None:
    """Recordings 064 and 071, and 6.4's extra/measured."""
    sent: dict[str, Any] = {name: "huge" if name == "impact" else ["mars"]}
    assert older.put(older.ticket(), **sent)[0] == 422
    ticket = desk.ticket()
    assert desk.put(ticket, **sent)[0] == 200
    assert desk.shown(ticket)[name] == sent[name]

    perform = {f"ticket.{name}": {"operator": "set_optional"}}
    desk.call("POST", "core_workflows", {"name": "names it", "object": "Ticket", "perform": perform}, by="admin")
    assert desk.put(desk.ticket(), **sent)[0] == 422


def test_a_length_counts_escaped_characters_as_sent(desk: Desk) -> None:
    ticket = desk.ticket()
    raw = b'{"service_ref": "' + rb"\u00fc" * 4 + b'"}'
    headers = {"Authorization": f"Token token={desk.tokens['bot']}"}
    assert desk.zammad.handle("PUT", f"/api/v1/tickets/{ticket}", headers, raw).status == 422
    assert desk.put(ticket, service_ref="ü" * 20)[0] == 200


def test_one_put_writes_attributes_and_note_together(desk: Desk) -> None:
    ticket = desk.ticket()
    status, answer = desk.put(ticket, level=2, article={"body": "raised", "internal": True})
    assert status == 200
    assert (answer["level"], answer["article_count"]) == (2, 2)


def test_new_is_refused_once_left(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.put(ticket, state="open")
    assert desk.put(ticket, state="new")[0] == 422


def test_closing_and_reopening_moves_the_right_times(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.put(ticket, state="closed")
    first = desk.shown(ticket)["close_at"]
    desk.pass_time(hours=1)
    desk.put(ticket, state="open")
    desk.put(ticket, state="closed")
    closed = desk.shown(ticket)
    assert closed["close_at"] == first
    assert closed["last_close_at"] > first


def test_a_pending_time_goes_with_its_state(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.put(ticket, state="pending reminder", pending_time="2026-03-05T10:00:00Z")
    assert desk.shown(ticket)["pending_time"] == "2026-03-05T10:00:00.000Z"
    desk.put(ticket, state="open")
    assert desk.shown(ticket)["pending_time"] is None


def test_a_write_without_a_change_leaves_no_trace(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.put(ticket, level=1)
    before = desk.shown(ticket)
    desk.pass_time(minutes=5)
    desk.put(ticket, level=1)
    assert desk.shown(ticket) == before
    assert len(desk.history(ticket, "level")) == 1


def test_a_customer_may_overwrite_attributes_but_not_the_owner(desk: Desk) -> None:
    ticket = desk.ticket(level=3, owner="agent@example.com")
    status, _ = desk.put(ticket, by="customer", level=0, owner="bot@example.com")
    shown = desk.shown(ticket)
    assert (status, shown["level"], shown["owner"]) == (200, 0, "agent@example.com")
    assert desk.history(ticket, "level") == [("3", "0", desk.zammad.user_id("customer@example.com"))]


def test_a_stranger_sees_nothing(desk: Desk) -> None:
    ticket = desk.ticket()
    assert desk.call("GET", f"tickets/{ticket}", by="stranger")[0] == 403
    assert desk.put(ticket, by="stranger", level=1)[0] == 403
    assert desk.call("GET", "tickets", by="stranger") == (200, [])


def test_colleagues_of_an_organization_share_tickets(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.tokens["colleague"] = desk.zammad.add_user("colleague@example.com", organization="ACME")
    assert desk.call("GET", f"tickets/{ticket}", by="colleague")[0] == 200


def test_a_new_group_needs_access_first(desk: Desk) -> None:
    desk.call("POST", "groups", {"name": "NOC"}, by="admin")
    body = {"title": "t", "group": "NOC", "customer": "customer@example.com", "article": {"body": "x"}}
    assert desk.call("POST", "tickets", body)[0] == 403
    desk.zammad.add_group("Field")
    assert desk.call("POST", "tickets", {**body, "group": "Field"})[0] == 201


def test_custom_states_work_at_once_but_on_5_5(desk: Desk, older: Desk) -> None:
    """Recordings 289 and 294."""
    for each in (desk, older):
        each.call("POST", "ticket_states", {"name": "resolved", "state_type_id": 5}, by="admin")
    assert desk.put(desk.ticket(), state="resolved")[0] == 200
    assert older.put(older.ticket(), state="resolved")[0] == 422
    older.zammad.add_state("monitoring", "open")
    assert older.put(older.ticket(), state="monitoring")[0] == 200


def test_a_deleted_ticket_is_gone_with_links_and_history(desk: Desk) -> None:
    kept, gone = desk.ticket(), desk.ticket(links={"Ticket": {"normal": [1]}})
    assert desk.call("DELETE", f"tickets/{gone}")[0] == 403
    assert desk.call("DELETE", f"tickets/{gone}", by="admin")[0] == 200
    assert desk.call("GET", f"tickets/{gone}")[0] == 404
    assert desk.call("GET", f"links?link_object=Ticket&link_object_value={kept}")[1]["links"] == []


def test_writers_at_the_same_time_take_turns(desk: Desk) -> None:
    """A request reads the clock several times; nobody else's reading may come in between."""
    ticket = desk.ticket()
    readers: list[int] = []

    def clock() -> datetime:
        readers.append(get_ident())
        time.sleep(0)  # no pause: lets another thread run, which then must wait for its turn
        return desk.clock()

    def write(times: int) -> None:
        for _ in range(times):
            desk.put(ticket, article={"body": "note"})

    desk.zammad.world.clock = clock
    write(1)
    readings = len(readers)
    threads = [Thread(target=write, args=(20,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns = [set(readers[start : start + readings]) for start in range(0, len(readers), readings)]
    assert [len(turn) for turn in turns] == [1] * 161
    assert desk.shown(ticket)["article_count"] == 162
