"""Saying where an answer differs from one that a real Zammad gave."""

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args

Json = Any
Recorded = Literal["5.5", "6.4"]
VERSIONS: tuple[Recorded, ...] = get_args(Recorded)
"""Of the real ones that were recorded."""
SECRET = "whsec-local-0123456789"

TIMES = re.compile(r".*(_at|pending_time|last_sync|problem_start|last_login)$")
"""Fields whose values are moments: compared for presence only."""
SLA = re.compile(r".*(escalation_at|_in_min)$")
"""Fields that only an SLA fills, which the sandbox does not have."""
VOLATILE = frozenset({"updated_by_id", "last_login", "login_failed"})
"""What background work and logins change on users and roles."""
FREE = frozenset({"preferences", "form_meta", "screens", "ical_feeds", "timezones", "permission_ids"})
"""Objects whose content the connector never reads; the ids of permissions are other ones in each version."""
UNORDERED = frozenset({"role_ids", "user_ids"})
"""Lists of ids whose order only chance decides."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
"""How a history writes a time."""


def recorded_header(delivery: Json, name: str) -> str | None:
    """A header of a recorded delivery; header bytes were kept as latin-1."""
    value = next((value for key, value in delivery["headers"] if key == name), None)
    return None if value is None else str(value).encode("latin-1").decode()


def differences(recorded: Json, made: Json, where: str = "") -> Iterator[str]:
    """Where `made` is not what was recorded: other keys, types, or values that do not depend on the moment."""
    name = where.rsplit(".", 1)[-1]
    if name in FREE or SLA.fullmatch(name):
        return
    if TIMES.fullmatch(name):
        if (recorded is None) != (made is None):
            yield f"{where}: recorded {recorded!r}, made {made!r}"
    elif isinstance(recorded, dict) and isinstance(made, dict):
        if recorded.keys() != made.keys():
            yield f"{where}: only recorded {recorded.keys() - made.keys()}, only made {made.keys() - recorded.keys()}"
        volatile = VOLATILE if recorded.keys() & {"login", "default_at_signup"} else frozenset()
        for key in (recorded.keys() & made.keys()) - volatile:
            yield from differences(recorded[key], made[key], f"{where}.{key}")
    elif (".group_ids." in where or name in UNORDERED) and isinstance(recorded, list) and isinstance(made, list):
        yield from differences(set(recorded), set(made), where)
    elif isinstance(recorded, list) and isinstance(made, list):
        if len(recorded) != len(made):
            yield f"{where}: {len(recorded)} recorded, {len(made)} made"
        for position, (left, right) in enumerate(zip(recorded, made, strict=False)):
            yield from differences(left, right, f"{where}[{position}]")
    elif all(isinstance(told, str) and MOMENT.fullmatch(told) for told in (recorded, made)):
        return
    elif recorded != made or type(recorded) is not type(made):
        yield f"{where}: recorded {recorded!r}, made {made!r}"


def shape_differences(recorded: Json, made: Json, where: str = "") -> Iterator[str]:
    """Where `made` has other keys or types than recorded; null stands for any type."""
    if isinstance(recorded, dict) and isinstance(made, dict):
        if where.rsplit(".", 1)[-1] in FREE:
            return
        if recorded.keys() != made.keys():
            yield f"{where}: only recorded {recorded.keys() - made.keys()}, only made {made.keys() - recorded.keys()}"
        for key in recorded.keys() & made.keys():
            yield from shape_differences(recorded[key], made[key], f"{where}.{key}")
    elif isinstance(recorded, list) and isinstance(made, list):
        if recorded and made:
            yield from shape_differences(recorded[0], made[0], f"{where}[0]")
    elif recorded is not None and made is not None and type(recorded) is not type(made):
        yield f"{where}: recorded {type(recorded).__name__}, made {type(made).__name__}"
