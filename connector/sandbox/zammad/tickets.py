"""Tickets: show, list, create, update, delete (recordings 006-013, 040, 061-072, 149-203)."""

from connector.sandbox.zammad import article_store, articles, assets, history, links, tags, triggers, values
from connector.sandbox.zammad import ticket_input as given
from connector.sandbox.zammad.access import in_group, is_admin, is_agent, may, sees_internal, ticket_for
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.changes import Changes, apply_consequences, commit
from connector.sandbox.zammad.errors import ApiError, not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import (
    ARTICLE_SENDER_NAMES,
    ARTICLE_TYPE_NAMES,
    BLANK_TICKET,
    NEW_STATE,
    NORMAL_PRIORITY,
)
from connector.sandbox.zammad.world import World

PAGE_LIMIT = 100


def show(call: Call, ticket_id: str) -> Answer:
    """`GET /tickets/{id}`, plain or with `expand`, `all` or `full`."""
    ticket = ticket_for(call, ticket_id, "read")
    if call.flag("expand"):
        return 200, expanded(call.world, ticket)
    if call.flag("all"):
        return 200, _with_everything(call, ticket)
    if call.flag("full"):
        gathered = assets.Assets(call.world)
        gathered.add_ticket(ticket)
        return 200, {"id": ticket["id"], "assets": gathered.found}
    return 200, ticket


def index(call: Call) -> Answer:
    """`GET /tickets`: all readable tickets by id, at most 100 on a page."""
    size = max(1, min(call.number("per_page", PAGE_LIMIT), PAGE_LIMIT))
    skip = (max(1, call.number("page", 1)) - 1) * size
    readable = (t for t in call.world.table("Ticket").values() if may(call.world, call.user, t, "read"))
    page = [ticket for position, ticket in enumerate(readable) if skip <= position < skip + size]
    return 200, [expanded(call.world, ticket) for ticket in page] if call.flag("expand") else page


def create(call: Call) -> Answer:
    """`POST /tickets` with an optional article, tags and links. There is no idempotency key."""
    world = call.world
    agent = is_agent(world, call.user)
    wanted = given.wanted_values(call, customer_guess=True)
    if not agent:
        wanted["customer_id"] = call.user["id"]
        wanted.pop("owner_id", None)
    given.check_required_group(wanted)
    if agent and not in_group(world, call.user, wanted["group_id"], "create"):
        raise not_authorized()
    defaults = {name: values.default(a, world.now()) for name, a in world.attributes().items()}
    draft = {**BLANK_TICKET, "preferences": {}, **defaults, **wanted}
    draft["state_id"] = draft["state_id"] or NEW_STATE
    draft["priority_id"] = draft["priority_id"] or NORMAL_PRIORITY
    given.check_screen(call, draft, wanted, before=None)
    given.settle_relations(world, draft)
    article = articles.prepare(call, draft, call.params["article"]) if call.params.get("article") else None

    ticket, stored = open_ticket(world, draft, article, call.user["id"])
    tags.set_on_create(world, ticket, call.params.get("tags"), call.user["id"])
    links.set_on_create(world, ticket, call.params.get("links"))
    triggers.fire(world, triggers.Event("create", ticket, stored, {}))
    return 201, _with_everything(call, ticket) if call.flag("all") else _written(call, ticket)


def open_ticket(world: World, draft: Record, article: Record | None, actor_id: int) -> tuple[Record, Record | None]:
    """Store a checked draft as a new ticket with its prepared article."""
    apply_consequences(world, {**draft, "state_id": NEW_STATE}, draft)
    draft["last_owner_update_at"] = None
    draft["number"] = world.next_number()
    ticket = world.insert("Ticket", draft, actor_id)
    history.note_ticket_created(world, ticket)
    return ticket, article_store.store(world, ticket, article, actor_id) if article else None


