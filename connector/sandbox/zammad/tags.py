"""Tags. A change moves the ticket's `updated_at` but fires no webhook (recordings 018-024, 103, 146)."""

from connector.sandbox.zammad import history
from connector.sandbox.zammad.access import ticket_for
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World


def index(call: Call) -> Answer:
    """`GET /tags?object=Ticket&o_id=…`."""
    ticket = ticket_for(call, call.params.get("o_id"), "read")
    return 200, {"tags": call.world.tags.get(ticket["id"], [])}


def add(call: Call) -> Answer:
    """`POST /tags/add`."""
    ticket = ticket_for(call, call.params.get("o_id"), "change")
    change(call.world, ticket, str(call.params.get("item", "")), call.user["id"])
    return 201, True


def remove(call: Call) -> Answer:
    """`DELETE /tags/remove`: a tag that is not there is no error (recording 021)."""
    ticket = ticket_for(call, call.params.get("o_id"), "change")
    change(call.world, ticket, str(call.params.get("item", "")), call.user["id"], remove=True)
    return 200, True


def set_on_create(world: World, ticket: Record, items: object, actor_id: int) -> None:
    """The `tags` of a new ticket: a list or text with commas."""
    names = items.split(",") if isinstance(items, str) else items if isinstance(items, list) else []
    for name in names:
        change(world, ticket, str(name).strip(), actor_id)


def change(world: World, ticket: Record, item: str, actor_id: int, *, remove: bool = False) -> None:
    """Add or remove one tag; what is so already is no change."""
    known = world.tags.setdefault(ticket["id"], [])
    if not item or (item in known) != remove:
        return
    if remove:
        known.remove(item)
    else:
        known.append(item)
    history.note_tag(world, ticket["id"], "removed" if remove else "added", item, actor_id)
    world.mark_updated(ticket, world.now())
