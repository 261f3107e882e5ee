"""Delivering webhooks as Zammad does: one after the other, signed, tried five times and then lost."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from threading import RLock

import requests

from connector.sandbox.front import Post, Request, deliver
from connector.sandbox.zammad import payload, system
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


def next_due(world: World) -> datetime | None:
    """When the next delivery is due; None if none is waiting."""
    return min((delivery.due for delivery in world.deliveries), default=None)


def _prepared(world: World, delivery: Delivery) -> Request | None:
    """One attempt; None if ticket, article or webhook are gone (recordings 369, 372)."""
    ticket = world.table("Ticket").get(delivery.ticket_id)
    webhook = world.table("Webhook").get(delivery.webhook_id)
    article = world.table("TicketArticle").get(delivery.article_id) if delivery.article_id else None
    if ticket is None or webhook is None or (delivery.article_id and article is None):
        world.deliveries.remove(delivery)
        return None
    body = to_json(payload.body(world, ticket, article))
    kind = "application/json; charset=utf-8" if world.newer else "application/json"
    return webhook["endpoint"], _headers(webhook, delivery, body) | {"Content-Type": kind}, body


def _headers(webhook: Record, delivery: Delivery, body: bytes) -> dict[str, str]:
    headers = {
        "Accept": "*/*",
        "User-Agent": "Zammad User Agent",
        "X-Zammad-Trigger": delivery.trigger,
        "X-Zammad-Delivery": delivery.id,
    }
    if webhook["signature_token"]:
        headers["X-Hub-Signature"] = signature(webhook["signature_token"], body)
    if webhook["basic_auth_username"]:
        pair = f"{webhook['basic_auth_username']}:{webhook['basic_auth_password'] or ''}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    return headers


def _settle(world: World, delivery: Delivery, request: Request, status: int | None) -> None:
    system.note_attempt(world, *request, status)
    delivery.attempts += 1
    if status is not None and 200 <= status < 300:
        world.deliveries.remove(delivery)
    elif delivery.attempts > len(RETRY_GAPS):
        world.deliveries.remove(delivery)
        world.lost.append(delivery)
        world.log.append(f"webhook {delivery.id} lost after {delivery.attempts} attempts")
    else:
        delivery.due = world.clock() + RETRY_GAPS[delivery.attempts - 1]
