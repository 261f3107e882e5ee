"""What Zammad tells about itself: webhook log, health, settings, calendar feeds (192, 210, 212, 252, 328-330, 339)."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from connector.sandbox.zammad import permissions
from connector.sandbox.zammad.access import has, require
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.errors import ApiError, missing_record
from connector.sandbox.zammad.placeholders import FQDN
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

LOG_LIMIT = 50
HOUR = timedelta(hours=1)
_ZONES = ("America/New_York", "Asia/Tokyo", "Europe/Berlin", "Europe/London", "Europe/Vienna", "UTC")
_COUNTED = {
    "users": "User",
    "groups": "Group",
    "overviews": "Overview",
    "tickets": "Ticket",
    "ticket_articles": "TicketArticle",
    "text_modules": "TextModule",
    "taskbars": "",
    "object_manager_attributes": "ObjectManagerAttribute",
    "knowledge_base_categories": "",
    "knowledge_base_answers": "",
}
_SETTINGS = {
    "fqdn": ("System::Base", FQDN),
    "http_type": ("System::Base", "https"),
    "product_name": ("System::Branding", "Zammad Helpdesk"),
    "ticket_hook": ("Ticket::Base", "Ticket#"),
    "ticket_trigger_recursive": ("Ticket::Core", False),
    "timezone_default": ("System::Branding", "UTC"),
}


def webhook_log(call: Call) -> Answer:
    """`GET /http_logs/webhook`: attempts to deliver, newest first, with all that was sent.

    From 7.0 on whoever may administer something else than webhooks sees an empty list.
    """
    require(call, "admin.*")
    if call.world.newest and not has(call, "admin.webhook"):
        return 200, []
    return 200, list(islice(reversed(call.world.http_log), max(1, call.number("limit", LOG_LIMIT))))


def note_attempt(world: World, url: str, headers: Mapping[str, str], body: bytes, status: int | None) -> None:
    """Keep an attempt; status None means that there was no answer, which Zammad notes as `0`."""
    told = {name.lower(): value for name, value in headers.items() if name != "Authorization"}
    sent = "\n".join([*(f"{name}: {value}" for name, value in told.items()), "", body.decode()])
    now = world.now()
    agent = headers.get("User-Agent")
    world.http_log.append(
        {
            "id": world.next_id("HttpLog"),
            "direction": "out",
            "facility": "webhook",
            "method": "POST",
            "url": url,
            "status": str(status or 0),
            "ip": None,
            "request": _side(sent, "application/json", agent),
            "response": {"code": str(status), **_side("", "", "")} if status else {"code": 0, **_side("", None, None)},
            "updated_by_id": None,
            "created_by_id": None,
            "created_at": now,
            "updated_at": now,
        }
    )


def _side(content: str, content_type: str | None, source: str | None) -> Record:
    return {"content": content, "content_type": content_type, "content_encoding": None, "source": source}


def health_check(call: Call) -> Answer:
    """`GET /monitoring/health_check`."""
    require(call, "admin.monitoring")
    issues = list(call.world.health_issues)
    answer = {"healthy": not issues, "message": ";".join(issues) or "success", "issues": issues, "actions": []}
    return 200, {**answer, "token": call.world.monitoring_token}


def status(call: Call) -> Answer:
    """`GET /monitoring/status`."""
    require(call, "admin.monitoring")
    world = call.world
    rows = {name: list(world.table(model).values()) if model else [] for name, model in _COUNTED.items()}
    users = world.table("User").values()
    return 200, {
        "counts": {name: len(found) for name, found in rows.items()},
        "last_created_at": {name: found[-1]["created_at"] if found else None for name, found in rows.items()},
        "last_login": None,
        "agents": sum(permissions.opens(permissions.of_user(world, user), "ticket.agent") for user in users),
        "storage": {"kB": 0, "MB": 0, "GB": 0},
    }


def amount_check(call: Call) -> Answer:
    """`GET /monitoring/amount_check`: only that it wants a period (recording 330)."""
    require(call, "admin.monitoring")
    if not call.params.get("periode"):
        raise ApiError(422, "periode is missing!")
    return 200, {"count": len(call.world.table("Ticket"))}


def settings(call: Call) -> Answer:
    """`GET /settings`: a few of them."""
    require(call, "admin.*")
    return 200, _settings()


def setting(call: Call, setting_id: str) -> Answer:
    """`GET /settings/{id}`."""
    require(call, "admin.*")
    found = next((one for one in _settings() if str(one["id"]) == setting_id), None)
    if found is None:
        raise missing_record("Setting", setting_id)
    return 200, found


def _settings() -> list[Record]:
    return [
        {"id": number, "title": name, "name": name, "area": area, "state_current": {"value": value}, "frontend": True}
        for number, (name, (area, value)) in enumerate(_SETTINGS.items(), start=1)
    ]


def calendars_init(call: Call) -> Answer:
    """`GET /calendars_init`: a few time zones with their hours from UTC, without the feeds of public holidays."""
    require(call, "admin.calendar")
    now = call.world.clock()
    zones = {name: int((now.astimezone(ZoneInfo(name)).utcoffset() or timedelta()) / HOUR) for name in _ZONES}
    return 200, {"record_ids": list(call.world.table("Calendar")), "ical_feeds": {}, "timezones": zones, "assets": {}}


def access_tokens(call: Call) -> Answer:
    """`GET /user_access_token`: the caller's tokens without themselves, and until when they hold (recording 253)."""
    require(call, "user_preferences.access_token")
    world, name = call.world, "name" if call.world.newer else "label"
    held = [token for token, user_id in world.tokens.items() if user_id == call.user["id"]]
    return 200, {
        "tokens": [_token(world, token, number, name) for number, token in enumerate(held, 1)],
        "permissions": [],
    }


def _token(world: World, token: str, number: int, name: str) -> Record:
    limits = world.token_limits.get(token)
    return {
        "id": number,
        name: f"token {number}",
        "preferences": {"permission": sorted(limits or ())},
        "last_used_at": world.token_uses.get(token),
        "expires_at": world.token_ends.get(token),
    }


def access_token(call: Call) -> Answer:
    """`POST /user_access_token`: a token of the caller's with a list of permissions (recording 252).

    A token needs `user_preferences.access_token` itself to make others.
    """
    require(call, "user_preferences.access_token")
    asked = call.params.get("permission") or []
    if not asked:
        raise ApiError(422, "The required parameter 'permission' is missing.")
    token = call.world.new_token(call.user["id"])
    call.world.token_limits[token] = frozenset(asked)
    return 200, {"token": token}
