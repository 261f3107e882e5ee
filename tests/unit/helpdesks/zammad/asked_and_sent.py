"""What a Zammad that gives recorded answers was asked and sent."""

import json
from datetime import UTC, datetime
from typing import Any

import responses

from tests.unit.helpdesks.zammad.answers import (
    API,
)

DUE = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def sent(zammad: responses.RequestsMock, method: str, path: str) -> list[Any]:
    """The bodies of the requests with this method and path."""
    calls = [call.request for call in zammad.calls]
    return [
        json.loads(call.body or "null")
        for call in calls
        if call.method == method and str(call.url).partition("?")[0] == f"{API}/{path}"
    ]


def asked(zammad: responses.RequestsMock) -> list[str]:
    """What has been asked, without the introduction."""
    paths = [str(call.request.url).removeprefix(f"{API}/") for call in zammad.calls]
    return [path for path in paths if path not in ("users/me", "ticket_states", "ticket_priorities")]
