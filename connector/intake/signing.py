"""Signed messages in the style of Standard Webhooks (standardwebhooks.com, specification 1.0.0, section "Signature
scheme"): HMAC-SHA256 over id, time and raw body, so that none of them can be changed, moved or kept for later."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be from ours, and how old a message may be. A repetition in this time does no harm:
what is submitted twice is one ticket."""
_PREFIX = "whsec_"
_LONGEST_ID = 256
_MOST = 8


def key_of(secret: bytes) -> bytes:
    """The bytes that sign: those of a secret as text, or what follows ``whsec_`` in base64."""
    if secret.startswith(_PREFIX.encode()):
        try:
            return b64decode(secret.removeprefix(_PREFIX.encode()), validate=True)
        except Base64Error:
            return secret
    return secret


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One entry of the header ``webhook-signature``.

    >>> secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    >>> signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + b64encode(hmac.digest(key_of(secret), signed, "sha256")).decode()


def signed_headers(secrets: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message; with several secrets whoever knows one of them can verify it."""
    stamp = int(at.timestamp())
    entries = " ".join(signature(secret, message_id, stamp, body) for secret in secrets)
    return {ID: message_id, TIMESTAMP: str(stamp), SIGNATURE: entries}


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], now: datetime) -> bool:
    """Whether the body comes from somebody who knows one of the secrets, with this id, within the tolerance.

    ``headers``: names in small letters. Every secret is compared with every entry, in constant time.
    """
    message_id, stamp, entries = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (0 < len(message_id) <= _LONGEST_ID and message_id.isascii() and stamp.isascii() and stamp.isdigit()):
        return False
    if len(stamp) > 12 or abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        return False
    given = [entry.encode("latin-1", "replace") for entry in entries.split()[:_MOST]]
    valid = False
    for secret in secrets:
        expected = signature(secret, message_id, int(stamp), body).encode()
        for entry in given:
            valid |= hmac.compare_digest(expected, entry)
    return valid
