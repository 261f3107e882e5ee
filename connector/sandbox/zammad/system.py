"""What Zammad tells about itself: version, health, settings, time zones, tokens, webhook log (005, 192, 210, 212,
252-253, 328-330, 339)."""

from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from connector.sandbox.zammad import access
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.errors import ApiError, missing_record
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import FRESH

LOG_LIMIT = 50
_ZONES = ("America/New_York", "Asia/Tokyo", "Europe/Berlin", "Europe/London", "Europe/Vienna", "UTC")
_COUNTED = {
    "users": "User", "groups": "Group", "overviews": "Overview", "tickets": "Ticket",
    "ticket_articles": "TicketArticle", "text_modules": "TextModule", "taskbars": "",
    "object_manager_attributes": "ObjectManagerAttribute", "knowledge_base_categories": "",
    "knowledge_base_answers": "",
}  # fmt: skip
_SETTINGS: list[Record] = [
    {"id": number, "title": name, "name": name, "area": area, "state_current": {"value": value}, "frontend": True}
    for number, (name, (area, value)) in enumerate(FRESH["settings"].items(), start=1)
]


route("GET version")(lambda call: (200, {"version": call.world.version}))
route("GET settings", needs="admin.*")(lambda _call: (200, _SETTINGS))


@route("GET http_logs/webhook", needs="admin.*")
def webhook_log(call: Call) -> Answer:
    """Attempts to deliver, newest first, with all that was sent. From 7.0 on empty for other admins."""
    hidden = call.world.newest and not access.has(call, "admin.webhook")
    rows = islice(reversed(call.world.http_log), max(1, call.number("limit", LOG_LIMIT)))
    return 200, [] if hidden else list(rows)


@route("GET monitoring/health_check", needs="admin.monitoring")
def health_check(call: Call) -> Answer:
    """What `world.health_issues` says."""
    issues = list(call.world.health_issues)
    answer = {"healthy": not issues, "message": ";".join(issues) or "success", "issues": issues, "actions": []}
    return 200, {**answer, "token": call.world.monitoring_token}


@route("GET monitoring/status", needs="admin.monitoring")
def status(call: Call) -> Answer:
    """How much there is."""
    world = call.world
    rows = {name: list(world.table(model).values()) if model else [] for name, model in _COUNTED.items()}
    agents = [access.opens(access.of_user(world, user), "ticket.agent") for user in world.table("User").values()]
    return 200, {
        "counts": {name: len(found) for name, found in rows.items()},
        "last_created_at": {name: found[-1]["created_at"] if found else None for name, found in rows.items()},
        "last_login": None,
        "agents": sum(agents),
        "storage": {"kB": 0, "MB": 0, "GB": 0},
    }


@route("GET monitoring/amount_check", needs="admin.monitoring")
def amount_check(call: Call) -> Answer:
    """Only that it wants a period (recording 330)."""
    if not call.params.get("periode"):
        raise ApiError(422, "periode is missing!")
    return 200, {"count": len(call.world.table("Ticket"))}


@route("GET settings/:id", needs="admin.*")
def setting(_call: Call, setting_id: str) -> Answer:
    found = [one for one in _SETTINGS if str(one["id"]) == setting_id]
    if not found:
        raise missing_record("Setting", setting_id)
    return 200, found[0]


@route("GET calendars_init", needs="admin.calendar")
def calendars_init(call: Call) -> Answer:
    """A few time zones with their hours from UTC, without the feeds of public holidays."""
    offsets = {name: call.world.clock().astimezone(ZoneInfo(name)).utcoffset() for name in _ZONES}
    zones = {name: int((offset or timedelta()) / timedelta(hours=1)) for name, offset in offsets.items()}
    return 200, {"record_ids": list(call.world.table("Calendar")), "ical_feeds": {}, "timezones": zones, "assets": {}}


@route("GET user_access_token", needs="user_preferences.access_token")
def access_tokens(call: Call) -> Answer:
    """The caller's tokens without themselves, and until when they hold (recording 253)."""
    world, name = call.world, "name" if call.world.newer else "label"
    held = [token for token, user_id in world.tokens.items() if user_id == call.user["id"]]
    rows = [
        {
            "id": number,
            name: f"token {number}",
            "preferences": {"permission": sorted(world.token_limits.get(token, ()))},
            "last_used_at": world.token_uses.get(token),
            "expires_at": world.token_ends.get(token),
        }
        for number, token in enumerate(held, 1)
    ]
    return 200, {"tokens": rows, "permissions": []}


@route("POST user_access_token", needs="user_preferences.access_token")
def access_token(call: Call) -> Answer:
    """A token of the caller's with a list of permissions (recording 252)."""
    asked = call.params.get("permission") or []
    if not asked:
        raise ApiError(422, "The required parameter 'permission' is missing.")
    token = call.world.new_token(call.user["id"])
    call.world.token_limits[token] = frozenset(asked)
    return 200, {"token": token}
