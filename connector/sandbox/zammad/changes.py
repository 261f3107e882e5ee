"""Writing changed attributes to a ticket and its history, whoever makes them: people, triggers or jobs."""

from connector.sandbox.zammad import history
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import PENDING_TYPES, STATE_TYPES, WORKING_TYPES
from connector.sandbox.zammad.world import World

Changes = dict[str, tuple[object, object]]
"""Old and new value by attribute."""


def commit(world: World, ticket: Record, draft: Record, actor_id: int) -> Changes:
    """Write a draft to its ticket and to the history; returns what changed.

    A write without a change leaves `updated_at` alone, unless another user did it (recordings 102, 337).
    """
    changes: Changes = {
        name: (ticket[name], value) for name, value in draft.items() if name != "updated_at" and ticket[name] != value
    }
    ticket.update({name: new for name, (_, new) in changes.items()})
    history.note_changes(world, ticket, changes, actor_id)
    before = ticket["updated_by_id"]
    if changes or before != actor_id:
        ticket["updated_by_id"] = actor_id
        world.mark_updated(ticket, world.now())
    # Triggers see that, from 6.4 on (312, 337): another person's write without any change fires those that name it.
    by_another: Changes = {"updated_by_id": (before, actor_id)} if world.newer and before != actor_id else {}
    return changes | by_another


def apply_consequences(world: World, before: Record, draft: Record) -> None:
    """What Zammad changes by itself when state or owner change (recordings 011, 013, 101, 105, 106, 141)."""
    now = world.now()
    state_changed = before["state_id"] != draft["state_id"]
    state_type = world.tables["TicketState"][draft["state_id"]]["state_type_id"]
    if state_type == STATE_TYPES["closed"] and state_changed:
        draft["close_at"] = draft["close_at"] or now
        draft["last_close_at"] = now
    if not is_pending(world, draft["state_id"]):
        draft["pending_time"] = None
    if state_changed or before["owner_id"] != draft["owner_id"]:
        draft["last_owner_update_at"] = now if state_type in WORKING_TYPES else None


def is_pending(world: World, state_id: int) -> bool:
    """Whether a state waits for a time."""
    return world.tables["TicketState"][state_id]["state_type_id"] in PENDING_TYPES
