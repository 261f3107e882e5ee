"""Answers of a real Zammad, and what the connector's set-up adds to them."""

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

import responses

from connector.helpdesks.proofs import Proofs, public_key
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.policy.locate import MAPPINGS
from tests.evidence import exchanges

URL = "https://support.example.com"
API = f"{URL}/api/v1"
NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
BOT, ADMIN, AGENT, CUSTOMER = 50, 3, 4, 6
STATES = [
    {"id": number, "name": name}
    for number, name in enumerate(
        ("new", "open", "pending reminder", "closed", "merged", "removed", "pending close"), start=1
    )
]
PRIORITIES = [{"id": 1, "name": "1 low"}, {"id": 2, "name": "2 normal"}, {"id": 3, "name": "3 high"}]
PRIORITIES += [{"id": 4, "name": "P1 critical"}]


@cache
def mapping() -> ZammadMapping:
    """The mapping that comes with the project."""
    return load_mapping(MAPPINGS / "zammad.yaml")


def recorded(name: str) -> Any:
    """A recorded exchange: request, status and body."""
    exchange = exchanges("5.5")[int(name[:3])]
    return {"request": exchange["request"], **exchange["response"]}


def custom(**values: Any) -> dict[str, Any]:
    """All attributes that the connector needs, empty but for ``values`` (by field)."""
    return {attribute: values.get(field) for field, attribute in mapping().fields.items()}


def shown(**values: Any) -> dict[str, Any]:
    """Recording 009 with the connector's attributes; ``values`` by field, or native attributes of the ticket."""
    whole: dict[str, Any] = deepcopy(recorded("009-ticket-show-all")["body"])
    native = {name: value for name, value in values.items() if name not in mapping().fields}
    whole["assets"]["Ticket"]["2"] |= custom(**values) | native
    return whole


def changed_later(whole: dict[str, Any]) -> dict[str, Any]:
    """The same ticket, changed since, so that its history matters."""
    whole["assets"]["Ticket"]["2"] |= {"updated_at": "2026-11-22T12:49:09.000Z", "updated_by_id": AGENT}
    return whole


def row(**values: Any) -> dict[str, Any]:
    """The ticket of recording 012, as a write is answered."""
    held: dict[str, Any] = recorded("012-ticket-update-with-article")["body"]
    return held | custom(**values)


def after_note(*, internal: bool = True, **values: Any) -> dict[str, Any]:
    """The same with everything, as a write with an internal note asks for it; whether the note is ``internal``."""
    held = row(**values)
    note = {"id": 3, "type_id": 10, "sender_id": 1, "created_by_id": BOT, "internal": internal}
    articles = {"3": note | {"created_at": "2026-11-22T12:49:05.628Z"}}
    return {
        "ticket_id": held["id"],
        "ticket_article_ids": [3],
        "assets": {"Ticket": {str(held["id"]): held}, "TicketArticle": articles},
    }


def desk(*proof_keys: bytes) -> ZammadDesk:
    """The adapter with a client that reaches only what a test has answered."""
    return ZammadDesk(ZammadClient(URL, "token", lambda: NOW), mapping(), proof_keys=proof_keys)


def proofs(*keys: bytes) -> Proofs:
    """What signs for that adapter: ``keys``, or the key of an installation without any."""
    return Proofs("zammad", keys or (public_key("zammad", BOT),))


def introduce(zammad: responses.RequestsMock) -> None:
    """What the adapter asks once: who it is, and the names of states and priorities. Groups it may not list."""
    zammad.get(f"{API}/users/me", json={"id": BOT})
    zammad.get(f"{API}/ticket_states", json=STATES)
    zammad.get(f"{API}/ticket_priorities", json=PRIORITIES)
    zammad.get(f"{API}/groups", json={"error": "Not authorized (token)!"}, status=403)
