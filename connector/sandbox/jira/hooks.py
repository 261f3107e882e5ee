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
from connector.sandbox.jira.times import epoch_millis
from connector.sandbox.jira.world import BASE_URL

KNOWN_EVENTS = frozenset(
    {
        *(f"jira:issue_{what}" for what in ("created", "updated", "deleted")),
        *(f"comment_{what}" for what in ("created", "updated", "deleted")),
        *(f"issuelink_{what}" for what in ("created", "deleted")),
        *(f"worklog_{what}" for what in ("created", "updated", "deleted")),
        *(f"attachment_{what}" for what in ("created", "deleted")),
        *(f"issue_property_{what}" for what in ("set", "deleted")),
    }
)
CLOUD_PATH, DATA_CENTER_PATH = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
SECTION = "issue-related-events-section"


def _take(call: Call, held: Row) -> None:
    """A secret that is not given stays."""
    body, now = call.fields(), call.world.now()
    held.name = str(body.get("name") or held.name)
    held.url = str(body.get("url") or held.url)
    if not held.name or urlsplit(held.url).scheme not in {"http", "https"}:
        raise JiraError(400, "A webhook needs a name and an absolute URL.")
    events = [str(event) for event in body.get("events", held.events)]
    unknown = sorted(set(events) - KNOWN_EVENTS)
    if unknown:
        raise JiraError(400, f"Unknown webhook events: {', '.join(unknown)}")
    held.events = events
    held.created = held.created or now
    held.updated, held.updated_by = now, call.user.id
    (_take_cloud if call.world.cloud else _take_data_center)(held, body)


def _take_cloud(held: Row, body: dict[str, Json]) -> None:
    held.filter = str((body.get("filters") or {}).get(SECTION, held.filter))
    held.exclude_body = bool(body.get("excludeBody", held.exclude_body))
    held.enabled = bool(body.get("enabled", held.enabled))
    held.secret = body.get("secret", held.secret) or None


def _take_data_center(held: Row, body: dict[str, Json]) -> None:
    settings = body.get("configuration") or {}
    if "FILTERS" in settings:
        held.filter = str(json.loads(settings["FILTERS"]).get(SECTION, ""))
    held.filter = str((body.get("filters") or {}).get(SECTION, held.filter))
    held.exclude_body = str(settings.get("EXCLUDE_BODY", held.exclude_body)).lower() == "true"
    held.enabled = bool(body.get("active", held.enabled))
    held.secret = settings.get("SECRET", held.secret) or None


def _shown(call: Call, held: Row) -> dict[str, Json]:
    if not call.world.cloud:
        settings = {"EXCLUDE_BODY": str(held.exclude_body).lower(), "FILTERS": json.dumps({SECTION: held.filter})}
        return {
            "id": held.id,
            "name": held.name,
            "url": held.url,
            "active": held.enabled,
            "events": held.events,
            "configuration": settings,
            "createdDate": epoch_millis(held.created),
            "updatedDate": epoch_millis(held.updated),
            "scopeType": "global",
            "sslVerificationRequired": True,
        }
    return {
        "name": held.name,
        "url": held.url,
        "excludeBody": held.exclude_body,
        "filters": {SECTION: held.filter},
        "events": held.events,
        "enabled": held.enabled,
        "isSigned": held.secret is not None,
        "self": f"{BASE_URL}{CLOUD_PATH}/{held.id}",
        "lastUpdatedUser": held.updated_by,
        "lastUpdatedDisplayName": shown_user(call.world, held.updated_by)["displayName"],
        "lastUpdated": epoch_millis(held.updated),
    }


def _undelivered(call: Call, held: Row) -> None:
    waiting = [one for one in call.world.deliveries.values() if one.webhook_id == held.id]
    for delivery in waiting:
        del call.world.deliveries[delivery.identifier]


WEBHOOK = Kind(
    "The webhook",
    lambda call: call.world.webhooks,
    _shown,
    new=lambda _call: Row(
        name="", url="", events=[], filter="", secret=None, exclude_body=False, enabled=True, created=None
    ),
    sequence="webhook",
    whole=True,
    columns={},
    required=(),
    check=_take,
    leave=_undelivered,
    missing=lambda number: JiraError(404, f"There is no webhook with id {number}."),
)
