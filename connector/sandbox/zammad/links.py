"""Links between tickets, and merging (recordings 025-029, 104, 336; 6.4, extra/merge).

A change of links moves `updated_at` of both tickets but fires no webhook. A merge moves articles and links to the
target; attributes, tags and history stay.
"""

from collections.abc import Iterator

from connector.sandbox.zammad import article_store, assets, history, triggers
from connector.sandbox.zammad.access import may, ticket_for
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.errors import ApiError, already_exists
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import NOBODY
from connector.sandbox.zammad.world import SOURCE, TARGET, World

_TYPES = ("normal", "parent", "child")
"""Their ids count from 1."""
_SEEN_FROM_SOURCE = {"normal": "normal", "parent": "child", "child": "parent"}


@route("GET links")
def index(call: Call) -> Answer:
    """Of a ticket, with the linked tickets that the caller may see as assets."""
    ticket = ticket_for(call, call.params.get("link_object_value"), "read")
    gathered = assets.Assets(call.world)
    gathered.add("Ticket", *(link["link_object_value"] for link in readable(call, ticket["id"])))
    return 200, {"links": list(_of_ticket(call.world, ticket["id"])), "assets": gathered.found}


def readable(call: Call, ticket_id: int) -> list[Record]:
    """Links of a ticket to others that the caller may see."""
    table, found = call.world.tables["Ticket"], _of_ticket(call.world, ticket_id)
    return [link for link in found if may(call.world, call.user, table[link["link_object_value"]], "read")]


def _of_ticket(world: World, ticket_id: int) -> Iterator[Record]:
    """A ticket's links: what the other ticket is to this one."""
    for link in world.links[ticket_id]:
        name, is_source = _TYPES[link["link_type_id"] - 1], link[SOURCE] == ticket_id
        told = {"link_type": _SEEN_FROM_SOURCE[name] if is_source else name, "link_object": "Ticket"}
        yield told | {"link_object_value": link[TARGET if is_source else SOURCE]}


@route("POST links/add")
def add(call: Call) -> Answer:
    """ "Source number is `link_type` of target"; a repeated link is refused with 422."""
    number = call.world.ticket_ids.get(str(call.params.get("link_object_source_number", "")))
    if number is None:
        raise ApiError(422, "No such ticket!")
    target = ticket_for(call, call.params.get(TARGET), "change")
    return 201, _connect(call.world, call.params.get("link_type"), call.world.tables["Ticket"][number], target)


@route("DELETE links/remove")
def remove(call: Call) -> Answer:
    """In either direction; answers 201 (recording 029)."""
    ends = {call.number(name, 0) for name in (SOURCE, TARGET)}
    for link in [link for end in ends for link in call.world.links[end]]:
        if _TYPES[link["link_type_id"] - 1] == call.params.get("link_type") and {link[SOURCE], link[TARGET]} == ends:
            call.world.drop_link(link)
            _touch(call.world, link)
    return 201, []


def set_on_create(world: World, ticket: Record, given: object) -> None:
    """The `links` of a new ticket: `{"Ticket": {"child": [7]}}` makes the new ticket a child of 7."""
    wanted = given.get("Ticket") if isinstance(given, dict) else None
    for name, others in (wanted or {}).items():
        for other_id in others:
            _connect(world, name, ticket, world.find("Ticket", other_id))


def _connect(world: World, name: object, source: Record, target: Record) -> Record:
    """A link of this kind. Raises ApiError 422 for an unknown kind and for a link that is there."""
    if name not in _TYPES:
        raise ApiError(422, f"Invalid link type '{name}'")
    ends = {SOURCE: source["id"], TARGET: target["id"], "link_type_id": _TYPES.index(str(name)) + 1}
    if any(ends.items() <= link.items() for link in world.links[source["id"]]):
        raise already_exists()
    link = world.add_link({**ends, "link_object_source_id": 1, "link_object_target_id": 1})
    _touch(world, link)
    return link


def _touch(world: World, link: Record) -> None:
    for ticket_id in (link[SOURCE], link[TARGET]):
        if ticket_id in world.table("Ticket"):
            world.mark_updated(world.table("Ticket")[ticket_id])


@route("PUT ticket_merge/:id/:id", needs="ticket.agent")
def merge(call: Call, source_id: str, target_number: str) -> Answer:
    """The source by id, the target by number; an unknown number is answered with 200, too."""
    world, target_id = call.world, call.world.ticket_ids.get(target_number)
    if target_id is None:
        return 200, {"result": "failed", "message": "The target ticket number could not be found."}
    source, target = ticket_for(call, source_id, "change"), ticket_for(call, target_id, "change")
    if source is target:
        raise ApiError(422, "A ticket cannot be merged into itself.")
    moved = world.article_ids.pop(source["id"], [])
    for article_id in moved:
        world.table("TicketArticle")[article_id]["ticket_id"] = target["id"]
    world.article_ids[target["id"]] = sorted(world.article_ids[target["id"]] + moved)
    for link in list(world.links[source["id"]]):
        world.drop_link(link)
        ends = {name: target["id"] if link[name] == source["id"] else link[name] for name in (SOURCE, TARGET)}
        if ends[SOURCE] != ends[TARGET]:
            world.add_link({**link, **ends})
    _connect(world, "child", source, target)
    both = {"id_to": target["id"], "id_from": source["id"]}
    history.note(world, target["id"], "received_merge", call.user["id"], **both)
    history.note(world, source["id"], "merged_into", call.user["id"], **both)
    note = article_store.written("note", "Agent", "merged", content_type="text/plain")
    stored = article_store.store(world, source, note, call.user["id"])
    merged = next(number for number, state in world.table("TicketState").items() if state["name"] == "merged")
    changes = history.commit(world, source, {**source, "state_id": merged, "owner_id": NOBODY}, call.user["id"])
    # Who changed the target last stays as it was, and no trigger hears of it.
    world.mark_updated(target)
    triggers.fire(world, triggers.Event("update", source, stored, changes))
    return 200, {"result": "success", "target_ticket": target, "source_ticket": source}


def final_target(world: World, ticket: Record) -> Record:
    """The ticket itself, or the one that it was merged into in the end."""
    seen: set[int] = set()
    while ticket["id"] not in seen:
        seen.add(ticket["id"])
        merged = [entry["id_to"] for entry in world.history[ticket["id"]] if entry["type"] == "merged_into"]
        ticket = world.table("Ticket").get(merged[-1], ticket) if merged else ticket
    return ticket
