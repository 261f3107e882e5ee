"""Delivering webhooks as Zammad does: one after the other, signed, tried five times and then lost; each attempt is
kept in the log."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from threading import RLock

import requests

from connector.sandbox.front import Post, Request, deliver
from connector.sandbox.zammad.assets import webhook_body
from connector.sandbox.zammad.call import to_json
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import Delivery, World

RETRY_GAPS = tuple(timedelta(seconds=seconds) for seconds in (10, 20, 30, 40))
"""The pauses after the first four failed attempts; the fifth failure is the last."""
TIMEOUT = 30.0
"""Seconds Zammad waits for a receiver."""


def over_http(url: str, headers: Mapping[str, str], body: bytes, *, follow: bool = True) -> int:
    """Send over the network. A 302 is followed as a GET and counts by what that answers, as with the real ones up to
    6.4; from 7.0 on it is not, and counts as a failure.

    Raises requests.RequestException if there is no answer.
    """
    sent = dict(headers) | {"X-Zammad-Trigger": headers["X-Zammad-Trigger"].encode().decode("latin-1")}
    return requests.post(url, headers=sent, data=body, timeout=TIMEOUT, allow_redirects=follow).status_code


def deliver_due(world: World, lock: RLock, post: Post) -> int:
    """Try every delivery whose time has come; returns how many attempts were made."""
    now = world.clock()
    with lock:
        due = sorted((held for held in world.deliveries if held.due <= now), key=lambda held: held.due)
    return deliver(due, lock, partial(_prepared, world), partial(_settle, world), post)


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature`: HMAC-SHA1 over the raw body."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def _prepared(world: World, delivery: Delivery) -> Request | None:
    """One attempt; None if ticket, article or webhook are gone (recordings 369, 372)."""
    ticket = world.table("Ticket").get(delivery.ticket_id)
    webhook = world.table("Webhook").get(delivery.webhook_id)
    article = world.table("TicketArticle").get(delivery.article_id) if delivery.article_id else None
    if ticket is None or webhook is None or (delivery.article_id and article is None):
        world.deliveries.remove(delivery)
        return None
    body = to_json(webhook_body(world, ticket, article))
    headers = {
        "Accept": "*/*",
        "User-Agent": "Zammad User Agent",
        "X-Zammad-Trigger": delivery.trigger,
        "X-Zammad-Delivery": delivery.id,
        "Content-Type": "application/json; charset=utf-8" if world.newer else "application/json",
    }
    if webhook["signature_token"]:
        headers["X-Hub-Signature"] = signature(webhook["signature_token"], body)
    if webhook["basic_auth_username"]:
        pair = f"{webhook['basic_auth_username']}:{webhook['basic_auth_password'] or ''}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    return webhook["endpoint"], headers, body


def _settle(world: World, delivery: Delivery, request: Request, status: int | None) -> None:
    _note(world, request, status)
    delivery.attempts += 1
    if status is not None and 200 <= status < 300:
        world.deliveries.remove(delivery)
    elif delivery.attempts > len(RETRY_GAPS):
        world.deliveries.remove(delivery)
        world.lost.append(delivery)
        world.log.append(f"webhook {delivery.id} lost after {delivery.attempts} attempts")
    else:
        delivery.due = world.clock() + RETRY_GAPS[delivery.attempts - 1]


def _note(world: World, request: Request, status: int | None) -> None:
    """Keep an attempt; status None means that there was no answer, which Zammad notes as `0`."""
    url, headers, body = request
    told = {name.lower(): value for name, value in headers.items() if name != "Authorization"}
    sent = "\n".join([*(f"{name}: {value}" for name, value in told.items()), "", body.decode()])
    answered = {"code": str(status), **_side("", "", "")} if status else {"code": 0, **_side("", None, None)}
    row = {"id": world.next_id("HttpLog"), "direction": "out", "facility": "webhook", "method": "POST", "url": url}
    row |= {"status": str(status or 0), "ip": None, "updated_by_id": None, "created_by_id": None}
    row |= {"request": _side(sent, "application/json", headers["User-Agent"]), "response": answered}
    world.http_log.append({**row, "created_at": world.now(), "updated_at": world.now()})


def _side(content: str, content_type: str | None, source: str | None) -> Record:
    return {"content": content, "content_type": content_type, "content_encoding": None, "source": source}
