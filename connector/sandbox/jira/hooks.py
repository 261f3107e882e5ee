"""Admin webhooks: Cloud has them at `/rest/webhooks/1.0`, Data Center 10 at `/rest/jira-webhook/1.0`.

On Data Center the secret stands in `configuration`: one that stands beside it is ignored without a word.
"""

import json
from urllib.parse import urlsplit

from connector.sandbox.jira.access import require_admin, shown_user
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import Json, Webhook
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


def index(call: Call) -> Answer:
    """All webhooks."""
    require_admin(call)
    return 200, [_shown(call, held) for held in call.world.webhooks.values()]


def show(call: Call, number: str) -> Answer:
    """One webhook; never its secret."""
    require_admin(call)
    return 200, _shown(call, _webhook(call, number))


def create(call: Call) -> Answer:
    """A new webhook."""
    require_admin(call)
    now = call.world.now()
    made = Webhook(0, "", "", [], "", None, False, True, call.user.id, now, now)
    _take(call, made)
    made.id = call.world.next_id("webhook") - 9999
    call.world.webhooks[made.id] = made
    return 201, _shown(call, made)


def update(call: Call, number: str) -> Answer:
    """Changes what is given; a secret that is not given stays."""
    require_admin(call)
    held = _webhook(call, number)
    _take(call, held)
    held.updated, held.updated_by = call.world.now(), call.user.id
    return 200, _shown(call, held)


def delete(call: Call, number: str) -> Answer:
    """Gone, with what it still had to deliver."""
    require_admin(call)
    held = _webhook(call, number)
    del call.world.webhooks[held.id]
    for delivery in [one for one in call.world.deliveries.values() if one.webhook_id == held.id]:
        del call.world.deliveries[delivery.identifier]
    return 204, None


def _webhook(call: Call, number: str) -> Webhook:
    found = call.world.webhooks.get(int(number)) if number.isdecimal() else None
    if found is None:
        raise JiraError(404, f"There is no webhook with id {number}.")
    return found


def _take(call: Call, held: Webhook) -> None:
    body = call.fields()
    held.name = str(body.get("name") or held.name)
    held.url = str(body.get("url") or held.url)
    if not held.name or urlsplit(held.url).scheme not in {"http", "https"}:
        raise JiraError(400, "A webhook needs a name and an absolute URL.")
    events = [str(event) for event in body.get("events", held.events)]
    unknown = sorted(set(events) - KNOWN_EVENTS)
    if unknown:
        raise JiraError(400, f"Unknown webhook events: {', '.join(unknown)}")
    held.events = events
    if call.world.cloud:
        _take_cloud(held, body)
    else:
        _take_data_center(held, body)


def _take_cloud(held: Webhook, body: dict[str, Json]) -> None:
    held.filter = str((body.get("filters") or {}).get(SECTION, held.filter))
    held.exclude_body = bool(body.get("excludeBody", held.exclude_body))
    held.enabled = bool(body.get("enabled", held.enabled))
    held.secret = body.get("secret", held.secret) or None


def _take_data_center(held: Webhook, body: dict[str, Json]) -> None:
    settings = body.get("configuration") or {}
    if "FILTERS" in settings:
        held.filter = str(json.loads(settings["FILTERS"]).get(SECTION, ""))
    held.filter = str((body.get("filters") or {}).get(SECTION, held.filter))
    held.exclude_body = str(settings.get("EXCLUDE_BODY", held.exclude_body)).lower() == "true"
    held.enabled = bool(body.get("active", held.enabled))
    held.secret = settings.get("SECRET", held.secret) or None


def _shown(call: Call, held: Webhook) -> dict[str, Json]:
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
