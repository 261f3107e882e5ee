"""Refusals as problem details (RFC 9457), the only form in which the receiver says no."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response

RETRY_LATER = {"Retry-After": "10"}
"""Seconds. Some helpdesks keep their own gaps between attempts, of about 5 to 40 s."""


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """A request that is not accepted, with the answer its sender gets.

    ``detail`` names the thing and the place. It may hold text from the request only after ``clean``.
    """

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem(refusal: Refusal, **more: Any) -> Response:
    """The refusal as ``application/problem+json``, with ``more`` members. ASCII only, so no byte of a request comes
    back raw."""
    body = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": refusal.status.value,
        "detail": refusal.detail,
        **more,
    }
    return Response(
        json.dumps(body),
        status=refusal.status.value,
        headers={**refusal.headers, "Cache-Control": "no-store"},
        content_type="application/problem+json",
    )
