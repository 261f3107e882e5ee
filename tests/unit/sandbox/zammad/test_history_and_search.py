"""The history tells every change; search finds what a plain look at all tickets finds."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.clock import SteppedClock
from tests.unit.sandbox.zammad.desk import START, Desk, new_desk


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["bot", "agent", "customer"])), max_size=8))
def test_history_is_a_chain_that_ends_in_the_present(writes: list[tuple[int, str]]) -> None:
    desk = new_desk(SteppedClock(START))
    ticket = desk.ticket(level=0)
    for level, by in writes:
        desk.put(ticket, by=by, level=level)
    changes = desk.history(ticket, "level")
    values = ["0", *[new for _, new, _ in changes]]
    assert [old for old, _, _ in changes] == values[:-1]
    assert values[-1] == str(desk.shown(ticket)["level"])
    assert all(old != new for old, new, _ in changes)


@given(
    steps=st.lists(st.tuples(st.integers(0, 5), st.integers(-90, 90)), min_size=1, max_size=12),
    since=st.integers(-120, 120),
    size=st.integers(1, 4),
    order=st.sampled_from(["asc", "desc"]),
    more=st.sampled_from([{}, {"ticket.state_id": {"operator": "is", "value": ["1"]}}]),
)
def test_pages_of_changes_are_complete_and_in_order(
    steps: list[tuple[int, int]], since: int, size: int, order: str, more: dict[str, object]
) -> None:
    """Also when the clock jumps backwards between two updates."""
    clock = SteppedClock(START)
    desk = new_desk(clock)
    tickets = [desk.ticket() for _ in range(6)]
    start = clock()
    for position, minutes in steps:
        clock.advance(timedelta(minutes=minutes))
        desk.put(tickets[position], title=f"{minutes} {clock()}")
    bound = start + timedelta(minutes=since)
    condition = {"ticket.updated_at": {"operator": "after (absolute)", "value": bound.isoformat()}}
    body = {"condition": condition | more, "sort_by": "updated_at", "order_by": order, "limit": size}
    found = []
    for page in range(1, 8 // size + 2):
        found += desk.call("POST", "tickets/search?expand=true", {**body, "page": page})[1]
    times = [ticket["updated_at"] for ticket in found]
    wanted = [t for t in tickets if desk.shown(t)["updated_at"] >= f"{bound:%Y-%m-%dT%H:%M:%S}"]
    assert sorted(ticket["id"] for ticket in found) == wanted
    assert times == sorted(times, reverse=order == "desc")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"ticket.impact": {"operator": "is", "value": "high"}}, ["a"]),
        ({"ticket.impact": {"operator": "is", "value": ["high", "low"]}}, ["a", "b"]),
        ({"ticket.impact": {"operator": "is not", "value": ["high"]}}, ["b", "c"]),
        ({"ticket.impact": {"operator": "is", "value": ""}}, ["c"]),
        ({"ticket.level": {"operator": "is", "value": ["3"]}}, ["b"]),
        ({"ticket.service_ref": {"operator": "contains", "value": "svc"}}, ["a", "b"]),
        ({"ticket.service_ref": {"operator": "starts with", "value": "svc-2"}}, ["b"]),
        ({"ticket.tags": {"operator": "contains one", "value": "rfo, other"}}, ["c"]),
        ({"ticket.tags": {"operator": "contains all not", "value": "rfo"}}, ["a", "b"]),
        ({"ticket.regions": {"operator": "is", "value": ["us"]}}, ["c"]),
        ({"ticket.due_at": {"operator": "before (absolute)", "value": "2026-03-03T00:00:00Z"}}, ["a"]),
        ({"ticket.due_at": {"operator": "within next (relative)", "range": "day", "value": "1"}}, ["a"]),
        ({"article.body": {"operator": "contains", "value": "no light"}}, ["a", "b", "c"]),
        ({"customer.email": {"operator": "is", "value": "customer@example.com"}}, ["a", "b", "c"]),
        (
            {
                "operator": "OR",
                "conditions": [
                    {"name": "ticket.level", "operator": "is", "value": "3"},
                    {"name": "ticket.impact", "operator": "is", "value": "high"},
                ],
            },
            ["a", "b"],
        ),
        (
            {"operator": "NOT", "conditions": [{"name": "ticket.level", "operator": "is", "value": "3"}]},
            ["a", "c"],
        ),
        (
            {
                "ticket.updated_at": {"operator": "within last (relative)", "range": "hour", "value": "1"},
                "ticket.impact": {"operator": "is", "value": "low"},
            },
            ["b"],
        ),
    ],
)
def test_conditions(desk: Desk, condition: object, found: list[str]) -> None:
    desk.ticket(title="a", impact="high", service_ref="SVC-1", due_at="2026-03-02T20:00:00Z")
    desk.ticket(title="b", impact="low", service_ref="SVC-2", level=3)
    desk.ticket(title="c", tags="rfo", regions=["us"])
    body = {"condition": condition, "sort_by": "id", "order_by": "asc"}
    status, answer = desk.call("POST", "tickets/search?expand=true", body)
    assert status == 200
    assert [ticket["title"] for ticket in answer] == found


def test_words_find_titles_numbers_and_messages_not_attributes(desk: Desk) -> None:
    ticket = desk.ticket(title="Fibre cut", service_ref="SVC-77")
    for query, found in {
        "fibre": [ticket],
        "41001": [ticket],
        "LIGHT": [ticket],
        "SVC-77": [],
        "title:fibre": [],
    }.items():
        assert desk.call("GET", f"tickets/search?query={query}")[1]["tickets"] == found


def test_customers_find_only_their_own(desk: Desk) -> None:
    desk.ticket()
    assert len(desk.call("GET", "tickets/search?query=*&expand=true", by="customer")[1]) == 1
    assert desk.call("GET", "tickets/search?query=*&expand=true", by="stranger")[1] == []


def test_a_search_for_an_unknown_field_says_so(desk: Desk) -> None:
    status, answer = desk.call("POST", "tickets/search", {"condition": {"ticket.nonsense": {"operator": "is"}}})
    assert status == 422
    assert "ticket.nonsense" in answer["error"]
