"""Refusals as problem details (RFC 9457), the only form in which the receiver says no."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

RETRY_LATER = {"Retry-After": "10"}
"""Seconds. Zammad keeps its own gaps of about 10, 20, 30 and 40 s, Jira of 5 to 15 s; others may obey."""


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """A request that is not accepted, with the answer its sender gets.

    ``detail`` names the thing and the place. It may hold text from the request only after ``clean``.
    """

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem(refusal: Refusal) -> Response:
    """The refusal as ``application/problem+json``. ASCII only, so no byte of a request comes back raw."""
    body = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": refusal.status.value,
        "detail": refusal.detail,
    }
    return Response(
        json.dumps(body),
        status=refusal.status.value,
        headers={**refusal.headers, "Cache-Control": "no-store"},
        content_type="application/problem+json",
    )


def clean(text: str, limit: int = 60) -> str:
    """A short excerpt of a stranger's text that is safe in a log line, a header or an answer."""
    shown = "".join(char if char.isascii() and char.isprintable() else "?" for char in text[:limit])
    return shown if len(text) <= limit else f"{shown}..."
