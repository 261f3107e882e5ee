"""Merging tickets (6.4, extra/merge): articles and links move to the target, attributes and history stay."""

from connector.sandbox.zammad import article_store, links
from connector.sandbox.zammad.access import is_agent, ticket_for
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.changes import commit
from connector.sandbox.zammad.errors import ApiError, not_authorized
from connector.sandbox.zammad.seed import NOBODY


def merge(call: Call, source_id: str, target_number: str) -> Answer:
    """`PUT /ticket_merge/{source id}/{target number}`; an unknown number is answered with 200, too."""
    world = call.world
    if not is_agent(world, call.user):
        raise not_authorized()
    target_id = world.ticket_ids.get(target_number)
    if target_id is None:
        return 200, {"result": "failed", "message": "The target ticket number could not be found."}
    source, target = ticket_for(call, source_id, "change"), ticket_for(call, target_id, "change")
    if source is target:
        raise ApiError(422, "Can't merge ticket with itself!")
    moved = world.article_ids.pop(source["id"], [])
    for article_id in moved:
        world.table("TicketArticle")[article_id]["ticket_id"] = target["id"]
    world.article_ids.setdefault(target["id"], []).extend(moved)
    world.article_ids[target["id"]].sort()
    links.move(world, source, target)
    note = article_store.written("note", "Agent", "", "merged", to=None, internal=False)
    article_store.store(world, source, note, call.user["id"])
    merged = next(number for number, state in world.table("TicketState").items() if state["name"] == "merged")
    commit(world, source, {**source, "state_id": merged, "owner_id": NOBODY}, call.user["id"])
    # Who changed the target last stays as it was.
    world.mark_updated(target, world.now())
    return 200, {"result": "success", "target_ticket": target, "source_ticket": source}
