"""Articles: the messages of a ticket (recordings 014-017, 099-107, 173-178, 323, 366-374)."""

import hashlib
import re

from connector.sandbox.zammad import mailing, seed, triggers
from connector.sandbox.zammad.access import is_agent, sees_internal, ticket_for
from connector.sandbox.zammad.article_store import store
from connector.sandbox.zammad.assets import article_json
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.errors import ApiError, missing_record, not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

_SCRIPT = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TEXT_FIELDS = ("to", "cc", "subject", "reply_to", "message_id", "in_reply_to", "references")


def by_ticket(call: Call, ticket_id: str) -> Answer:
    """`GET /ticket_articles/by_ticket/{id}`: internal articles only for agents of the group."""
    ticket = ticket_for(call, ticket_id, "read")
    return 200, [_expanded(call.world, a) for a in visible(call.world, ticket, internal=sees_internal(call, ticket))]


def show(call: Call, article_id: str) -> Answer:
    """`GET /ticket_articles/{id}`."""
    article, _ = _article_for(call, article_id, "read")
    return 200, _expanded(call.world, article)


def create(call: Call) -> Answer:
    """`POST /ticket_articles`. A customer's reply does not reopen a closed ticket (recordings 374, 375)."""
    if call.params.get("ticket_id") is None:
        raise ApiError(404, "Couldn't find Ticket without an ID")
    ticket = ticket_for(call, call.params["ticket_id"], "change")
    article = store(call.world, ticket, prepare(call, ticket, call.params), call.user["id"])
    triggers.fire(call.world, triggers.Event("update", ticket, article, {}))
    if call.world.newer and call.params.get("time_unit"):
        # It is refused, and there all the same (6.4, recordings 014, 016).
        raise _no_time_accounting()
    return 201, _expanded(call.world, article)


def update(call: Call, article_id: str) -> Answer:
    """`PUT /ticket_articles/{id}`, for agents: only `internal` can change, the rest is ignored (recordings 370, 371;
    `preferences` measured on 6.4)."""
    article, ticket = _article_for(call, article_id, "change")
    if not is_agent(call.world, call.user):
        raise not_authorized()
    internal = call.params.get("internal", article["internal"])
    if internal != article["internal"]:
        article |= {"internal": bool(internal), "updated_by_id": call.user["id"], "updated_at": call.world.now()}
        call.world.mark_updated(ticket, call.world.now())
    return 200, _expanded(call.world, article)


def delete(call: Call, article_id: str) -> Answer:
    """`DELETE /ticket_articles/{id}`: an agent's own note."""
    article, ticket = _article_for(call, article_id, "change")
    if article["created_by_id"] != call.user["id"] or article["type_id"] != seed.NOTE:
        raise not_authorized()
    call.world.article_ids[ticket["id"]].remove(article["id"])
    del call.world.tables["TicketArticle"][article["id"]]
    call.world.mark_updated(ticket, call.world.now())
    return 200, {}


def attachment(call: Call, ticket_id: str, article_id: str, attachment_id: str) -> Answer:
    """`GET /ticket_attachment/{ticket}/{article}/{attachment}`: the file itself."""
    article, ticket = _article_for(call, article_id, "read")
    known = {str(file["id"]) for file in article["attachments"]}
    if str(ticket["id"]) != ticket_id or attachment_id not in known:
        raise missing_record("Store", attachment_id)
    return 200, call.world.attachments[int(attachment_id)]


