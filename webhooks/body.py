"""The bytes of a request: only plain JSON, never more than the limit."""

from http import HTTPStatus
from threading import Semaphore

from flask import Request
from werkzeug.exceptions import ClientDisconnected

from .problem import RETRY_LATER, Refusal

# Longer than any body that is already here takes.
_SECONDS_FOR_A_PLACE = 0.25


class BodyPlaces(Semaphore):
    """How many bodies may arrive at once in this process; fewer than it has threads.

    A request that waits for a place occupies a thread as well. A few may wait, so that a burst is not refused. If all
    might, hundreds of slow senders would occupy every thread in turn, and health checks would wait behind them (P6).
    """

    def __init__(self, places: int) -> None:
        super().__init__(places)
        self._waiters = Semaphore(places // 6)

    def take(self) -> bool:
        """Takes a place, at once or after a short wait. ``False``: all stay taken, or enough others wait."""
        if self.acquire(blocking=False):
            return True
        if not self._waiters.acquire(blocking=False):
            return False
        try:
            return self.acquire(timeout=_SECONDS_FOR_A_PLACE)
        finally:
            self._waiters.release()


def read_json_bytes(request: Request, limit: int, places: BodyPlaces) -> bytes:
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
    if not places.take():
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many bodies are arriving", RETRY_LATER)
    try:
        body = _received(request, limit)
    except (ClientDisconnected, OSError):
        raise Refusal(HTTPStatus.BAD_REQUEST, "body: ended before it was complete") from None
    finally:
        places.release()
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _received(request: Request, limit: int) -> bytes:
    if announced := request.content_length:
        # One call: werkzeug would ask the server again whether this was all, and the thread would wait each time.
        body: bytes = request.input_stream.read(announced)
        if len(body) < announced:
            raise ClientDisconnected
        return body
    # Werkzeug cuts a body of unknown length at its limit without an error. One byte above it shows that it was longer.
    request.max_content_length = limit + 1
    return request.get_data(cache=False, parse_form_data=False)


def _too_large(limit: int) -> Refusal:
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body: over {limit} bytes")
