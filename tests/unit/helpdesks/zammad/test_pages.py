"""Listing tickets page by page: none is left out, whatever happens in between."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses

from connector.helpdesks.errors import (
    PermanentError,
)
from connector.helpdesks.zammad.listing import PAGE
from tests.unit.helpdesks.zammad.answers import (
    API,
    NOW,
    desk,
)


class Listing:
    """Answers searches as Zammad does: later than the bound, in order, one page at a time."""

    def __init__(self, tickets: list[tuple[int, datetime]], column: str = "updated_at", page_size: int = PAGE) -> None:
        self.tickets = tickets
        self.column = column
        self.page_size = page_size
        self.searches: list[Any] = []

    def __call__(self, request: Any) -> tuple[int, dict[str, str], str]:
        search = json.loads(request.body)
        self.searches.append(search)
        after = datetime.fromisoformat(search["condition"][f"ticket.{self.column}"]["value"])
        later = sorted((at, number) for number, at in self.tickets if at > after)
        size = min(search["limit"], self.page_size)
        start = (search["page"] - 1) * size
        rows = [{"id": number, "created_at": at.isoformat(), "updated_at": at.isoformat()} for at, number in later]
        return 200, {}, json.dumps(rows[start : start + size])


class TestPages:
    def listed(self, zammad: responses.RequestsMock, listing: Listing, since: datetime = NOW) -> list[str]:
        zammad.add_callback(responses.POST, f"{API}/tickets/search", callback=listing)
        return [ticket.id for page in desk().changed_since(since) for ticket in page]

    @pytest.mark.parametrize("count", [0, 1, 49, 50, 199, 200, 201, 650])
    @pytest.mark.parametrize("gap", [timedelta(), timedelta(milliseconds=300), timedelta(seconds=7)])
    @pytest.mark.parametrize("page_size", [50, 200])
    def test_every_ticket_is_listed_once(
        self, zammad: responses.RequestsMock, count: int, gap: timedelta, page_size: int
    ) -> None:
        tickets = [(number, NOW + number * gap) for number in range(count)]

        found = self.listed(zammad, Listing(tickets, page_size=page_size))

        assert sorted(set(found), key=int) == [str(number) for number in range(count)]
        assert len(found) <= count * 1.5, "few tickets turn up twice"

    def test_the_bound_itself_is_included(self, zammad: responses.RequestsMock) -> None:
        assert self.listed(zammad, Listing([(1, NOW), (2, NOW - timedelta(seconds=2))])) == ["1"]

    def test_a_ticket_that_moves_while_we_page_turns_up_again(self, zammad: responses.RequestsMock) -> None:
        listing = Listing([(number, NOW + number * timedelta(seconds=1)) for number in range(300)])
        zammad.add_callback(responses.POST, f"{API}/tickets/search", callback=listing)
        pages = desk().changed_since(NOW)

        first = next(pages)
        listing.tickets[0] = (0, NOW + timedelta(hours=1))
        rest = [ticket.id for page in pages for ticket in page]

        assert first[0].id == "0"
        assert rest[-1] == "0"
        assert {ticket.id for ticket in first} | set(rest) == {str(number) for number in range(300)}

    def test_unresolved_tickets_are_those_in_states_that_are_not_over(self, zammad: responses.RequestsMock) -> None:
        listing = Listing([(7, NOW)], column="created_at")
        zammad.add_callback(responses.POST, f"{API}/tickets/search", callback=listing)

        assert [[ticket.id for ticket in page] for page in desk().unresolved()] == [["7"]]
        assert listing.searches[0]["condition"]["ticket.state_id"] == {"operator": "is", "value": ["1", "2", "3"]}

    @pytest.mark.parametrize("answer", [{}, 7, [{}], [{"id": 1, "created_at": "?", "updated_at": "?"}], [1]])
    def test_another_shape_is_an_error(self, zammad: responses.RequestsMock, answer: Any) -> None:
        zammad.post(f"{API}/tickets/search", json=answer)

        with pytest.raises(PermanentError, match="Zammad POST tickets/search"):
            list(desk().changed_since(NOW))
