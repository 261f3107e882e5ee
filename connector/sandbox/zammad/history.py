"""What happens to tickets: changed attributes and who did it, in full and with times (030, 075, 384)."""

from connector.sandbox.zammad import assets
from connector.sandbox.zammad.access import sees_internal, ticket_for
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.records import Record, as_history_text, full_name
from connector.sandbox.zammad.seed import PENDING_TYPES, STATE_TYPES, WORKING_TYPES
from connector.sandbox.zammad.world import World

Changes = dict[str, tuple[object, object]]
"""Old and new value by attribute."""
_UNRECORDED = frozenset({"id", "created_at", "updated_at", "created_by_id", "updated_by_id", "article_count",
                         "create_article_type_id", "create_article_sender_id", "preferences"})  # fmt: skip


@route("GET ticket_history/:id")
def show(call: Call, ticket_id: str) -> Answer:
    """Zammad shows it to agents; a customer sees it without internal articles."""
    world, ticket = call.world, ticket_for(call, ticket_id, "read")
    gathered = assets.Assets(world)
    gathered.add("Ticket", ticket["id"])
    articles = [world.tables["TicketArticle"][number] for number in world.article_ids[ticket["id"]]]
    hidden = {row["id"] for row in articles if row["internal"]} if not sees_internal(call, ticket) else set()
    gathered.add("TicketArticle", *(row["id"] for row in articles if row["id"] not in hidden))
    entries = world.history[ticket["id"]]
    gathered.add("User", *(entry["created_by_id"] for entry in entries))
    seen = [entry for entry in entries if entry["object"] != "Ticket::Article" or entry["o_id"] not in hidden]
    return 200, {"history": seen, "assets": gathered.found}


def note(world: World, ticket_id: int, change: str, actor_id: int, **values: object) -> None:
    """One entry of a ticket: `created`, `updated`, `added` (a tag), `merged_into` and so on."""
    kind_of, number, name = world.acting or (None, None, None)
    origin = {"sourceable_type": kind_of, "sourceable_id": number, "sourceable_name": name} if world.newer else {}
    empty = {"related_object": "related_history_object_id", "attribute": "history_attribute_id"}
    origin |= {column: None for name, column in empty.items() if name not in values}
    entry = {"id": world.next_id("History"), **origin, "o_id": ticket_id, "object": "Ticket", "type": change}
    world.history[ticket_id].append({**entry, "created_by_id": actor_id, "created_at": world.now(), **values})


def note_article(world: World, article: Record) -> None:
    """An article was added."""
    about = {"object": "Ticket::Article", "o_id": article["id"], "related_object": "Ticket"}
    note(world, article["ticket_id"], "created", article["created_by_id"], **about, related_o_id=article["ticket_id"])


def note_changes(world: World, ticket: Record, changes: Changes, actor_id: int) -> None:
    """One entry for each changed attribute; relations carry ids and names."""
    for name, (old, new) in changes.items():
        relation = name.removesuffix("_id")
        if name in _UNRECORDED:
            continue
        if relation in assets.RELATIONS:
            texts = {"value_from": _name(world, relation, old), "value_to": _name(world, relation, new)}
            note(world, ticket["id"], "updated", actor_id, id_to=new, id_from=old, **texts, attribute=relation)
        else:
            texts = {"value_from": as_history_text(old), "value_to": as_history_text(new)}
            note(world, ticket["id"], "updated", actor_id, **texts, attribute=name)


def _name(world: World, relation: str, record_id: object) -> str:
    people = assets.RELATIONS[relation] == "User" and isinstance(record_id, int)
    user = world.tables["User"].get(record_id) if people else None  # type: ignore[call-overload]  # an int
    return full_name(user) if user else assets.label(world, relation, record_id) or ""


def commit(world: World, ticket: Record, draft: Record, actor_id: int) -> Changes:
    """Write a draft to its ticket and to the history; returns what changed.

    A write without a change leaves `updated_at` alone, unless another user did it (recordings 102, 337).
    """
    changes: Changes = {
        name: (ticket[name], value) for name, value in draft.items() if name != "updated_at" and ticket[name] != value
    }
    ticket.update({name: new for name, (_, new) in changes.items()})
    note_changes(world, ticket, changes, actor_id)
    before = ticket["updated_by_id"]
    if changes or before != actor_id:
        ticket["updated_by_id"] = actor_id
        world.mark_updated(ticket)
    # Triggers see that, from 6.4 on (312, 337): another person's write without any change fires those that name it.
    by_another: Changes = {"updated_by_id": (before, actor_id)} if world.newer and before != actor_id else {}
    return changes | by_another


def change(world: World, ticket: Record, wanted: Record, actor_id: int) -> Changes:
    """Set attributes with all that follows from them; returns what changed."""
    draft = {**ticket, **wanted}
    apply_consequences(world, ticket, draft)
    return commit(world, ticket, draft, actor_id)


def apply_consequences(world: World, before: Record, draft: Record) -> None:
    """What Zammad changes by itself when state or owner change (recordings 011, 013, 101, 105, 106, 141)."""
    now, state_changed = world.now(), before["state_id"] != draft["state_id"]
    state_type = world.tables["TicketState"][draft["state_id"]]["state_type_id"]
    if state_type == STATE_TYPES["closed"] and state_changed:
        draft |= {"close_at": draft["close_at"] or now, "last_close_at": now}
    if not is_pending(world, draft["state_id"]):
        draft["pending_time"] = None
    if state_changed or before["owner_id"] != draft["owner_id"]:
        draft["last_owner_update_at"] = now if state_type in WORKING_TYPES else None


def is_pending(world: World, state_id: int) -> bool:
    """Whether a state waits for a time."""
    return world.tables["TicketState"][state_id]["state_type_id"] in PENDING_TYPES
