"""Tickets: show, list, create, update, delete (recordings 006-013, 040, 061-072, 149-203)."""

from connector.sandbox.zammad import article_store, articles, assets, history, links, tags, triggers, values
from connector.sandbox.zammad import ticket_input as given
from connector.sandbox.zammad.access import in_group, is_admin, is_agent, may, sees_internal, ticket_for
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.errors import ApiError, not_authorized
from connector.sandbox.zammad.history import Changes, apply_consequences, commit
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import BLANK_TICKET, NEW_STATE, NORMAL_PRIORITY
from connector.sandbox.zammad.world import World

PAGE_LIMIT = 100


@route("GET tickets/:id")
def show(call: Call, ticket_id: str) -> Answer:
    """Plain, or with `expand`, `all` or `full`."""
    ticket = ticket_for(call, ticket_id, "read")
    if call.flag("expand") or call.flag("all"):
        return 200, _answered(call, ticket)
    if not call.flag("full"):
        return 200, ticket
    gathered = assets.Assets(call.world)
    gathered.add("Ticket", ticket["id"])
    return 200, {"id": ticket["id"], "assets": gathered.found}


@route("GET tickets")
def index(call: Call) -> Answer:
    """All readable tickets by id, at most 100 on a page."""
    size, skip = call.page(PAGE_LIMIT, PAGE_LIMIT)
    page = [t for t in call.world.table("Ticket").values() if may(call.world, call.user, t, "read")][skip : skip + size]
    return 200, [assets.ticket_with_names(call.world, ticket) for ticket in page] if call.flag("expand") else page


@route("POST tickets")
def create(call: Call) -> Answer:
    """With an optional article, tags and links. There is no idempotency key."""
    world, agent = call.world, is_agent(call.world, call.user)
    wanted = given.wanted_values(call, creates=True)
    if not agent:
        wanted["customer_id"] = call.user["id"]
        wanted.pop("owner_id", None)
    if wanted.get("group_id") is None:
        raise ApiError(422, "The required value 'group_id' is missing.")
    if agent and not in_group(world, call.user, wanted["group_id"], "create"):
        raise not_authorized()
    draft = {**blank(world), **wanted}
    draft |= {"state_id": draft["state_id"] or NEW_STATE, "priority_id": draft["priority_id"] or NORMAL_PRIORITY}
    article = _checked(call, draft, wanted, None)
    ticket, stored = open_ticket(world, draft, article, call.user["id"])
    named = call.params.get("tags")
    for name in named.split(",") if isinstance(named, str) else named if isinstance(named, list) else []:
        tags.change(world, ticket, str(name).strip(), call.user["id"])
    links.set_on_create(world, ticket, call.params.get("links"))
    triggers.fire(world, triggers.Event("create", ticket, stored, {}))
    return 201, _answered(call, ticket)


def blank(world: World) -> Record:
    """What a new ticket says where nothing was sent."""
    defaults = {name: values.default(attribute, world.clock()) for name, attribute in world.attributes().items()}
    return {**BLANK_TICKET, "preferences": {}, **defaults}


def _checked(call: Call, draft: Record, wanted: Record, before: Record | None) -> Record | None:
    """Holds a draft to its mask and settles what follows from it; the article that comes with it, not stored yet."""
    given.check_screen(call, draft, wanted, before)
    given.settle_relations(call.world, draft)
    return articles.prepare(call, draft, call.params["article"]) if call.params.get("article") else None


def open_ticket(world: World, draft: Record, article: Record | None, actor_id: int) -> tuple[Record, Record | None]:
    """Store a checked draft as a new ticket with its prepared article."""
    apply_consequences(world, {**draft, "state_id": NEW_STATE}, draft)
    draft |= {"last_owner_update_at": None, "number": str(world.next_id("Ticket number"))}
    ticket = world.insert("Ticket", draft, actor_id)
    history.note(world, ticket["id"], "created", actor_id)
    return ticket, article_store.store(world, ticket, article, actor_id) if article else None


@route("PUT tickets/:id")
def update(call: Call, ticket_id: str) -> Answer:
    """Attributes and an article in one atomic write. There is no conflict detection: the last write wins (337, 338)."""
    world, user_id = call.world, call.user["id"]
    ticket = ticket_for(call, ticket_id, "change")
    crossed = _crossed(world, ticket, user_id)
    wanted = given.wanted_values(call, creates=False)
    if not is_agent(world, call.user):
        wanted = {name: value for name, value in wanted.items() if name not in {"owner_id", "customer_id"}}
    draft = {**ticket, **wanted}
    article = _checked(call, draft, wanted, ticket)
    apply_consequences(world, ticket, draft)
    changes = commit(world, ticket, draft, user_id)
    stored = article_store.store(world, ticket, article, user_id) if article else None
    if crossed:
        triggers.fire(world, triggers.Event("update", ticket, None, crossed))
    if changes or stored:
        triggers.fire(world, triggers.Event("update", ticket, stored, changes))
    return 200, _answered(call, ticket)


def _crossed(world: World, ticket: Record, writer_id: int) -> Changes:
    """What somebody else changes meanwhile, as `SandboxZammad.cross` has it. Their triggers run after this write."""
    who, wanted = world.crossing.get(ticket["id"], (writer_id, {}))
    if who == writer_id:
        return {}
    del world.crossing[ticket["id"]]
    return history.change(world, ticket, wanted, who)


@route("DELETE tickets/:id")
def delete(call: Call, ticket_id: str) -> Answer:
    """For admins only. Fires no webhook (recording 109)."""
    ticket = call.world.find("Ticket", ticket_id)
    if not is_admin(call.world, call.user):
        raise not_authorized("(admin permission required)!")
    call.world.drop_ticket(ticket)
    return 200, b""


def _answered(call: Call, ticket: Record) -> Record:
    """The ticket with names, with everything around it, or with the ids of its articles."""
    if call.flag("expand"):
        return assets.ticket_with_names(call.world, ticket)
    if not call.flag("all"):
        return assets.shown(call.world, "Ticket", ticket)
    world, gathered = call.world, assets.Assets(call.world)
    gathered.add("Ticket", ticket["id"])
    gathered.add("TicketPriority", *world.table("TicketPriority"))
    gathered.add("User", *assets.members_of_group(world, ticket["group_id"]))
    visible = articles.visible(world, ticket, internal=sees_internal(call, ticket))
    gathered.add("TicketArticle", *visible)
    linked = links.readable(call, ticket["id"])
    gathered.add("Ticket", *(link["link_object_value"] for link in linked))
    return {
        "ticket_id": ticket["id"],
        "ticket_article_ids": visible,
        "assets": gathered.found,
        "links": linked,
        "tags": world.tags[ticket["id"]],
        "mentions": [],
        **({"time_accountings": []} if world.newer else {}),
        "form_meta": {},
    }
