"""Tags. A change moves the ticket's `updated_at` but fires no webhook (recordings 018-024, 103, 146)."""

from connector.sandbox.zammad import history
from connector.sandbox.zammad.access import ticket_for
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World


@route("GET tags")
def index(call: Call) -> Answer:
    """Of a ticket."""
    return 200, {"tags": call.world.tags[ticket_for(call, call.params.get("o_id"), "read")["id"]]}


@route("POST tags/add")
def add(call: Call) -> Answer:
    """One more."""
    ticket = ticket_for(call, call.params.get("o_id"), "change")
    change(call.world, ticket, str(call.params.get("item", "")), call.user["id"])
    return 201, True


@route("DELETE tags/remove")
def remove(call: Call) -> Answer:
    """A tag that is not there is no error (recording 021)."""
    ticket = ticket_for(call, call.params.get("o_id"), "change")
    change(call.world, ticket, str(call.params.get("item", "")), call.user["id"], remove=True)
    return 200, True


def change(world: World, ticket: Record, item: str, actor_id: int, *, remove: bool = False) -> None:
    """Add or remove one tag; what is so already is no change."""
    known = world.tags[ticket["id"]]
    if not item or (item in known) != remove:
        return
    (known.remove if remove else known.append)(item)
    values = {"value_from": item if remove else None, "value_to": None if remove else item}
    history.note(world, ticket["id"], "removed" if remove else "added", actor_id, **values, attribute="tag")
    world.mark_updated(ticket)
