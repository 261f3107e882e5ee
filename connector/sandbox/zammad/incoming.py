"""Tickets that come in by e-mail: the background worker makes them, and no mask asks for mandatory fields."""

import re

from connector.sandbox.zammad import article_store, scheduler, seed, tickets, triggers, users, values
from connector.sandbox.zammad.access import is_agent
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.ticket_input import TITLE_LIMIT
from connector.sandbox.zammad.world import World

_FROM_A_PERSON = {"send-auto-response": True, "is-auto-response": False}
_NUMBER = re.compile(r"\[Ticket#(\d+)\]")


def receive(world: World, sender: str, subject: str, body: str, group: Record) -> int:
    """Take in a message: a follow-up if its subject names a ticket (`[Ticket#41002]`), else a new one; the ticket's id.

    An unknown sender becomes a customer. Whoever the mail names as its sender is taken for it, agents too: nothing
    verifies that (6.4, extra/mail 18).
    """
    customer = world.user_named(sender) or _new_customer(world, sender)
    kind = "Agent" if is_agent(world, customer) else "Customer"
    article = article_store.written("email", kind, subject, body, to=None, internal=False)
    article |= {"content_type": "text/plain", "preferences": dict(_FROM_A_PERSON)}
    named = _NUMBER.search(subject)
    known = world.ticket_ids.get(named[1]) if named else None
    with scheduler.in_worker(world):
        if known is None:
            return _new_ticket(world, customer, subject, group, article)
        ticket = world.table("Ticket")[known]
        stored = article_store.store(world, ticket, article, customer["id"])
        triggers.fire(world, triggers.Event("update", ticket, stored, {}))
        return known


def _new_customer(world: World, sender: str) -> Record:
    fields = {**seed.BLANK_USER, "login": sender.lower(), "email": sender.lower()}
    return users.new_user(world, fields, seed.NOBODY)


def _new_ticket(world: World, customer: Record, subject: str, group: Record, article: Record) -> int:
    defaults = {name: values.default(found, world.now()) for name, found in world.attributes().items()}
    mine = {"title": subject[:TITLE_LIMIT], "group_id": group["id"], "customer_id": customer["id"]}
    draft = {**seed.BLANK_TICKET, "preferences": {}, **defaults, **mine}
    draft["organization_id"] = customer["organization_id"]
    ticket, stored = tickets.open_ticket(world, draft, article, customer["id"])
    triggers.fire(world, triggers.Event("create", ticket, stored, {}))
    return int(ticket["id"])
