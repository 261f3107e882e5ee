"""Who sends: HMAC signatures over the raw bytes and agreed tokens, compared in constant time."""

import hmac
import re
from collections.abc import Sequence
from http import HTTPStatus

from webhooks.problem import Refusal

_HEADER = {
    "sha1": re.compile(r"sha1=([0-9a-f]{40})", re.ASCII),
    "sha256": re.compile(r"sha256=([0-9a-f]{64})", re.ASCII),
}
_BEARER = re.compile(r"Bearer +(\S+) *", re.ASCII | re.IGNORECASE)
_CHALLENGE = {"WWW-Authenticate": 'HMAC-SHA1 header="X-Hub-Signature"'}
_CHALLENGES = {"WWW-Authenticate": 'HMAC-SHA256 header="X-Hub-Signature", Bearer'}


def require_sha1(secrets: Sequence[bytes], body: bytes, header: str | None) -> None:
    """Refuse with 401 unless ``header`` is ``sha1=`` and the hex HMAC-SHA1 of ``body`` under one of the secrets.

    All failures answer alike (P5).

    Source: Zammad documentation, "Webhook", header ``X-Hub-Signature``; RFC 2104.
    """
    if not _is_signed("sha1", secrets, body, header):
        raise Refusal(HTTPStatus.UNAUTHORIZED, "X-Hub-Signature: missing or not valid for this hook", _CHALLENGE)


def require_sha256_or_token(
    secrets: Sequence[bytes],
    tokens: Sequence[bytes],
    body: bytes,
    signature: str | None,
    given: Sequence[str | None],
) -> None:
    """Refuse with 401 unless the body is signed with one of the secrets, or one of the tokens is ``given``.

    ``signature`` is ``sha256=`` and a hex HMAC-SHA256; another method is no signature. ``given`` are the values of the
    headers that may hold a token, as it is or after ``Bearer``. All failures answer alike (P5).

    Source: Atlassian, "Webhooks", section "Secure admin webhooks" (WebSub's ``X-Hub-Signature``).
    """
    signed = _is_signed("sha256", secrets, body, signature)
    known = _is_known(tokens, given)
    if not signed and not known:
        detail = "X-Hub-Signature, Authorization: missing or not valid for this hook"
        raise Refusal(HTTPStatus.UNAUTHORIZED, detail, _CHALLENGES)


def _is_signed(method: str, secrets: Sequence[bytes], body: bytes, header: str | None) -> bool:
    """Every secret is always compared, so the time taken does not tell which one is in use."""
    match = _HEADER[method].fullmatch(header or "")
    given = bytes.fromhex(match[1]) if match else b""
    valid = False
    for secret in secrets:
        valid |= hmac.compare_digest(hmac.digest(secret, body, method), given)
    return valid


def _is_known(tokens: Sequence[bytes], given: Sequence[str | None]) -> bool:
    valid = False
    for value in given:
        match = _BEARER.fullmatch(value or "")
        # A header's bytes arrive as Latin-1 text (PEP 3333).
        shown = (match[1] if match else value or "").encode("latin-1", "replace")
        for token in tokens:
            valid |= hmac.compare_digest(token, shown)
    return valid
