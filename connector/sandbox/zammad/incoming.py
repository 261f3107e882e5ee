"""Tickets that come in by e-mail: the background worker makes them, and no mask asks for mandatory fields."""

import re

from connector.sandbox.zammad import article_store, history, links, seed, tickets, triggers, users
from connector.sandbox.zammad.access import is_agent
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
    author = world.user_named(sender) or users.new_user(world, sender, seed.NOBODY)
    kind = "Agent" if is_agent(world, author) else "Customer"
    marks = {"send-auto-response": not automatic, "is-auto-response": automatic}
    told = {"subject": subject, "content_type": "text/plain", "preferences": marks}
    article = article_store.written("email", kind, body, **told)
    named = _NUMBER.search(subject)
    known = world.ticket_ids.get(named[1]) if named else None
    with world.worker():
        ticket = None if known is None else _answered(world, world.table("Ticket")[known])
        if ticket is None:
            mine = {"title": subject[:TITLE_LIMIT].strip() or "-", "group_id": group["id"], "customer_id": author["id"]}
            draft = {**tickets.blank(world), **mine, "organization_id": author["organization_id"]}
            ticket, stored = tickets.open_ticket(world, draft, article, author["id"])
            triggers.fire(world, triggers.Event("create", ticket, stored, {}))
            return int(ticket["id"])
        # Every follow-up opens its ticket, an automatic one too; in the history the sender did it (extra/mail 8, 12).
        open_already = ticket["state_id"] in {seed.NEW_STATE, seed.OPEN_STATE}
        reopened = {} if open_already else history.change(world, ticket, {"state_id": seed.OPEN_STATE}, author["id"])
        stored = article_store.store(world, ticket, article, author["id"])
        triggers.fire(world, triggers.Event("update", ticket, stored, reopened))
        return int(ticket["id"])


def _answered(world: World, named: Record) -> Record | None:
    """The ticket that a follow-up goes to: a merged one's target (extra/merge 25); None where its group wants a new
    ticket for what was closed (extra/mail 29)."""
    ticket = links.final_target(world, named)
    closed = world.tables["TicketState"][ticket["state_id"]]["state_type_id"] == seed.STATE_TYPES["closed"]
    wants_new = world.tables["Group"][ticket["group_id"]]["follow_up_possible"] == "new_ticket"
    return None if closed and wants_new else ticket
