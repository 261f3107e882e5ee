"""How the connector hears of issues: one signed admin webhook for the project.

Its events are those that name an issue or a link; the receiver leaves out the bot's own changes.

Cloud and Data Center 10 keep admin webhooks at different places and in different shapes: on Data Center the secret
stands in ``configuration``, and one beside it is ignored without a word. Neither shows it again.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.install.site import WEBHOOKS, JiraSite
from connector.helpdesks.jira.settings import WEBHOOK_SECRET
from connector.install.objects import PREFIX, Sealed, Wanted
from connector.install.tables import Current, Row

NAME = f"{PREFIX}connector"
PATH = "/webhooks/jira/main"
"""Where the receiver listens for this hook."""
EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "issuelink_created",
    "issuelink_deleted",
)


def webhook(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The hook with the secret of the secret store."""
    if site.receiver_url is None:
        return
    body = {
        "name": NAME,
        "url": site.receiver_url,
        "events": list(EVENTS),
        "jql": site.in_project,
        "bodies": True,
        "enabled": True,
        "secret": Sealed(WEBHOOK_SECRET),
    }
    yield Wanted(WEBHOOKS, NAME, body)


CLOUD, DATA_CENTER = "webhooks/1.0/webhook", "jira-webhook/1.0/webhooks"
_SECTION = "issue-related-events-section"
_HIDDEN = "*****"


def hook_path(flavour: Flavour) -> str:
    """Where they are."""
    return CLOUD if flavour.administers else DATA_CENTER


def hook_row(shown: Row, flavour: Flavour) -> Row:
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
        stored = json.loads(settings.get("FILTERS") or "{}")
    except ValueError:
        stored = {}
    filters = stored if isinstance(stored, dict) and stored else shown.get("filters") or {}
    return str(filters.get(_SECTION) or "")


def hook_body(wanted: Mapping[str, Any], flavour: Flavour) -> dict[str, Any]:
    """A webhook as Jira takes it."""
    sent: dict[str, Any] = {name: wanted[name] for name in ("name", "url", "events")}
    filters = {_SECTION: wanted["jql"]}
    if flavour.administers:
        sent |= {"filters": filters, "excludeBody": not wanted["bodies"], "enabled": wanted["enabled"]}
        return sent | {"secret": wanted["secret"]}
    settings = {"EXCLUDE_BODY": str(not wanted["bodies"]).lower(), "FILTERS": json.dumps(filters)}
    return sent | {"active": wanted["enabled"], "configuration": {**settings, "SECRET": wanted["secret"]}}
