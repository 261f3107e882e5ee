"""Turning the parameters of a ticket write into attribute values, with Zammad's checks in Zammad's order."""

import re

from connector.sandbox.zammad import masks, seed, users, values
from connector.sandbox.zammad.access import in_group, is_agent
from connector.sandbox.zammad.assets import RELATIONS
from connector.sandbox.zammad.call import Call
from connector.sandbox.zammad.errors import ApiError, invalid_value, missing_value, unknown_name
from connector.sandbox.zammad.history import is_pending
from connector.sandbox.zammad.records import Record, parse_stamp
from connector.sandbox.zammad.world import World

TITLE_LIMIT = 250
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def wanted_values(call: Call, *, creates: bool) -> Record:
    """The attribute values a caller asks for. Unknown names are ignored (recording 072).

    Relations are given by name (`state`) or id (`state_id`), a new ticket's customer as `guess:address` too. Raises
    ApiError 422 for names and ids nobody has and for values that an attribute refuses.
    """
    params, wanted = call.params, {}
    for name in ("group", "state", "priority", "owner", "customer"):
        if f"{name}_id" in params:
            wanted[f"{name}_id"] = _by_id(call, name, params[f"{name}_id"], creates=creates)
        elif name in params:
            wanted[f"{name}_id"] = _by_name(call.world, name, params[name])
    wanted |= {name: params[name] for name in ("title", "note", "type") if name in params}
    if "title" in wanted:
        wanted["title"] = " ".join(str(wanted["title"] or "").splitlines())[:TITLE_LIMIT]
    if "pending_time" in params:
        wanted["pending_time"] = parse_stamp(params["pending_time"])
    for name, attribute in call.world.attributes().items():
        if name in params:
            wanted[name] = values.coerced(attribute, params[name], escaped=call.escaped)
            if not call.world.newer:
                values.check_options(attribute, wanted[name])
    return wanted


def _by_id(call: Call, name: str, given: object, *, creates: bool) -> object:
    text = str(given)
    if creates and name == "customer" and text.startswith("guess:"):
        return _guessed_customer(call, text.removeprefix("guess:").strip())
    if given is None or given == "":
        return seed.NOBODY if name == "owner" else None
    if not re.fullmatch(r"\s*-?\d+\s*", text) or int(text) not in call.world.table(RELATIONS[name]):
        raise ApiError(422, f"Invalid value for param '{name}_id': {given}")
    return int(text)


def _guessed_customer(call: Call, address: str) -> int:
    known = call.world.user_named(address)
    if known is None and not _EMAIL.fullmatch(address):
        raise ApiError(422, f"Invalid email '{address}' of customer", human=False)
    return int((known or users.new_user(call.world, address, call.user["id"]))["id"])


def _by_name(world: World, name: str, given: object) -> object:
    if name == "owner" and given in (None, "", "-"):
        return seed.NOBODY
    model = RELATIONS[name]
    record = world.user_named(str(given)) if model == "User" else world.named(model, str(given))
    if record is None:
        raise unknown_name(name, given)
    return record["id"]


def check_screen(call: Call, draft: Record, wanted: Record, before: Record | None) -> None:
    """What the create or edit mask demands, which binds the API too.

    Raises ApiError 422 for a blank title, customer or group, a value that the mask does not offer or demands, and a
    pending state without its time (recordings 156, 158, 160, 163, 164, 167, 168, 266, 268, 271, 287).
    """
    for field in ("title", "customer_id"):
        if not draft[field]:
            raise missing_value(field)
    masks.check(call, draft, wanted, before)
    if _moves_out_of_reach(call, draft, before):
        raise invalid_value(str(draft["group_id"]), "group_id")
    state_id = draft["state_id"]
    if state_id is not None and is_pending(call.world, state_id) and draft["pending_time"] is None:
        raise missing_value("pending_time")
    for field, label in {"group_id": "Group", "state_id": "State", "priority_id": "Priority"}.items():
        if draft[field] is None:
            raise ApiError(422, f"{label} can't be blank")


def _moves_out_of_reach(call: Call, draft: Record, before: Record | None) -> bool:
    """An agent gives a ticket to a group that the agent may not change tickets of (6.4, extra/people 50)."""
    group_id = draft["group_id"]
    if not call.world.newer or before is None or group_id in (None, before["group_id"]):
        return False
    return is_agent(call.world, call.user) and not in_group(call.world, call.user, group_id, "change")


def settle_relations(world: World, draft: Record) -> None:
    """An owner who is no agent of the group becomes nobody (154); the organization follows the customer (377)."""
    owner = world.tables["User"][draft["owner_id"]]
    if not (owner["active"] and is_agent(world, owner) and in_group(world, owner, draft["group_id"], "change")):
        draft["owner_id"] = seed.NOBODY
    draft["organization_id"] = world.tables["User"][draft["customer_id"]]["organization_id"]
