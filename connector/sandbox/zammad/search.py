"""Ticket search without Elasticsearch: words by `query`, everything else by `condition` (031-039, 073, 359-364)."""

from collections.abc import Callable, Iterable
from itertools import islice

from connector.sandbox.zammad import assets
from connector.sandbox.zammad.access import may, reads_everything
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.conditions import UnknownFieldError, bounds, bounds_only, compiled
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
_ARTICLE_FIELDS = ("from", "to", "subject", "body")


@route("GET tickets/search", "POST tickets/search")
def tickets_found(call: Call) -> Answer:
    """Newest update first unless `sort_by` says otherwise; at most 200 on a page."""
    if call.world.newer and call.params.get("condition") == {}:
        raise ApiError(500, "an empty condition", human=False)
    size, skip = call.page(DEFAULT_LIMIT, MAX_LIMIT)
    tests = _tests(call)
    # Pages by the order of updates alone are left out at no cost.
    matching = _in_order(call, 0 if tests else skip)
    for test in tests:
        matching = filter(test, matching)
    start = skip if tests or _sorted_by(call) != "updated_at" else 0
    found = list(islice(matching, start, start + size))
    if call.flag("expand"):
        return 200, [assets.ticket_with_names(call.world, ticket) for ticket in found]
    gathered, ids = assets.Assets(call.world), [ticket["id"] for ticket in found]
    gathered.add("Ticket", *ids)
    return 200, {"tickets": ids, "tickets_count": len(ids), "assets": gathered.found}


def _tests(call: Call) -> list[Callable[[Record], bool]]:
    """What a ticket must pass. Bounds of `updated_at` are left out: the order of updates takes care of them."""
    world, condition = call.world, call.params.get("condition") or {}
    tests: list[Callable[[Record], bool]] = []
    if not bounds_only(condition):
        try:
            holds = compiled(condition, world, call.user["id"])
        except UnknownFieldError as unknown:
            raise ApiError(422, f"Invalid condition: {unknown}") from None
        tests.append(lambda ticket: holds(ticket, None))
    words = str(call.params.get("query") or "").strip().strip("*").lower()
    if words:
        tests.append(lambda ticket: _says(world, ticket, words))
    if not reads_everything(world, call.user):
        tests.append(lambda ticket: may(world, call.user, ticket, "read"))
    return tests


def _says(world: World, ticket: Record, words: str) -> bool:
    if words in ticket["title"].lower() or words in ticket["number"]:
        return True
    found = (world.table("TicketArticle")[article_id] for article_id in world.article_ids[ticket["id"]])
    return any(words in str(article[field] or "").lower() for article in found for field in _ARTICLE_FIELDS)


def _in_order(call: Call, skip: int) -> Iterable[Record]:
    """All tickets within the bounds of the condition; those by update without the first `skip`."""
    world, condition, by = call.world, call.params.get("condition") or {}, _sorted_by(call)
    table, newest_first = world.table("Ticket"), (_first(call.params.get("order_by")) or "desc").lower() != "asc"
    updated, created = (bounds(f"ticket.{name}", condition, world) for name in ("updated_at", "created_at"))
    if by == "created_at" and not any(updated):
        # Nobody changes it, so the order is kept ready for those who page through a large helpdesk.
        return (table[number] for number in world.by_creation.between(created[0], "", newest_first=newest_first))
    if by == "id" and not any(updated):
        return reversed(table.values()) if newest_first else table.values()
    skip = skip if by == "updated_at" else 0
    by_update = (table[n] for n in world.by_update.between(*updated, newest_first=newest_first, skip=skip))
    if by == "updated_at":
        return by_update
    return sorted(by_update, key=lambda ticket: (ticket.get(by) is not None, ticket.get(by)), reverse=newest_first)


def _sorted_by(call: Call) -> str:
    return _first(call.params.get("sort_by")) or "updated_at"


def _first(given: object) -> str:
    """What is sorted by: a list is ended by the ticket's id, by which those of one moment are in order here."""
    return str((given[0] if given else "") if isinstance(given, list) else given or "")