def update(call: Call, ticket_id: str) -> Answer:
    """`PUT /tickets/{id}`: attributes and an article in one atomic write.

    There is no conflict detection: the last write wins (recordings 337, 338).
    """
    world = call.world
    before = ticket_for(call, ticket_id, "change")
    crossed = _crossed(world, before, call.user["id"])
    wanted = given.wanted_values(call, customer_guess=False)
    if not is_agent(world, call.user):
        wanted = {name: value for name, value in wanted.items() if name not in {"owner_id", "customer_id"}}
    draft = {**before, **wanted}
    given.check_screen(call, draft, wanted, before)
    given.settle_relations(world, draft)
    article = articles.prepare(call, draft, call.params["article"]) if call.params.get("article") else None

    apply_consequences(world, before, draft)
    changes = commit(world, before, draft, call.user["id"])
    stored = article_store.store(world, before, article, call.user["id"]) if article else None
    if crossed:
        triggers.fire(world, triggers.Event("update", before, None, crossed))
    if changes or stored:
        triggers.fire(world, triggers.Event("update", before, stored, changes))
    return 200, _with_everything(call, before) if call.flag("all") else _written(call, before)


def _crossed(world: World, ticket: Record, writer_id: int) -> Changes:
    """What somebody else changes meanwhile, as `SandboxZammad.cross` has it. Their triggers run after this write."""
    who, wanted = world.crossing.get(ticket["id"], (writer_id, {}))
    if who == writer_id:
        return {}
    del world.crossing[ticket["id"]]
    draft = {**ticket, **wanted}
    apply_consequences(world, ticket, draft)
    return commit(world, ticket, draft, who)


def delete(call: Call, ticket_id: str) -> Answer:
    """`DELETE /tickets/{id}`, for admins only. Fires no webhook (recording 109)."""
    ticket = call.world.find("Ticket", ticket_id)
    if not is_admin(call.world, call.user):
        raise ApiError(403, "Not authorized (admin permission required)!")
    call.world.drop_ticket(ticket)
    return 200, b""


def expanded(world: World, ticket: Record) -> Record:
    """A ticket with the names of everything it refers to (recordings 008, 378)."""
    users = world.tables["User"]
    full = assets.with_empty_names(world, ticket)
    full["group"] = world.tables["Group"][ticket["group_id"]]["name"]
    if ticket["organization_id"] is not None:
        full["organization"] = world.tables["Organization"][ticket["organization_id"]]["name"]
    full["state"] = world.tables["TicketState"][ticket["state_id"]]["name"]
    full["priority"] = world.tables["TicketPriority"][ticket["priority_id"]]["name"]
    for field in ("owner", "customer", "created_by", "updated_by"):
        full[field] = users[ticket[f"{field}_id"]]["login"]
    if ticket["create_article_type_id"] is not None:
        full["create_article_type"] = ARTICLE_TYPE_NAMES[ticket["create_article_type_id"]]
        full["create_article_sender"] = ARTICLE_SENDER_NAMES[ticket["create_article_sender_id"]]
    return full


def _written(call: Call, ticket: Record) -> Record:
    return expanded(call.world, ticket) if call.flag("expand") else assets.with_ids(call.world, ticket)


def _with_everything(call: Call, ticket: Record) -> Record:
    world = call.world
    gathered = assets.Assets(world)
    gathered.add_ticket(ticket)
    gathered.add_all("TicketPriority")
    for agent_id in assets.members_of_group(world, ticket["group_id"]):
        gathered.add_user(agent_id)
    visible = articles.visible(world, ticket, internal=sees_internal(call, ticket))
    for article in visible:
        gathered.add_article(article)
    linked = []
    for link in links.of_ticket(world, ticket["id"]):
        other = world.tables["Ticket"][link["link_object_value"]]
        if may(world, call.user, other, "read"):
            linked.append(link)
            gathered.add_ticket(other)
    return {
        "ticket_id": ticket["id"],
        "ticket_article_ids": [article["id"] for article in visible],
        "assets": gathered.found,
        "links": linked,
        "tags": world.tags.get(ticket["id"], []),
        "mentions": [],
        **({"time_accountings": []} if world.newer else {}),
        "form_meta": {},
    }
