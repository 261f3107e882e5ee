"""The bytes of a request: only plain JSON, never more than the limit."""

from http import HTTPStatus
from threading import Semaphore

from flask import Request
from werkzeug.exceptions import ClientDisconnected

from webhooks.problem import RETRY_LATER, Refusal

# Longer than any body that is already here, short enough for a health check to wait behind it.
_SECONDS_FOR_A_PLACE = 0.25


def read_json_bytes(request: Request, limit: int, places: Semaphore) -> bytes:
    """The raw body, at most ``limit`` bytes.

    A body that announces more is refused unread; one that announces nothing is read up to the limit. A slow
    sender holds its thread, so at most as many bodies as there are ``places`` arrive at once: the other threads
    stay free for health checks (P6).

    Raises ``Refusal``: 415 for another media type or a compressed body, 413 for a body over the limit, 400
    for one that ends early, 503 if all places stay taken.
    """
    if request.mimetype != "application/json":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type: expected application/json")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: expected none")
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    if not places.acquire(timeout=_SECONDS_FOR_A_PLACE):
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many bodies are arriving", RETRY_LATER)
    # Werkzeug cuts a body of unknown length at its limit without a word: one byte more tells.
    request.max_content_length = limit + 1
    try:
        body = request.get_data(cache=False, parse_form_data=False)
    except (ClientDisconnected, OSError):
        raise Refusal(HTTPStatus.BAD_REQUEST, "body: ended before it was complete") from None
    finally:
        places.release()
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _too_large(limit: int) -> Refusal:
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body: over {limit} bytes")