def prepare(call: Call, ticket: Record, params: object) -> Record:
    """A checked article that is not stored yet, so that a bad one leaves the ticket untouched.

    `ticket` may be a draft. Raises ApiError 422 without a body or for an unknown type or sender.
    """
    fields: Record = params if isinstance(params, dict) else {}
    agent = is_agent(call.world, call.user)
    type_id = _number(fields, "type", seed.ARTICLE_TYPES, "note")
    sender_id = _number(fields, "sender", seed.ARTICLE_SENDERS, "Agent" if agent else "Customer")
    body = str(fields.get("body") or "").replace("\x00", "")
    if not body:
        raise ApiError(422, "Need at least an 'article body' field.")
    if not agent:
        sender_id = seed.ARTICLE_SENDERS["Customer"]
    time_unit = fields.get("time_unit")
    if call.world.newer and time_unit:
        if "ticket_id" not in fields:
            raise _no_time_accounting()
        time_unit = None
    if type_id == seed.ARTICLE_TYPES["email"] and sender_id != seed.ARTICLE_SENDERS["Customer"]:
        mailing.require_sender(call.world, ticket)
        mailing.check_recipients(call.world, fields)
        fields = {**fields, "subject": fields.get("subject") or ticket["title"]}
    html = fields.get("content_type") == "text/html"
    preferences = fields.get("preferences")
    article: Record = {"type_id": type_id, "sender_id": sender_id}
    article |= {name: fields.get(name) for name in _TEXT_FIELDS}
    message_id = article["message_id"]
    digest = hashlib.md5(str(message_id).encode(), usedforsecurity=False).hexdigest()
    return article | {
        "from": None,
        "origin_by_id": _origin(call, ticket, fields, sender_id),
        "message_id_md5": digest if message_id else None,
        "content_type": "text/html" if html else "text/plain",
        "body": _SCRIPT.sub("", body) if html else body,
        "internal": str(fields.get("internal", False)).lower() in {"true", "1"} and agent,
        "preferences": dict(preferences) if isinstance(preferences, dict) else {},
        "attachments": [file for file in fields.get("attachments") or [] if isinstance(file, dict)],
        "time_unit": time_unit,
    }


def _no_time_accounting() -> ApiError:
    return ApiError(403, "Not authorized (Time Accounting is not enabled)!")


def visible(world: World, ticket: Record, *, internal: bool) -> list[Record]:
    """A ticket's articles in order."""
    table = world.table("TicketArticle")
    found = [table[article_id] for article_id in world.article_ids.get(ticket["id"], [])]
    return found if internal else [article for article in found if not article["internal"]]


def _article_for(call: Call, article_id: str, need: str) -> tuple[Record, Record]:
    article = call.world.find("TicketArticle", article_id)
    ticket = ticket_for(call, article["ticket_id"], need)
    if article["internal"] and not sees_internal(call, ticket):
        raise not_authorized()
    return article, ticket


def _number(fields: Record, name: str, numbers: dict[str, int], fallback: str) -> int:
    by_id = fields.get(f"{name}_id")
    if by_id is not None:
        if str(by_id).isdigit() and int(by_id) in numbers.values():
            return int(by_id)
        raise ApiError(422, f"Invalid value for param '{name}_id': {by_id}")
    given = fields.get(name) or fallback
    if given not in numbers:
        raise ApiError(422, f"No lookup value found for '{name}': \"{given}\"")
    return numbers[given]


def _origin(call: Call, ticket: Record, fields: Record, sender_id: int) -> int | None:
    if sender_id != seed.ARTICLE_SENDERS["Customer"]:
        return None
    if not is_agent(call.world, call.user):
        return int(call.user["id"])
    named = call.world.user_named(str(fields.get("origin_by") or ""))
    return int(fields.get("origin_by_id") or (named["id"] if named else ticket["customer_id"]))


def _expanded(world: World, article: Record) -> Record:
    users = world.tables["User"]
    full = {
        **article_json(world, article),
        "created_by": users[article["created_by_id"]]["login"],
        "updated_by": users[article["updated_by_id"]]["login"],
        "type": seed.ARTICLE_TYPE_NAMES[article["type_id"]],
        "sender": seed.ARTICLE_SENDER_NAMES[article["sender_id"]],
    }
    if article["origin_by_id"] is not None:
        full["origin_by"] = users[article["origin_by_id"]]["login"]
    if world.newer:
        full["time_unit"] = None
    return full
