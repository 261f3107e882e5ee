"""Delivering webhooks: signed, with what Jira's headers tell; retried by Cloud, tried once by Data Center."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from threading import RLock

import requests

from connector.sandbox.front import Post, Request, deliver
from connector.sandbox.jira.records import Delivery, Row
from connector.sandbox.jira.world import World

RETRIES = 5
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=15))
"""Cloud waits a random while between these before it tries again."""
RETRIED = frozenset({408, 409, 425, 429})
"""Answers after which Cloud tries again, as after 5xx and no answer at all."""
TIMEOUT = (5.0, 20.0)
"""Seconds Jira waits for a connection and for an answer."""


def over_http(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send over the network; redirects are not followed. Raises requests.RequestException if there is no answer."""
    return requests.post(url, headers=dict(headers), data=body, timeout=TIMEOUT, allow_redirects=False).status_code


def deliver_due(world: World, lock: RLock, post: Post) -> int:
    """Try every delivery whose time has come; returns how many attempts were made."""
    now = world.clock()
    with lock:
        due = sorted((held for held in world.deliveries.values() if held.due <= now), key=lambda held: held.due)
    return deliver(due, lock, partial(_prepared, world), partial(_settle, world), post)


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature`: HMAC-SHA256 over the raw body.

    >>> signature("It's a Secret to Everybody", b"Hello World!")
    'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9'
    """
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _prepared(world: World, delivery: Delivery) -> Request | None:
    webhook = world.webhooks.get(delivery.webhook_id)
    if webhook is None:
        del world.deliveries[delivery.identifier]
        return None
    return webhook.url, _headers(world, webhook, delivery), delivery.body


def _headers(world: World, webhook: Row, delivery: Delivery) -> dict[str, str]:
    headers = {"User-Agent": "Atlassian Webhook HTTP Client", "Content-Type": "application/json; charset=UTF-8"}
    if world.cloud:
        headers |= {"X-Atlassian-Webhook-Identifier": delivery.identifier, "X-Atlassian-Webhook-Flow": "Primary"}
        headers |= {"X-Atlassian-Webhook-Retry": str(delivery.attempts)} if delivery.attempts else {}
    if webhook.secret:
        headers["X-Hub-Signature"] = signature(webhook.secret, delivery.body)
    return headers


def _settle(world: World, delivery: Delivery, _request: Request, status: int | None) -> None:
    delivery.attempts += 1
    arrived = status is not None and 200 <= status < 300
    again = status is None or status >= 500 or status in RETRIED
    if not arrived and again and world.cloud and delivery.attempts <= RETRIES:
        shortest, longest = RETRY_AFTER
        delivery.due = world.clock() + shortest + (longest - shortest) * world.random.random()
        return
    world.deliveries.pop(delivery.identifier, None)
    world.lost += [] if arrived else [delivery]
