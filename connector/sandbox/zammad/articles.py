"""Articles: the messages of a ticket (recordings 014-017, 099-107, 173-178, 323, 366-374)."""

import hashlib
import re
from email.utils import getaddresses

from connector.sandbox.zammad import triggers
from connector.sandbox.zammad.access import is_agent, sees_internal, ticket_for
from connector.sandbox.zammad.article_store import store
from connector.sandbox.zammad.assets import article_with_names
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.errors import ApiError, missing_record, not_authorized, unknown_name
from connector.sandbox.zammad.records import Record, is_on
from connector.sandbox.zammad.seed import ARTICLE_SENDERS, ARTICLE_TYPES, NOTE
from connector.sandbox.zammad.world import World

_CUSTOMER = ARTICLE_SENDERS["Customer"]
_SCRIPT = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TEXT_FIELDS = ("to", "cc", "subject", "reply_to", "message_id", "in_reply_to", "references")


@route("GET ticket_articles/by_ticket/:id")
def by_ticket(call: Call, ticket_id: str) -> Answer:
    """Internal articles only for agents of the group."""
    world, ticket = call.world, ticket_for(call, ticket_id, "read")
    ids = visible(world, ticket, internal=sees_internal(call, ticket))
    return 200, [article_with_names(world, world.tables["TicketArticle"][number]) for number in ids]


def visible(world: World, ticket: Record, *, internal: bool) -> list[int]:
    """The ids of a ticket's articles in order."""
    table = world.table("TicketArticle")
    return [number for number in world.article_ids[ticket["id"]] if internal or not table[number]["internal"]]


def _article_for(call: Call, article_id: str, need: str) -> tuple[Record, Record]:
    article = call.world.find("TicketArticle", article_id)
    ticket = ticket_for(call, article["ticket_id"], need)
    if article["internal"] and not sees_internal(call, ticket):
        raise not_authorized()
    return article, ticket


route("GET ticket_articles/:id")(
    lambda call, number: (200, article_with_names(call.world, _article_for(call, number, "read")[0]))
)


@route("POST ticket_articles")
def create(call: Call) -> Answer:
    """A customer's reply does not reopen a closed ticket (recordings 374, 375)."""
    if call.params.get("ticket_id") is None:
        raise ApiError(404, "Couldn't find Ticket without an ID")
    ticket = ticket_for(call, call.params["ticket_id"], "change")
    article = store(call.world, ticket, prepare(call, ticket, call.params), call.user["id"])
    triggers.fire(call.world, triggers.Event("update", ticket, article, {}))
    if call.world.newer and call.params.get("time_unit"):
        # It is refused, and there all the same (6.4, recordings 014, 016).
        raise not_authorized("(Time Accounting is not enabled)!")
    return 201, article_with_names(call.world, article)


@route("PUT ticket_articles/:id")
def update(call: Call, article_id: str) -> Answer:
    """For agents: only `internal` can change, the rest is ignored (370, 371; `preferences` measured on 6.4)."""
    article, ticket = _article_for(call, article_id, "change")
    if not is_agent(call.world, call.user):
        raise not_authorized()
    internal = call.params.get("internal", article["internal"])
    if internal != article["internal"]:
        article |= {"internal": bool(internal), "updated_by_id": call.user["id"], "updated_at": call.world.now()}
        call.world.mark_updated(ticket)
    return 200, article_with_names(call.world, article)


@route("DELETE ticket_articles/:id")
def delete(call: Call, article_id: str) -> Answer:
    """An agent's own note."""
    article, ticket = _article_for(call, article_id, "change")
    if article["created_by_id"] != call.user["id"] or article["type_id"] != NOTE:
        raise not_authorized()
    call.world.article_ids[ticket["id"]].remove(article["id"])
    del call.world.tables["TicketArticle"][article["id"]]
    call.world.mark_updated(ticket)
    return 200, {}


@route("GET ticket_attachment/:id/:id/:id")
def attachment(call: Call, ticket_id: str, article_id: str, attachment_id: str) -> Answer:
    """The file itself."""
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
    type_id = _number(fields, "type", ARTICLE_TYPES, "note")
    sender_id = _number(fields, "sender", ARTICLE_SENDERS, "Agent" if agent else "Customer")
    body = str(fields.get("body") or "").replace("\x00", "")
    if not body:
        raise ApiError(422, "Need at least an 'article body' field.")
    if not agent:
        sender_id = _CUSTOMER
    if call.world.newer and fields.get("time_unit") and "ticket_id" not in fields:
        raise not_authorized("(Time Accounting is not enabled)!")
    if type_id == ARTICLE_TYPES["email"] and sender_id != _CUSTOMER:
        _check_mail(call.world, ticket, fields)
        fields = {**fields, "subject": fields.get("subject") or ticket["title"]}
    html, message_id = fields.get("content_type") == "text/html", str(fields.get("message_id") or "")
    digest = hashlib.md5(message_id.encode(), usedforsecurity=False).hexdigest()
    preferences = fields.get("preferences")
    return {
        "type_id": type_id,
        "sender_id": sender_id,
        "from": None,
        **{name: fields.get(name) for name in _TEXT_FIELDS},
        "origin_by_id": _origin(call, ticket, fields, sender_id),
        "message_id_md5": digest if message_id else None,
        "content_type": "text/html" if html else "text/plain",
        "body": _SCRIPT.sub("", body) if html else body,
        "internal": is_on(fields.get("internal")) and agent,
        "preferences": dict(preferences) if isinstance(preferences, dict) else {},
        "attachments": [file for file in fields.get("attachments") or [] if isinstance(file, dict)],
        "time_unit": None if call.world.newer else fields.get("time_unit"),
    }


def _check_mail(world: World, ticket: Record, fields: Record) -> None:
    """Support's mail needs an address of the group, from 6.4 on (extra/bot), and from 7.0 on recipients that are
    addresses; nothing of the request is stored otherwise. Raises ApiError 500 or 422."""
    group = world.tables["Group"][ticket["group_id"]]
    if world.newer and group["email_address_id"] is None:
        raise ApiError(500, f"No email address found for group: {group['name']} ({group['id']})", human=False)
    given = [str(fields[name]) for name in ("to", "cc") if fields.get(name)]
    if world.newest and not all(_ADDRESS.fullmatch(address) for _, address in getaddresses(given)):
        raise ApiError(422, "invalid_attribute.email_recipient")


def _number(fields: Record, name: str, numbers: dict[str, int], fallback: str) -> int:
    by_id = fields.get(f"{name}_id")
    if by_id is not None:
        if str(by_id).isdigit() and int(by_id) in numbers.values():
            return int(by_id)
        raise ApiError(422, f"Invalid value for param '{name}_id': {by_id}")
    given = fields.get(name) or fallback
    if given not in numbers:
        raise unknown_name(name, given)
    return numbers[given]


def _origin(call: Call, ticket: Record, fields: Record, sender_id: int) -> int | None:
    if sender_id != _CUSTOMER:
        return None
    if not is_agent(call.world, call.user):
        return int(call.user["id"])
    named = call.world.user_named(str(fields.get("origin_by") or ""))
    return int(fields.get("origin_by_id") or (named["id"] if named else ticket["customer_id"]))
