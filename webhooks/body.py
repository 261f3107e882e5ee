"""The bytes of a request: only plain JSON, never more than the limit."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Request
from werkzeug.exceptions import ClientDisconnected

from connector.helpdesks.payload import PayloadError, parse

from .problem import Refusal


def read_json_bytes(request: Request, limit: int, types: Sequence[str] = ("application/json",)) -> bytes:
    """The raw body, at most ``limit`` bytes.

    A body that announces more is refused unread; one that announces nothing is read up to the limit.

    Raises ``Refusal``: 415 for another media type or a compressed body, 413 for a body over the limit, 400
    for one that ends early.
    """
    if request.mimetype not in types:
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: expected {' or '.join(types)}")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: expected none")
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    try:
        body = _received(request, limit)
    except (ClientDisconnected, OSError):
        raise Refusal(HTTPStatus.BAD_REQUEST, "body: ended before it was complete") from None
    if len(body) > limit:
        raise _too_large(limit)
    return body


def parsed_json(raw: bytes) -> Any:
    """What a body says. Raises ``Refusal`` (400): it is no JSON, or programs read it in different ways."""
    try:
        return parse(raw).raw
    except PayloadError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None


def _received(request: Request, limit: int) -> bytes:
    # Werkzeug cuts a body of unknown length at its limit without an error. One byte above it shows that it was longer.
    request.max_content_length = limit + 1
    return request.get_data(cache=False, parse_form_data=False)


def _too_large(limit: int) -> Refusal:
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body: over {limit} bytes")
