"""Merging tickets (6.4, extra/merge): articles and links move to the target, attributes, tags and history stay."""

from connector.sandbox.zammad import article_store, history, links, triggers
from connector.sandbox.zammad.access import require, ticket_for
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.changes import commit
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import NOBODY
from connector.sandbox.zammad.world import World


def merge(call: Call, source_id: str, target_number: str) -> Answer:
    """`PUT /ticket_merge/{source id}/{target number}`; an unknown number is answered with 200, too."""
    world = call.world
    require(call, "ticket.agent")
    target_id = world.ticket_ids.get(target_number)
    if target_id is None:
        return 200, {"result": "failed", "message": "The target ticket number could not be found."}
    source, target = ticket_for(call, source_id, "change"), ticket_for(call, target_id, "change")
    if source is target:
        raise ApiError(422, "A ticket cannot be merged into itself.")
    moved = world.article_ids.pop(source["id"], [])
    for article_id in moved:
        world.table("TicketArticle")[article_id]["ticket_id"] = target["id"]
    world.article_ids.setdefault(target["id"], []).extend(moved)
    world.article_ids[target["id"]].sort()
    links.move(world, source, target)
    links.connect(world, "child", source, target)
    history.note_merge(world, source, target, call.user["id"])
    stored = article_store.store(world, source, _note(), call.user["id"])
    merged = next(number for number, state in world.table("TicketState").items() if state["name"] == "merged")
    changes = commit(world, source, {**source, "state_id": merged, "owner_id": NOBODY}, call.user["id"])
    # Who changed the target last stays as it was, and no trigger hears of it.
    world.mark_updated(target, world.now())
    triggers.fire(world, triggers.Event("update", source, stored, changes))
    return 200, {"result": "success", "target_ticket": target, "source_ticket": source}


def final_target(world: World, ticket: Record) -> Record:
    """The ticket itself, or the one that it was merged into in the end."""
    seen = {ticket["id"]}
    while True:
        merged = [entry["id_to"] for entry in world.history.get(ticket["id"], ()) if entry["type"] == "merged_into"]
        if not merged or merged[-1] in seen or merged[-1] not in world.table("Ticket"):
            return ticket
        ticket = world.table("Ticket")[merged[-1]]
        seen.add(ticket["id"])


def _note() -> Record:
    note = article_store.written("note", "Agent", "", "merged", to=None, internal=False)
    return note | {"subject": None, "content_type": "text/plain"}
