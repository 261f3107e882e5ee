"""What a fresh Zammad contains, as `fresh.yaml` lists it, and the numbers that its rules turn on."""

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from connector.sandbox.zammad.records import Record


def read(name: str) -> dict[str, Any]:
    """A data file beside this module."""
    held: dict[str, Any] = yaml.load(
        Path(__file__).with_name(name).read_bytes(),
        getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506 - both are safe
    )
    return held


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names, 1)}


FRESH = read("fresh.yaml")
PERMISSIONS = _numbered(FRESH["permissions"].split())
"""Ids by name. Newer versions split `admin.ticket_state` and `admin.ticket_priority` off `admin.object`."""
ARTICLE_TYPES, ARTICLE_SENDERS = _numbered(FRESH["article_types"]), _numbered(FRESH["article_senders"])
STATE_TYPES = _numbered(FRESH["state_types"])
PENDING_TYPES = frozenset({STATE_TYPES["pending reminder"], STATE_TYPES["pending action"]})
WORKING_TYPES = frozenset({STATE_TYPES["new"], STATE_TYPES["open"]})
STATE_CHOICES = {"create": {"agent": {1, 2, 3, 4, 7}, "customer": {1, 4}},
                 "edit": {"agent": {2, 3, 4, 7}, "customer": {2, 4}}}  # fmt: skip
"""The states each screen offers, which bind the API too (recordings 043, 163, 164, 289)."""

CUSTOMER, NOTE, NEW_STATE, OPEN_STATE, NORMAL_PRIORITY = 3, ARTICLE_TYPES["note"], 1, 2, 2
"""Ids of a role, an article type, two states and a priority."""
NOBODY = 1
"""The user that owns unassigned tickets and stands for the system."""
BLANK_USER: Record = FRESH["user"]
BLANK_TICKET: Record = FRESH["ticket"]
TICKET_COLUMNS = frozenset({"id", *BLANK_TICKET, "created_by_id", "updated_by_id", "created_at", "updated_at"})
FIRST_CUSTOM_ID = 54
"""The first attribute id after those of tickets, articles, users, organizations and groups."""


def agent_preferences() -> Record:
    """The notification settings that every new agent gets (recording 249)."""
    everyone = {"owned_by_me": True, "owned_by_nobody": True, "subscribed": True, "no": False}
    owner = {"owned_by_me": True, "owned_by_nobody": False, "subscribed": False, "no": False}
    who = {"create": everyone, "update": everyone, "reminder_reached": owner, "escalation": owner}
    channel = {"email": True, "online": True}
    matrix = {event: {"criteria": criteria, "channel": channel} for event, criteria in who.items()}
    return deepcopy({"notification_config": {"matrix": matrix}})
