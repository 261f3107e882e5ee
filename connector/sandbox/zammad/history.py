"""The ticket history: every attribute change in full, with author and time (recordings 030, 075, 384)."""

from connector.sandbox.zammad import assets
from connector.sandbox.zammad.access import sees_internal, ticket_for
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.records import Record, as_history_text, full_name
from connector.sandbox.zammad.world import World

_UNRECORDED = frozenset({"id", "created_at", "updated_at", "created_by_id", "updated_by_id", "article_count",
                         "create_article_type_id", "create_article_sender_id", "preferences"})  # fmt: skip
_RELATIONS = {
    "group_id": "Group",
    "state_id": "TicketState",
    "priority_id": "TicketPriority",
    "owner_id": "User",
    "customer_id": "User",
    "organization_id": "Organization",
}


def show(call: Call, ticket_id: str) -> Answer:
    """`GET /ticket_history/{id}`. Zammad shows it to agents; a customer sees it without internal articles."""
    ticket = ticket_for(call, ticket_id, "read")
    entries = call.world.history.get(ticket["id"], [])
    gathered = assets.Assets(call.world)
    gathered.add_ticket(ticket)
    internal = sees_internal(call, ticket)
    hidden: set[int] = set()
    for article_id in call.world.article_ids.get(ticket["id"], []):
        article = call.world.tables["TicketArticle"][article_id]
        if article["internal"] and not internal:
            hidden.add(article_id)
        else:
            gathered.add_article(article)
    for entry in entries:
        gathered.add_user(entry["created_by_id"])
    seen = [entry for entry in entries if entry["object"] != "Ticket::Article" or entry["o_id"] not in hidden]
    return 200, {"history": seen, "assets": gathered.found}


def note_ticket_created(world: World, ticket: Record) -> None:
    """The first entry of a ticket."""
    head = {"history_attribute_id": None, "o_id": ticket["id"], "related_history_object_id": None}
    _add(world, ticket["id"], "Ticket", "created", ticket["created_by_id"], **head)


def note_article_created(world: World, article: Record) -> None:
    """An article was added."""
    head = {"history_attribute_id": None, "o_id": article["id"], "related_o_id": article["ticket_id"]}
    entry = _add(world, article["ticket_id"], "Ticket::Article", "created", article["created_by_id"], **head)
    entry["related_object"] = "Ticket"


def note_tag(world: World, ticket_id: int, change: str, tag: str, actor_id: int) -> None:
    """A tag was `added` or `removed`."""
    values = {"value_from": None, "value_to": tag} if change == "added" else {"value_from": tag, "value_to": None}
    head = {"o_id": ticket_id, "related_history_object_id": None, **values}
    _add(world, ticket_id, "Ticket", change, actor_id, **head)["attribute"] = "tag"


def note_merge(world: World, source: Record, target: Record, actor_id: int) -> None:
    """Both tickets remember it (6.4, extra/merge 11, 16)."""
    for ticket, change in ((target, "received_merge"), (source, "merged_into")):
        head = {"history_attribute_id": None, "o_id": ticket["id"], "related_history_object_id": None}
        _add(world, ticket["id"], "Ticket", change, actor_id, **head, id_to=target["id"], id_from=source["id"])


def note_changes(world: World, ticket: Record, changes: dict[str, tuple[object, object]], actor_id: int) -> None:
    """One entry for each changed attribute; relations carry ids and names."""
    for name, (old, new) in changes.items():
        if name in _UNRECORDED:
            continue
        head: Record = {"o_id": ticket["id"], "related_history_object_id": None}
        model = _RELATIONS.get(name)
        if model is None:
            head |= {"value_from": as_history_text(old), "value_to": as_history_text(new)}
        else:
            head |= {"id_to": new, "id_from": old}
            head |= {"value_from": _name(world, model, old), "value_to": _name(world, model, new)}
        entry = _add(world, ticket["id"], "Ticket", "updated", actor_id, **head)
        entry["attribute"] = name.removesuffix("_id") if model else name


def _name(world: World, model: str, record_id: object) -> str:
    record = world.table(model).get(record_id) if isinstance(record_id, int) else None
    if record is None:
        return ""
    if model == "User":
        return full_name(record)
    return str(record["name"])


def _add(world: World, ticket_id: int, kind: str, change: str, actor_id: int, **head: object) -> Record:
    origin: Record = {}
    if world.newer:
        kind_of, number, name = world.acting or (None, None, None)
        origin = {"sourceable_type": kind_of, "sourceable_id": number, "sourceable_name": name}
    entry = {
        "id": world.next_id("History"),
        **origin,
        **head,
        "created_by_id": actor_id,
        "created_at": world.now(),
        "object": kind,
        "type": change,
    }
    world.history.setdefault(ticket_id, []).append(entry)
    return entry
