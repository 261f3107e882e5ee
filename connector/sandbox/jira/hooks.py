"""Admin webhooks: Cloud has them at `/rest/webhooks/1.0`, Data Center 10 at `/rest/jira-webhook/1.0`.

On Data Center the secret stands in `configuration`: one that stands beside it is ignored without a word.
"""

import json
from urllib.parse import urlsplit

from connector.sandbox.jira.access import shown_user
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.kinds import Kind
from connector.sandbox.jira.records import Json, Row
from connector.sandbox.jira.seed import TABLES
from connector.sandbox.jira.times import epoch_millis
from connector.sandbox.jira.world import BASE_URL

_CHANGES = ("created", "updated", "deleted")
_KNOWN = {"jira:issue": _CHANGES, "comment": _CHANGES, "issuelink": ("created", "deleted")}
_OTHERS = {"worklog": _CHANGES, "attachment": ("created", "deleted"), "issue_property": ("set", "deleted")}
EVENTS = [f"{of}_{what}" for of, changes in _KNOWN.items() for what in changes]
"""All that are sent; others are only known by their names."""
KNOWN_EVENTS = {*EVENTS, *(f"{of}_{what}" for of, changes in _OTHERS.items() for what in changes)}
CLOUD_PATH, DATA_CENTER_PATH = (one["path"] for one in TABLES["webhooks"]["serves"])
SECTION = "issue-related-events-section"


def _take(call: Call, held: Row) -> None:
    """A secret that is not given stays."""
    body, now = call.fields(), call.world.now()
    held.name = str(body.get("name") or held.name)
    held.url = str(body.get("url") or held.url)
    if not held.name or urlsplit(held.url).scheme not in {"http", "https"}:
        raise JiraError(400, "A webhook needs a name and an absolute URL.")
    held.events = [str(event) for event in body.get("events", held.events)]
    unknown = sorted({*held.events} - KNOWN_EVENTS)
    if unknown:
        raise JiraError(400, f"Unknown webhook events: {', '.join(unknown)}")
    held.created, held.updated, held.updated_by = held.created or now, now, call.user.id
    held.filter = str((body.get("filters") or {}).get(SECTION, held.filter))
    given, excludes, enabled, secret = body, "excludeBody", "enabled", "secret"
    if not call.world.cloud:
        given, excludes, enabled, secret = body.get("configuration") or {}, "EXCLUDE_BODY", "active", "SECRET"
        held.filter = str(json.loads(given.get("FILTERS", "{}")).get(SECTION, held.filter))
    held.exclude_body = str(given.get(excludes, held.exclude_body)).lower() == "true"
    held.enabled = bool(body.get(enabled, held.enabled))
    held.secret = given.get(secret, held.secret) or None


def _shown(call: Call, held: Row) -> dict[str, Json]:
    told = {"name": held.name, "url": held.url, "events": held.events}
    if not call.world.cloud:
        settings = {"EXCLUDE_BODY": str(held.exclude_body).lower(), "FILTERS": json.dumps({SECTION: held.filter})}
        times = {"createdDate": epoch_millis(held.created), "updatedDate": epoch_millis(held.updated)}
        more = {"id": held.id, "active": held.enabled, "scopeType": "global", "sslVerificationRequired": True}
        return {**told, **more, "configuration": settings, **times}
    return told | {
        "excludeBody": held.exclude_body,
        "filters": {SECTION: held.filter},
        "enabled": held.enabled,
        "isSigned": held.secret is not None,
        "self": f"{BASE_URL}{CLOUD_PATH}/{held.id}",
        "lastUpdatedUser": held.updated_by,
        "lastUpdatedDisplayName": shown_user(call.world, held.updated_by)["displayName"],
        "lastUpdated": epoch_millis(held.updated),
    }


def _undelivered(call: Call, held: Row) -> None:
    waiting = call.world.deliveries
    for identifier in [one.identifier for one in waiting.values() if one.webhook_id == held.id]:
        del waiting[identifier]


Kind("webhooks", _shown, check=_take, leave=_undelivered)
