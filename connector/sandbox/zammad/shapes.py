"""What Zammad makes of the parameters of configuration before and after it is written."""

import re
from datetime import datetime, timedelta

from connector.sandbox.zammad import permissions
from connector.sandbox.zammad.access import in_group
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record, stamp
from connector.sandbox.zammad.world import World

SLOT = timedelta(minutes=10)
"""Jobs run at full ten minutes."""
_ARTICLE_OPTIONS = frozenset({"body", "subject", "internal", "type", "to", "cc"})


def role(world: World, params: Record) -> Record:
    """Permissions and groups by name as well as by id (recording 247).

    Raises ApiError 422 for names nobody has.
    """
    found = dict(params)
    if "permissions" in params:
        found["permission_ids"] = permissions.ids_of(params["permissions"])
    if "groups" in params:
        found["group_ids"] = {str(group_id(world, name)): access for name, access in params["groups"].items()}
    elif "group_ids" in params:
        found["group_ids"] = {str(number): access for number, access in params["group_ids"].items()}
    return found


def group_id(world: World, name: str) -> int:
    """A group by name.

    Raises ApiError 422.
    """
    record = world.named("Group", name)
    if record is None:
        raise ApiError(422, f"No lookup value found for 'groups': \"{name}\"")
    return int(record["id"])


def works_in(world: World, user: Record, group: Record) -> bool:
    """Agents see the groups that they have access to."""
    return any(in_group(world, user, group["id"], need) for need in ("read", "create", "change"))


def has_role(_world: World, user: Record, role: Record) -> bool:
    """Agents see the roles that they have."""
    return role["id"] in user["role_ids"]


def calendar(world: World, params: Record) -> Record:
    """An iCalendar address, even an empty one, is synchronised at once (recording 216)."""
    return {**params, "last_sync": world.now()} if params.get("ical_url") is not None else params


def one_default_calendar(world: World, written: Record) -> None:
    """A calendar that is made the default one takes this from the others."""
    if written["default"]:
        for other in world.table("Calendar").values():
            other["default"] = other is written


def overview(_world: World, params: Record) -> Record:
    """An overview without a link gets one from its name."""
    if params.get("link") or not params.get("name"):
        return params
    return {**params, "link": re.sub(r"[^a-z0-9]+", "_", str(params["name"]).lower()).strip("_")}


def template(world: World, params: Record) -> Record:
    """Options in the form of version 5.2 get their prefixes and values, on 5.5 (recordings 261, 263)."""
    if world.newer:
        return params
    if "options" not in params:
        if "name" in params:
            return params
        text = "undefined method `each_key' for nil:NilClass\n\n    options.each_key do |key|\n           ^^^^^^^^^"
        raise ApiError(500, text, human=False)
    return {**params, "options": dict(_option(key, value) for key, value in params["options"].items())}


def _option(key: str, value: object) -> tuple[str, object]:
    if "." in key:
        return key, value
    return f"{'article' if key in _ARTICLE_OPTIONS else 'ticket'}.{key}", {"value": value}


def next_run(world: World, job: Record) -> None:
    """The time plan says when a job runs next: never, if no weekday, hour or minute is on (recordings 275, 347)."""
    now = world.clock()
    job["next_run_at"] = None
    if not job["active"]:
        return
    slot = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    if job["last_run_at"] is not None and job["last_run_at"] >= stamp(slot):
        slot += SLOT
    for _ in range(7 * 24 * 6 + 1):
        if _planned(job["timeplan"], slot):
            job["next_run_at"] = stamp(slot)
            return
        slot += SLOT


def _planned(plan: Record, moment: datetime) -> bool:
    day, hour, minute = f"{moment:%a}", str(moment.hour), str(moment.minute)
    named = ((plan.get("days"), day), (plan.get("hours"), hour), (plan.get("minutes"), minute))
    return all(str((part or {}).get(key, False)).lower() == "true" for part, key in named)
