"""Tickets that come in by e-mail: the background worker makes them, and no mask asks for mandatory fields."""

import re

from connector.sandbox.zammad import article_store, scheduler, seed, tickets, triggers, users, values
from connector.sandbox.zammad.access import is_agent
from connector.sandbox.zammad.changes import Changes, apply_consequences, commit
from connector.sandbox.zammad.merging import final_target
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.ticket_input import TITLE_LIMIT
from connector.sandbox.zammad.world import World

_NUMBER = re.compile(r"\[Ticket#(\d+)\]")


def receive(world: World, sender: str, subject: str, body: str, group: Record, *, automatic: bool = False) -> int:
    """Take in a message: a follow-up if its subject names a ticket (`[Ticket#41002]`), else a new one; the ticket's id.

    An unknown sender becomes a customer. Whoever the mail names as its sender is taken for it, agents too: nothing
    verifies that (6.4, extra/mail 18). `automatic`: its headers say that a machine answered (Auto-Submitted,
    Precedence), or nobody is named as its sender; that shows in the article's preferences only (extra/mail 11, 21, 24).
    """
    customer = world.user_named(sender) or _new_customer(world, sender)
    kind = "Agent" if is_agent(world, customer) else "Customer"
    article = article_store.written("email", kind, subject, body, to=None, internal=False)
    preferences = {"send-auto-response": not automatic, "is-auto-response": automatic}
    article |= {"content_type": "text/plain", "preferences": preferences}
    named = _NUMBER.search(subject)
    known = world.ticket_ids.get(named[1]) if named else None
    with scheduler.in_worker(world):
        ticket = None if known is None else _answered(world, world.table("Ticket")[known])
        if ticket is None:
            return _new_ticket(world, customer, subject, group, article)
        changes = _reopen(world, ticket, customer["id"])
        stored = article_store.store(world, ticket, article, customer["id"])
        triggers.fire(world, triggers.Event("update", ticket, stored, changes))
        return int(ticket["id"])


def _answered(world: World, named: Record) -> Record | None:
    """The ticket that a follow-up goes to: a merged one's target (extra/merge 25); None where its group wants a new
    ticket for what was closed (extra/mail 29)."""
    ticket = final_target(world, named)
    closed = world.tables["TicketState"][ticket["state_id"]]["state_type_id"] == seed.STATE_TYPES["closed"]
    wants_new = world.tables["Group"][ticket["group_id"]]["follow_up_possible"] == "new_ticket"
    return None if closed and wants_new else ticket


def _reopen(world: World, ticket: Record, sender_id: int) -> Changes:
    """Every follow-up opens its ticket, an automatic one too; in the history the sender did it (extra/mail 8, 12)."""
    if ticket["state_id"] in {seed.NEW_STATE, seed.OPEN_STATE}:
        return {}
    draft = {**ticket, "state_id": seed.OPEN_STATE}
    apply_consequences(world, ticket, draft)
    return commit(world, ticket, draft, sender_id)


def _new_customer(world: World, sender: str) -> Record:
    fields = {**seed.BLANK_USER, "login": sender.lower(), "email": sender.lower()}
    return users.new_user(world, fields, seed.NOBODY)


def _new_ticket(world: World, customer: Record, subject: str, group: Record, article: Record) -> int:
    defaults = {name: values.default(found, world.now()) for name, found in world.attributes().items()}
    mine = {"title": subject[:TITLE_LIMIT].strip() or "-", "group_id": group["id"], "customer_id": customer["id"]}
    draft = {**seed.BLANK_TICKET, "preferences": {}, **defaults, **mine}
    draft["organization_id"] = customer["organization_id"]
    ticket, stored = tickets.open_ticket(world, draft, article, customer["id"])
    triggers.fire(world, triggers.Event("create", ticket, stored, {}))
    return int(ticket["id"])
