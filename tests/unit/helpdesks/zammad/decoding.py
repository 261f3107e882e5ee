"""Zammad's answers, read through client and decoder."""

from typing import Any

import responses

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from tests.unit.helpdesks.zammad.answers import (
    AGENT,
    API,
    desk,
)

HISTORY: dict[str, Any] = {"history": [], "assets": {}}


def read(zammad: responses.RequestsMock, whole: Any, history: Any = HISTORY) -> Ticket:
    zammad.get(f"{API}/tickets/2", json=whole)
    zammad.get(f"{API}/ticket_history/2", json=history)
    return desk().read(TicketId("2"))


def entry(
    attribute: str, old: Any, new: Any, user: int = AGENT, at: str = "2026-11-22T12:49:06.000Z"
) -> dict[str, Any]:
    held = {"id": 900, "o_id": 2, "object": "Ticket", "type": "updated", "attribute": attribute}
    return held | {"value_from": old, "value_to": new, "created_by_id": user, "created_at": at}


def in_group(whole: dict[str, Any], group: str) -> dict[str, Any]:
    (row,) = whole["assets"]["Group"].values()
    row["name"] = group
    return whole
