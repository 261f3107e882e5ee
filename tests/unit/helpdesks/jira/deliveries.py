"""A receiver with a hook for Jira, and deliveries as its admin webhooks and Automation rules send them.

The payloads in tests/fixtures/jira are written after Atlassian's documentation and payloads that others have published.
"""

import hmac
import json
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from connector.helpdesks.sender import Hook
from tests.unit.webhooks.deliveries import NOW, Ledger
from webhooks.app import create_app
from webhooks.receiver import Receiver

SECRET = b"jira-secret-0123456789"
PREVIOUS = b"jira-previous-9876543210"
TOKEN = b"automation-0123456789"
OLD_TOKEN = b"automation-previous-01"
CLOUD_BOT = "712020:0c8e7a4e-bot"
DC_BOT = "interspace"
PATH = "/webhooks/jira/main"
IDENTIFIER = "3c1a9f0e-55c0-4a63-9d7e-0a6f2b6f7c11"
FIXTURES = Path(__file__).parents[3] / "fixtures" / "jira"


def jira_hook(bot: str | None = None) -> Hook:
    """Both kinds of sender, each in the middle of a rotation."""
    return Hook("jira", (SECRET, PREVIOUS), (TOKEN, OLD_TOKEN), bot)


def jira_client(ledger: Ledger, hook: Hook | None = None) -> Client:
    """A client of a receiver for Jira alone."""
    return Client(create_app(Receiver([hook or jira_hook()], ledger.touch, lambda: NOW, ledger.counts)))


def payload(name: str) -> dict[str, Any]:
    """A captured payload."""
    sent: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return sent


def signature(body: bytes, secret: bytes = SECRET) -> str:
    """The value of ``X-Hub-Signature``."""
    return f"sha256={hmac.digest(secret, body, 'sha256').hex()}"


def signed(body: bytes, secret: bytes = SECRET) -> dict[str, str]:
    """The headers of an admin webhook."""
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "X-Hub-Signature": signature(body, secret),
        "X-Atlassian-Webhook-Identifier": IDENTIFIER,
        "X-Atlassian-Webhook-Flow": "Primary",
    }


def deliver(to: Client, body: object, secret: bytes = SECRET) -> TestResponse:
    """A signed delivery."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return to.post(PATH, data=raw, headers=signed(raw, secret))
