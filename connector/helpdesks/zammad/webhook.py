"""Zammad's webhooks.

Zammad sends the whole ticket with every event; the connector needs only to know which ticket to read again. A delivery
is tried five times in all under the same ``X-Zammad-Delivery`` (perhaps with another body) and then lost.

Source: Zammad documentation, "Webhook".
"""

import re

from connector.domain.model import TicketId
from connector.helpdesks.payload import Value
from connector.helpdesks.sender import Event, Headers, Hook, Sender, is_signed


def _verify(headers: Headers, body: bytes, hook: Hook) -> bool:
    return is_signed("sha1", hook.secrets, body, headers.get("X-Hub-Signature"))


NO_MATTER = b'{"examination":"interspace doctor"}'
"""What ``interspace doctor`` sends: nothing that Zammad ever says, and about no ticket."""


def _event(_headers: Headers, payload: Value, _bot: str | None) -> Event:
    if payload.find("examination") == "interspace doctor":
        return Event(ignored="an examination")
    return Event((TicketId(str(payload["ticket"]["id"].identifier())),))


SENDER = Sender(
    secret_settings=("webhook_secret",),
    proof_headers=("X-Hub-Signature",),
    challenge='HMAC-SHA1 header="X-Hub-Signature"',
    delivery_header="X-Zammad-Delivery",
    delivery_id=re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII),
    verify=_verify,
    event=_event,
)
