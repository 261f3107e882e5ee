"""What is particular to single tables of configuration: what Zammad makes of parameters, and what it refuses, in its
words (recordings 077-087, 213-221, 237-240, 247, 254-264, 273-275)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from connector.sandbox.zammad.access import in_group
from connector.sandbox.zammad.conditions import UnknownFieldError, compiled
from connector.sandbox.zammad.errors import ApiError, unknown_name
from connector.sandbox.zammad.records import Record, is_on, stamp
from connector.sandbox.zammad.seed import NOBODY, PERMISSIONS
from connector.sandbox.zammad.world import World

SLOT = timedelta(minutes=10)
"""Jobs run at full ten minutes."""
_ACTION_NEEDS = {
    "article.note": ("internal", "body", "subject"),
    "notification.email": ("body", "recipient", "subject"),
    "notification.webhook": ("webhook_id",),
}
_ARTICLE_OPTIONS = frozenset({"body", "subject", "internal", "type", "to", "cc"})
TO_AGENTS: dict[str, Callable[[World, Record, Record], bool]] = {
    "Group": lambda world, user, group: in_group(world, user, group["id"], "read", "create", "change"),
    "Role": lambda _world, user, role: role["id"] in user["role_ids"],
}
"""From 7.0 on: which records an agent sees without the table's permissions, groups and roles of one's own."""


def given(world: World, model: str, params: Record) -> Record:
    """Columns from parameters. Raises ApiError 422 for names nobody has."""
    if model == "Role":
        names = params.get("permissions", ())
        ids = {"permission_ids": sorted(PERMISSIONS.get(name) or _unknown("permissions", name) for name in names)}
        return params | group_ids(world, params) | (ids if "permissions" in params else {})
    if model == "Calendar" and params.get("ical_url") is not None:
        # An iCalendar address, even an empty one, is synchronised at once (recording 216).
        return {**params, "last_sync": world.now()}
    if model == "Overview" and params.get("name") and not params.get("link"):
        return {**params, "link": re.sub(r"[^a-z0-9]+", "_", str(params["name"]).lower()).strip("_")}
    return _template(params) if model == "Template" and not world.newer else params


def group_ids(world: World, params: Record) -> Record:
    """Access to groups by name or by id (recording 247), of a role or a person. Raises ApiError 422."""
    if "groups" in params:
        named = params["groups"].items()
        return {"group_ids": {str(id_of(world, "Group", "groups", name)): access for name, access in named}}
    by_id = params.get("group_ids", {}).items()
    return {"group_ids": {str(number): access for number, access in by_id}} if "group_ids" in params else {}


def _unknown(param: str, name: object) -> int:
    raise unknown_name(param, name)


def id_of(world: World, model: str, param: str, name: str) -> int:
    """A record by name. Raises ApiError 422."""
    record = world.named(model, name)
    return int(record["id"]) if record else _unknown(param, name)


def _template(params: Record) -> Record:
    """Options in the form of version 5.2 get their prefixes and values, on 5.5 (recordings 261, 263)."""
    if "options" not in params:
        if "name" in params:
            return params
        text = "undefined method `each_key' for nil:NilClass\n\n    options.each_key do |key|\n           ^^^^^^^^^"
        raise ApiError(500, text, human=False)
    new = {key: value for key, value in params["options"].items() if "." in key}
    old = {key: {"value": value} for key, value in params["options"].items() if "." not in key}
    new |= {f"{'article' if key in _ARTICLE_OPTIONS else 'ticket'}.{key}": value for key, value in old.items()}
    return {**params, "options": new}


def written(world: World, model: str, record: Record) -> None:
    """What follows from a record that was written."""
    if model == "Job":
        next_run(world, record)
    if model == "Calendar" and record["default"]:
        for other in world.table("Calendar").values():
            other["default"] = other is record


def next_run(world: World, job: Record) -> None:
    """The time plan says when a job runs next: never, if no weekday, hour or minute is on (recordings 275, 347)."""
    now = world.clock()
    slot = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    if job["last_run_at"] is not None and job["last_run_at"] >= stamp(slot):
        slot += SLOT
    week = (slot + number * SLOT for number in range(7 * 24 * 6 + 1))
    coming = next((moment for moment in week if _planned(job["timeplan"], moment)), None) if job["active"] else None
    job["next_run_at"] = coming and stamp(coming)


def _planned(plan: Record, moment: datetime) -> bool:
    named = {"days": f"{moment:%a}", "hours": str(moment.hour), "minutes": str(moment.minute)}
    return all(is_on((plan.get(part) or {}).get(key)) for part, key in named.items())


def check_first(world: World, model: str, record: Record) -> None:
    """What Zammad looks at before anything else, from 6.4 on: what a job is about (275), and the name of a group, a
    path whose last part is asked for by itself (237, 240)."""
    if model == "Job" and world.newer and record["name"] and not record["object"]:
        raise ApiError(422, "Object can't be blank")
    if model != "Group" or not world.newer:
        return
    if not str(record["name"] or "").strip():
        raise ApiError(422, "Name last can't be blank")
    others = (row["name"] for row in world.table("Group").values() if row["id"] != record.get("id"))
    if record["name"] in others:
        raise ApiError(422, "Name has already been taken")


def _webhook(_world: World, record: Record) -> None:
    """An endpoint with a host that is reached by http or https."""
    parts = urlsplit(str(record["endpoint"] or ""))
    if not parts.hostname:
        raise ApiError(422, "Endpoint The provided endpoint is invalid.")
    if parts.scheme not in {"http", "https"}:
        raise ApiError(422, "Endpoint The provided endpoint is invalid, no http or https protocol was specified.")


def _actions(_world: World, record: Record) -> None:
    """Actions of triggers, macros and jobs are complete. Fields that do not exist are accepted (recording 088)."""
    for action, needs in _ACTION_NEEDS.items():
        spec = record["perform"].get(action)
        for need in needs if spec is not None else ():
            if spec.get(need) in (None, "", []):
                raise ApiError(422, f"The required 'perform' value for {action}, {need} is missing!")


def _trigger(world: World, record: Record) -> None:
    """Conditions too name fields that exist, from 6.4 on (088)."""
    _actions(world, record)
    try:
        if world.newer:
            compiled(record["condition"], world, NOBODY)
    except UnknownFieldError:
        raise ApiError(422, "Invalid object selector conditions") from None


def _calendar(_world: World, record: Record) -> None:
    """Some business hours that end after they begin. A time zone that does not exist is accepted (recording 214)."""
    days = [day for day in (record["business_hours"] or {}).values() if day.get("active") and day.get("timeframes")]
    if not days:
        raise ApiError(422, "There are no business hours configured.")
    if any(str(end) <= str(start) for day in days for start, end in day["timeframes"]):
        raise ApiError(422, "nonsensical hours provided")


def _sla(_world: World, record: Record) -> None:
    """Not both kinds of update times (recording 221)."""
    if record["response_time"] is not None and record["update_time"] is not None:
        raise ApiError(422, "Cannot have both response time and update time.")


def _email_address(_world: World, record: Record) -> None:
    if "@" not in str(record["email"] or ""):
        raise ApiError(422, "Email is invalid")


CHECKS: dict[str, Callable[[World, Record], None]] = {
    "Webhook": _webhook, "Trigger": _trigger, "Calendar": _calendar, "Sla": _sla, "Macro": _actions,
    "Job": _actions, "EmailAddress": _email_address,
}  # fmt: skip
"""Raise ApiError for a record that Zammad refuses."""


def check_unused(world: World, webhook: Record) -> None:
    """No trigger and no job calls it. Raises ApiError 422 otherwise."""
    for model in ("Trigger", "Job"):
        for row in world.table(model).values():
            called = row["perform"].get("notification.webhook", {}).get("webhook_id")
            if str(called) != str(webhook["id"]):
                continue
            name = f"{row['name']} (#{row['id']})"
            if world.newest:
                told = "This object is referenced by other object(s) and thus cannot be deleted"
                raise ApiError(422, f"{told}: {model} / {name}")
            raise ApiError(422, f"Cannot delete! This webhook is referenced by {model}: {name}")
