"""With whom a filter or a dashboard is shared, each share as one text: those that people add are kept as they are."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

_KEPT = {"project": ("id",), "role": ("id",), "group": ("name", "groupId"), "user": ("accountId", "key", "name")}


def texts(shown: object) -> list[str]:
    """Shares as Jira shows them, with nothing but what it takes to set them again."""
    rows = shown if isinstance(shown, list) else []
    return [json.dumps(_kept(row), sort_keys=True) for row in rows if isinstance(row, Mapping)]


def given(held: Iterable[str]) -> list[dict[str, Any]]:
    """Shares as Jira takes them."""
    return [json.loads(text) for text in held]


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": row.get("type")}
    for what, names in _KEPT.items():
        held = row.get(what)
        if isinstance(held, Mapping):
            found[what] = {name: held[name] for name in names if held.get(name) is not None}
    return found
