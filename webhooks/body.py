"""The bytes of a request: only plain JSON, never more than the limit."""

from http import HTTPStatus

from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from webhooks.problem import Refusal


def read_json_bytes(request: Request) -> bytes:
    """The raw body, at most ``request.max_content_length`` bytes.

    A body that announces more is refused unread; one that announces nothing is read up to the limit.
    Raises ``Refusal``: 415 for another media type or a compressed body, 413 for a body over the limit, 400
    for one that ends early.
    """
    if request.mimetype != "application/json":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type: expected application/json")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: expected none")
    try:
        return request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        limit = request.max_content_length
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body: over {limit} bytes") from None
    except (ClientDisconnected, OSError):
        raise Refusal(HTTPStatus.BAD_REQUEST, "body: ended before it was complete") from None
