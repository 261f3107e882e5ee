"""Adding an article to its ticket, with what this changes on the ticket (recordings 014, 226-232, 374, 375)."""

import base64

from connector.sandbox.zammad import history
from connector.sandbox.zammad.records import Record, full_name
from connector.sandbox.zammad.seed import ARTICLE_SENDERS, ARTICLE_TYPES, FRESH, NEW_STATE, NOBODY, NOTE, OPEN_STATE
from connector.sandbox.zammad.world import World

SUBJECT_LIMIT = 3_000
"""Characters of a subject; what is longer is cut off (measured on 6.4)."""
_AGENT, _CUSTOMER, _SYSTEM = (ARTICLE_SENDERS[name] for name in ("Agent", "Customer", "System"))


def written(kind: str, sender: str, body: str, **fields: object) -> Record:
    """A prepared article that nobody wrote by the API."""
    ids = {"type_id": ARTICLE_TYPES[kind], "sender_id": ARTICLE_SENDERS[sender]}
    return {**FRESH["article"], "preferences": {}, "attachments": [], **ids, "body": body, **fields}


def store(world: World, ticket: Record, prepared: Record, actor_id: int) -> Record:
    """Add a prepared article to its ticket, with what this changes on the ticket."""
    fields = {"ticket_id": ticket["id"], **prepared}
    time_unit = fields.pop("time_unit")
    fields["subject"] = fields["subject"] and str(fields["subject"])[:SUBJECT_LIMIT]
    author = world.tables["User"][fields["origin_by_id"] or actor_id]
    by_customer = fields["sender_id"] == _CUSTOMER
    fields["from"] = f"{full_name(author)} <{author['email']}>" if by_customer else full_name(author)
    fields["attachments"] = [_stored_file(world, file) for file in fields["attachments"]]
    article = world.insert("TicketArticle", fields, actor_id)
    world.article_ids[ticket["id"]].append(article["id"])
    history.note_article(world, article)
    before = dict(ticket)
    _record_contact(world, ticket, article)
    if time_unit:
        ticket["time_unit"] = str(float(str(ticket["time_unit"] or 0)) + float(str(time_unit)))
        world.time_accounting_ids[ticket["id"]].append(world.next_id("TimeAccounting"))
    changes = {name: (before[name], value) for name, value in ticket.items() if before[name] != value}
    if changes or actor_id != NOBODY or not world.newer:
        # A trigger's mail is nobody's change (6.4, extra/mail 2).
        ticket["updated_by_id"] = actor_id
    world.mark_updated(ticket)
    history.note_changes(world, ticket, changes, actor_id)
    return article


def _stored_file(world: World, file: Record) -> Record:
    data, number = base64.b64decode(str(file.get("data", ""))), world.next_id("Store")
    world.attachments[number] = data
    kind = {"Mime-Type": file.get("mime-type", "application/octet-stream")}
    told = {"filename": file.get("filename"), "size": str(len(data)), "preferences": kind}
    return {"id": number, "store_file_id": number, **told}


def _record_contact(world: World, ticket: Record, article: Record) -> None:
    """Counters and contact times. Notes and internal articles are no contact; what the system writes is not counted.

    An agent's answer opens a new ticket (recordings 226, 227). A customer who writes again before an agent
    answered keeps the time of the first message (recordings 374, 375).
    """
    moment, sender = article["created_at"], article["sender_id"]
    if sender != _SYSTEM:
        written_by = [world.table("TicketArticle")[number]["sender_id"] for number in world.article_ids[ticket["id"]]]
        ticket["article_count"] = len(written_by) - written_by.count(_SYSTEM)
    if ticket["create_article_type_id"] is None:
        ticket |= {"create_article_type_id": article["type_id"], "create_article_sender_id": sender}
    if article["type_id"] == NOTE or article["internal"]:
        return
    agent_at, customer_at = ticket["last_contact_agent_at"], ticket["last_contact_customer_at"]
    if sender == _AGENT:
        ticket |= {"last_contact_at": moment, "last_contact_agent_at": moment, "last_owner_update_at": moment}
        ticket["first_response_at"] = ticket["first_response_at"] or moment
        if ticket["state_id"] == NEW_STATE and ticket["article_count"] > 1:
            ticket["state_id"] = OPEN_STATE
    elif sender == _CUSTOMER and (customer_at is None or (agent_at is not None and agent_at > customer_at)):
        ticket |= {"last_contact_at": moment, "last_contact_customer_at": moment}
