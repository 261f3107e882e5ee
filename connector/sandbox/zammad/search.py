"""Ticket search without Elasticsearch: words by `query`, everything else by `condition` (031-039, 073, 359-364)."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from connector.sandbox.zammad import assets, tickets
from connector.sandbox.zammad.access import may, reads_everything
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.conditions import (
    UnknownFieldError,
    bounds_only,
    compiled,
    creation_bounds,
    update_bounds,
)
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
Filter = Callable[[Record], bool]
_ARTICLE_FIELDS = ("from", "to", "subject", "body")


def tickets_found(call: Call) -> Answer:
    """`GET` and `POST /tickets/search`: newest update first unless `sort_by` says otherwise; at most 200 on a page."""
    if call.world.newer and call.params.get("condition") == {}:
        raise ApiError(500, "an empty condition", human=False)
    asked = call.number("per_page", call.number("limit", DEFAULT_LIMIT))
    size = max(1, min(asked, MAX_LIMIT))
    skip = (max(1, call.number("page", 1)) - 1) * size
    found = list(islice(_matches(call, skip), size))
    if call.flag("expand"):
        return 200, [tickets.expanded(call.world, ticket) for ticket in found]
    gathered = assets.Assets(call.world)
    for ticket in found:
        gathered.add_ticket(ticket)
    return 200, {"tickets": [t["id"] for t in found], "tickets_count": len(found), "assets": gathered.found}


def _matches(call: Call, skip: int) -> Iterator[Record]:
    """The readable tickets that meet condition and query, without the first `skip`."""
    tests = _tests(call)
    by_update = (_first(call.params.get("sort_by")) or "updated_at") == "updated_at"
    if not tests and by_update:
        return iter(_in_order(call, skip))
    matching = iter(_in_order(call, 0))
    for test in tests:
        matching = filter(test, matching)
    return islice(matching, skip, None)


def _tests(call: Call) -> list[Filter]:
    """What a ticket must pass. Bounds of `updated_at` are left out: the order of updates takes care of them."""
    world, condition = call.world, call.params.get("condition") or {}
    tests: list[Filter] = []
    if not bounds_only(condition):
        try:
            holds = compiled(condition, world, call.user["id"])
        except UnknownFieldError as unknown:
            raise ApiError(422, f"Invalid condition: {unknown}") from None
        tests.append(lambda ticket: holds(ticket, None))
    words = str(call.params.get("query") or "").strip().strip("*").lower()
    if words:
        tests.append(_word_test(world, words))
    if not reads_everything(world, call.user):
        tests.append(lambda ticket: may(world, call.user, ticket, "read"))
    return tests


def _in_order(call: Call, skip: int) -> Iterable[Record]:
    world, condition = call.world, call.params.get("condition") or {}
    sort_by = _first(call.params.get("sort_by")) or "updated_at"
    newest_first = (_first(call.params.get("order_by")) or "desc").lower() != "asc"
    low, high = update_bounds(condition, world)
    by_update = world.updated_between(low, high, newest_first=newest_first, skip=skip)
    if sort_by == "updated_at":
        return by_update
    if sort_by == "id" and not low and not high:
        table = world.table("Ticket")
        return reversed(table.values()) if newest_first else table.values()
    if sort_by == "created_at" and not low and not high:
        # Nobody changes it, so the order is kept ready for those who page through a large helpdesk.
        return world.created_from(creation_bounds(condition, world)[0], newest_first=newest_first)
    return sorted(by_update, key=_sort_key(sort_by), reverse=newest_first)


def _first(given: object) -> str:
    """What is sorted by: a list is ended by the ticket's id, by which those of one moment are in order here."""
    return str((given[0] if given else "") if isinstance(given, list) else given or "")


def _sort_key(name: str) -> Callable[[Record], tuple[bool, object]]:
    return lambda ticket: (ticket.get(name) is not None, ticket.get(name))


def _word_test(world: World, words: str) -> Filter:
    table = world.table("TicketArticle")

    def test(ticket: Record) -> bool:
        if words in ticket["title"].lower() or words in ticket["number"]:
            return True
        found = (table[article_id] for article_id in world.article_ids.get(ticket["id"], ()))
        return any(words in str(article[field] or "").lower() for article in found for field in _ARTICLE_FIELDS)

    return test
