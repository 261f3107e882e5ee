"""Signatures of deliveries: HMAC over the raw bytes, compared in constant time."""

import hmac
import re
from collections.abc import Sequence
from http import HTTPStatus

from webhooks.problem import Refusal

_SHA1_HEADER = re.compile(r"sha1=([0-9a-f]{40})", re.ASCII)
_CHALLENGE = {"WWW-Authenticate": 'HMAC-SHA1 header="X-Hub-Signature"'}


def require_sha1(secrets: Sequence[bytes], body: bytes, header: str | None) -> None:
    """Refuse with 401 unless ``header`` is ``sha1=`` and the hex HMAC-SHA1 of ``body`` under one of the secrets.

    Every secret is always compared, so the time taken does not tell which one is in use (P5). All failures
    answer alike.

    Source: Zammad documentation, "Webhook", header ``X-Hub-Signature``; RFC 2104.
    """
    match = _SHA1_HEADER.fullmatch(header or "")
    given = bytes.fromhex(match[1]) if match else b""
    valid = False
    for secret in secrets:
        valid |= hmac.compare_digest(hmac.digest(secret, body, "sha1"), given)
    if not valid:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "X-Hub-Signature: missing or not valid for this hook", _CHALLENGE)
