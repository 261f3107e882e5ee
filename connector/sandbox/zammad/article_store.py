"""Adding an article to its ticket, with what this changes on the ticket (recordings 014, 226-232, 374, 375)."""

import base64

from connector.sandbox.zammad import history, seed
from connector.sandbox.zammad.records import Record, full_name
from connector.sandbox.zammad.world import World

SUBJECT_LIMIT = 3_000
"""Characters of a subject; what is longer is cut off (measured on 6.4)."""

_SYSTEM = seed.ARTICLE_SENDERS["System"]
_CONTACT_TYPES = frozenset(seed.ARTICLE_TYPES.values()) - {seed.NOTE}


def store(world: World, ticket: Record, prepared: Record, actor_id: int) -> Record:
    """Add a prepared article to its ticket, with what this changes on the ticket."""
    fields = {"ticket_id": ticket["id"], **prepared}
    time_unit = fields.pop("time_unit")
    fields["subject"] = fields["subject"] and str(fields["subject"])[:SUBJECT_LIMIT]
    author = world.tables["User"][fields["origin_by_id"] or actor_id]
    by_customer = fields["sender_id"] == seed.ARTICLE_SENDERS["Customer"]
    fields["from"] = f"{full_name(author)} <{author['email']}>" if by_customer else full_name(author)
    fields["attachments"] = [_stored_file(world, file) for file in fields["attachments"]]
    article = world.insert("TicketArticle", fields, actor_id)
    world.article_ids.setdefault(ticket["id"], []).append(article["id"])
    history.note_article_created(world, article)
    _record_contact(world, ticket, article, time_unit)
    return article


def written(kind: str, sender: str, subject: str, body: str, *, to: str | None, internal: bool) -> Record:
    """A prepared `note` or `email` that nobody wrote by the API."""
    return {
        "type_id": seed.ARTICLE_TYPES[kind],
        "sender_id": seed.ARTICLE_SENDERS[sender],
        "from": None,
        "to": to,
        **dict.fromkeys(("cc", "reply_to", "message_id", "in_reply_to", "references")),
        "subject": subject,
        "origin_by_id": None,
        "message_id_md5": None,
        "content_type": "text/html",
        "body": body,
        "internal": internal,
        "preferences": {},
        "attachments": [],
        "time_unit": None,
    }


def _stored_file(world: World, file: Record) -> Record:
    data = base64.b64decode(str(file.get("data", "")))
    file_id = world.next_id("Store")
    world.attachments[file_id] = data
    return {
        "id": file_id,
        "store_file_id": file_id,
        "filename": file.get("filename"),
        "size": str(len(data)),
        "preferences": {"Mime-Type": file.get("mime-type", "application/octet-stream")},
    }


def _record_contact(world: World, ticket: Record, article: Record, time_unit: object) -> None:
    """Counters and contact times. Notes and internal articles are no contact; what the system writes is not counted.

    An agent's answer opens a new ticket (recordings 226, 227). A customer who writes again before an agent
    answered keeps the time of the first message (recordings 374, 375).
    """
    before = dict(ticket)
    moment = article["created_at"]
    if article["sender_id"] != _SYSTEM:
        table = world.table("TicketArticle")
        counted = [number for number in world.article_ids[ticket["id"]] if table[number]["sender_id"] != _SYSTEM]
        ticket["article_count"] = len(counted)
    if ticket["create_article_type_id"] is None:
        ticket["create_article_type_id"] = article["type_id"]
        ticket["create_article_sender_id"] = article["sender_id"]
    if article["type_id"] in _CONTACT_TYPES and not article["internal"]:
        agent_at, customer_at = ticket["last_contact_agent_at"], ticket["last_contact_customer_at"]
        if article["sender_id"] == seed.ARTICLE_SENDERS["Agent"]:
            ticket |= {"last_contact_at": moment, "last_contact_agent_at": moment, "last_owner_update_at": moment}
            ticket["first_response_at"] = ticket["first_response_at"] or moment
            if ticket["state_id"] == seed.NEW_STATE and ticket["article_count"] > 1:
                ticket["state_id"] = seed.OPEN_STATE
        elif article["sender_id"] == seed.ARTICLE_SENDERS["Customer"] and (
            customer_at is None or (agent_at is not None and agent_at > customer_at)
        ):
            ticket |= {"last_contact_at": moment, "last_contact_customer_at": moment}
    if time_unit:
        ticket["time_unit"] = str(float(str(ticket["time_unit"] or 0)) + float(str(time_unit)))
        world.time_accounting_ids.setdefault(ticket["id"], []).append(world.next_id("TimeAccounting"))
    changes = {name: (before[name], value) for name, value in ticket.items() if before[name] != value}
    if changes or article["created_by_id"] != seed.NOBODY or not world.newer:
        # A trigger's mail is nobody's change (6.4, extra/mail 2).
        ticket["updated_by_id"] = article["created_by_id"]
    world.mark_updated(ticket, world.now())
    history.note_changes(world, ticket, changes, article["created_by_id"])
