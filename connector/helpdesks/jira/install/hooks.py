"""Admin webhooks, which Cloud and Data Center 10 keep at different places and in different shapes.

On Data Center the secret stands in ``configuration``; one beside it is ignored without a word. Neither shows it again.
"""

import json
from collections.abc import Mapping
from typing import Any

from connector.helpdesks.jira.flavour import Flavour
from connector.install.rows import Row

CLOUD, DATA_CENTER = "webhooks/1.0/webhook", "jira-webhook/1.0/webhooks"
_SECTION = "issue-related-events-section"
_HIDDEN = "*****"


def path_of(flavour: Flavour) -> str:
    """Where they are."""
    return CLOUD if flavour.administers else DATA_CENTER


def row(shown: Row, flavour: Flavour) -> Row:
    """A webhook as we see it."""
    about: dict[str, Any] = {name: shown.get(name) for name in ("name", "url", "events")}
    if flavour.administers:
        about["id"] = str(shown.get("self", "")).rpartition("/")[2] or str(shown.get("id", ""))
        about |= {"jql": (shown.get("filters") or {}).get(_SECTION) or "", "enabled": shown.get("enabled")}
        return about | {"bodies": not shown.get("excludeBody"), "secret": _HIDDEN if shown.get("isSigned") else None}
    settings = shown.get("configuration") or {}
    about |= {"id": str(shown["id"]), "jql": _jql(settings, shown), "enabled": shown.get("active")}
    # Whether it signs is not told: the round trip of the doctor proves it.
    return about | {"bodies": str(settings.get("EXCLUDE_BODY")).lower() != "true", "secret": _HIDDEN}


def _jql(settings: Mapping[str, Any], shown: Row) -> str:
    try:
        found = json.loads(settings.get("FILTERS") or "{}")
    except ValueError:
        found = {}
    held = found if isinstance(found, dict) and found else shown.get("filters") or {}
    return str(held.get(_SECTION) or "")


def body(wanted: Mapping[str, Any], flavour: Flavour) -> dict[str, Any]:
    """A webhook as Jira takes it."""
    sent: dict[str, Any] = {name: wanted[name] for name in ("name", "url", "events")}
    filters = {_SECTION: wanted["jql"]}
    if flavour.administers:
        sent |= {"filters": filters, "excludeBody": not wanted["bodies"], "enabled": wanted["enabled"]}
        return sent | {"secret": wanted["secret"]}
    settings = {"EXCLUDE_BODY": str(not wanted["bodies"]).lower(), "FILTERS": json.dumps(filters)}
    return sent | {"active": wanted["enabled"], "configuration": {**settings, "SECRET": wanted["secret"]}}
