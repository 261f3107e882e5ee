"""Turning the parameters of a ticket write into attribute values, with Zammad's checks in Zammad's order."""

import re

from connector.sandbox.zammad import masks, seed, values
from connector.sandbox.zammad.access import in_group, is_agent
from connector.sandbox.zammad.call import Call
from connector.sandbox.zammad.changes import is_pending
from connector.sandbox.zammad.errors import ApiError, invalid_value, missing_value
from connector.sandbox.zammad.records import Record, parse_stamp
from connector.sandbox.zammad.world import World

TITLE_LIMIT = 250
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_RELATIONS = {
    "group": "Group",
    "state": "TicketState",
    "priority": "TicketPriority",
    "owner": "User",
    "customer": "User",
}
_REQUIRED = {"group_id": "Group", "state_id": "State", "priority_id": "Priority"}


def wanted_values(call: Call, *, customer_guess: bool) -> Record:
    """The attribute values a caller asks for. Unknown names are ignored (recording 072).

    Relations are given by name (`state`) or id (`state_id`). Raises ApiError 422 for names and ids nobody has and
    for values that an attribute refuses.
    """
    wanted: Record = {}
    for name, model in _RELATIONS.items():
        if f"{name}_id" in call.params:
            wanted[f"{name}_id"] = _by_id(call, name, model, customer_guess=customer_guess)
        elif name in call.params:
            wanted[f"{name}_id"] = _by_name(call.world, name, model, call.params[name])
    for name in ("title", "note", "type"):
        if name in call.params:
            wanted[name] = call.params[name]
    if "title" in wanted:
        wanted["title"] = " ".join(str(wanted["title"] or "").splitlines())[:TITLE_LIMIT]
    if "pending_time" in call.params:
        wanted["pending_time"] = parse_stamp(call.params["pending_time"])
    for name, attribute in call.world.attributes().items():
        if name in call.params:
            wanted[name] = values.coerced(attribute, call.params[name], escaped=call.escaped)
            if not call.world.newer:
                values.check_options(attribute, wanted[name])
    return wanted


def _by_id(call: Call, name: str, model: str, *, customer_guess: bool) -> object:
    given = call.params[f"{name}_id"]
    if customer_guess and name == "customer" and str(given).startswith("guess:"):
        return _guessed_customer(call, str(given).removeprefix("guess:").strip())
    if given is None or given == "":
        return seed.NOBODY if name == "owner" else None
    try:
        if int(str(given)) in call.world.table(model):
            return int(str(given))
    except ValueError:
        pass
    raise ApiError(422, f"Invalid value for param '{name}_id': {given}")


def _guessed_customer(call: Call, address: str) -> int:
    known = call.world.user_named(address)
    if known is not None:
        return int(known["id"])
    if not _EMAIL.fullmatch(address):
        raise ApiError(422, f"Invalid email '{address}' of customer", human=False)
    fields = {**seed.BLANK_USER, "login": address.lower(), "email": address.lower(), "role_ids": [seed.CUSTOMER]}
    return int(call.world.insert("User", fields, call.user["id"])["id"])


def _by_name(world: World, name: str, model: str, given: object) -> object:
    if name == "owner" and given in (None, "", "-"):
        return seed.NOBODY
    record = world.user_named(str(given)) if model == "User" else world.named(model, str(given))
    if record is None:
        raise ApiError(422, f"No lookup value found for '{name}': \"{given}\"")
    return record["id"]


def check_required_group(wanted: Record) -> None:
    """A create without any group (recording 165)."""
    if wanted.get("group_id") is None:
        raise ApiError(422, "The required value 'group_id' is missing.")


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
    for field, label in _REQUIRED.items():
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
