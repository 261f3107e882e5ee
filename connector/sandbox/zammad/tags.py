"""Tags. A change moves the ticket's `updated_at` but fires no webhook (recordings 018-024, 103, 146)."""

from connector.sandbox.zammad import history
from connector.sandbox.zammad.access import ticket_for
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

route("GET tags")(lambda call: (200, {"tags": call.world.tags[_ticket(call, "read")["id"]]}))
route("POST tags/add")(lambda call: _asked(call, 201))
route("DELETE tags/remove")(lambda call: _asked(call, 200, remove=True))


def _ticket(call: Call, need: str) -> Record:
    return ticket_for(call, call.params.get("o_id"), need)


def _asked(call: Call, status: int, *, remove: bool = False) -> Answer:
    """To remove a tag that is not there is no error (recording 021)."""
    change(call.world, _ticket(call, "change"), str(call.params.get("item", "")), call.user["id"], remove=remove)
    return status, True


def change(world: World, ticket: Record, item: str, actor_id: int, *, remove: bool = False) -> None:
    """Add or remove one tag; what is so already is no change."""
    known = world.tags[ticket["id"]]
    if not item or (item in known) != remove:
        return
    (known.remove if remove else known.append)(item)
    values = {"value_from": item if remove else None, "value_to": None if remove else item}
    history.note(world, ticket["id"], "removed" if remove else "added", actor_id, **values, attribute="tag")
    world.mark_updated(ticket)
