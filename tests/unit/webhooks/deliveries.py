"""A receiver whose store is a list, and deliveries as Zammad signs them."""

import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from werkzeug.test import Client, TestResponse

from connector.helpdesks.sender import Hook
from connector.work.errors import StoreUnavailable
from connector.work.jobs import Counts, Key
from webhooks.app import create_app
from webhooks.receiver import Receiver

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = b"whsec-local-0123456789"
PREVIOUS = b"whsec-previous-9876543210"
PATH = "/webhooks/zammad/main"
DELIVERY = "e70de3e3-961a-4ff9-b31c-fc32fe50b803"


@dataclass
class Ledger:
    """A store in memory that can be down."""

    stored: list[tuple[Key, datetime]] = field(default_factory=list)
    down: bool = False

    def touch(self, key: Key, due: datetime, timeout: float) -> None:
        """Store, or refuse as the real one does."""
        if self.down:
            raise StoreUnavailable("the database is away")
        self.stored.append((key, due))

    def counts(self) -> dict[str, Counts]:
        """One helpdesk with what is stored."""
        if self.down:
            raise StoreUnavailable("the database is away")
        return {"zammad": Counts(len(self.stored), 0, 0, 0, NOW)}

    @property
    def tickets(self) -> list[str]:
        """The ids of the tickets marked due, in order."""
        return [key.ticket for key, _ in self.stored]


def receiver(ledger: Ledger, max_body_bytes: int = 64 * 1024) -> Receiver:
    """A receiver with one hook and two valid secrets."""
    return Receiver(
        hooks=[Hook("zammad", (SECRET, PREVIOUS))],
        touch=ledger.touch,
        now=lambda: NOW,
        counts=ledger.counts,
        max_body_bytes=max_body_bytes,
    )


def client(ledger: Ledger, max_body_bytes: int = 64 * 1024) -> Client:
    """A client of the application; an error inside it answers as it would in production."""
    return Client(create_app(receiver(ledger, max_body_bytes)))


def sign(body: bytes, secret: bytes = SECRET) -> str:
    """The value of ``X-Hub-Signature``."""
    return f"sha1={hmac.digest(secret, body, 'sha1').hex()}"


def headers(body: bytes, secret: bytes = SECRET) -> dict[str, str]:
    """The headers of a delivery that matter."""
    return {
        "Content-Type": "application/json",
        "X-Hub-Signature": sign(body, secret),
        "X-Zammad-Delivery": DELIVERY,
    }


def ticket_body(ticket: object = 17) -> bytes:
    """The smallest body that is a ticket event."""
    return json.dumps({"ticket": {"id": ticket}, "article": {}}).encode()


def deliver(to: Client, body: bytes, secret: bytes = SECRET, path: str = PATH) -> TestResponse:
    """A signed delivery."""
    return to.post(path, data=body, headers=headers(body, secret))


def detail(answer: TestResponse, status: int) -> str:
    """The detail of a problem (RFC 9457) after all that is the same in each has been checked."""
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert answer.data.isascii()
    shown: str = problem["detail"]
    return shown
