"""What the create and edit masks demand, which binds the API too (recordings 163-164, 265-272, 287-297, 320-321).

It comes from the attributes' `screens` and from core workflows. Triggers, jobs and incoming e-mail are not bound.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from connector.sandbox.zammad import permissions, seed, values
from connector.sandbox.zammad.access import is_agent
from connector.sandbox.zammad.call import Call
from connector.sandbox.zammad.conditions import UnknownFieldError, compiled
from connector.sandbox.zammad.errors import invalid_value, missing_value
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

CREATE, EDIT = "create_middle", "edit"
_EMPTY: tuple[object, ...] = (None, "", [])


@dataclass
class Mask:
    """One mask for one user: mandatory and hidden fields, and the options that a field offers if not all."""

    mandatory: dict[str, bool] = field(default_factory=dict)
    hidden: dict[str, bool] = field(default_factory=dict)
    options: dict[str, set[str]] = field(default_factory=dict)


def check(call: Call, draft: Record, wanted: Record, before: Record | None) -> None:
    """Hold a draft to its mask: create if there was no ticket before, else edit.

    Raises ApiError 422 for a changed value that the mask does not offer, then for an empty mandatory field.
    """
    mask = _mask(call, draft, before)
    for name, offered in mask.options.items():
        value = draft.get(name)
        changed = name in wanted and (before is None or before[name] != value)
        if changed and value not in _EMPTY and not _texts(value) <= offered:
            raise invalid_value(json.dumps(value) if isinstance(value, list) else str(value), name)
    for name, mandatory in mask.mandatory.items():
        if mandatory and not mask.hidden.get(name) and draft.get(name, "unknown") in _EMPTY:
            raise missing_value(name)


def _mask(call: Call, draft: Record, before: Record | None) -> Mask:
    screen = CREATE if before is None else EDIT
    mask = _from_screens(call, screen)
    workflows = [flow for flow in call.world.table("CoreWorkflow").values() if flow["active"] and _on(flow, screen)]
    if call.world.newer:
        _restrict_named(call.world, mask, workflows)
    for flow in sorted(workflows, key=lambda flow: (flow["priority"], flow["id"])):
        if not _applies(call, flow, draft, before):
            continue
        for name, spec in flow["perform"].items():
            _change(call.world, mask, name.partition(".")[2], spec)
        if flow["stop_after_match"]:
            break
    return mask


def _restrict_named(world: World, mask: Mask, workflows: list[Record]) -> None:
    """Options bind only where a workflow names the field, whether it applies or not (6.4, extra/measured)."""
    for flow in workflows:
        for part in (flow["perform"], flow["condition_saved"] or {}, flow["condition_selected"] or {}):
            for name in (key.partition(".")[2] for key in part):
                attribute = world.attributes().get(name)
                if attribute is not None and values.options(attribute):
                    mask.options.setdefault(name, values.options(attribute))


def _from_screens(call: Call, screen: str) -> Mask:
    role = "agent" if is_agent(call.world, call.user) else "customer"
    kind = "create" if screen == CREATE else "edit"
    states = seed.STATE_CHOICES[kind, role] | call.world.offered_states
    if call.world.newer:
        # The numbers of its own states end one earlier, and what people have added works at once (289, 294).
        own = frozenset(range(1, len(seed.STATES)))
        states = frozenset(state - 1 if state == len(seed.STATES) else state for state in states)
        states |= call.world.table("TicketState").keys() - own
    mask = Mask(options={"state_id": {str(state_id) for state_id in states}})
    held: frozenset[str] | None = None
    for name, attribute in call.world.attributes().items():
        shown_to = attribute["screens"].get(screen)
        if not shown_to or not attribute["active"]:
            continue
        held = permissions.of_user(call.world, call.user) if held is None else held
        mine = [spec for who, spec in shown_to.items() if who == "-all-" or permissions.opens(held, who)]
        mask.mandatory[name] = any(spec.get("required") for spec in mine)
        mask.hidden[name] = bool(mine) and not any(spec.get("shown", True) for spec in mine)
    return mask


def _on(flow: Record, screen: str) -> bool:
    screens = (flow["preferences"] or {}).get("screen") or [CREATE, EDIT]
    return flow["object"] in {None, "Ticket"} and screen in (screens if isinstance(screens, list) else [screens])


def _applies(call: Call, flow: Record, draft: Record, before: Record | None) -> bool:
    """Whether the values in the mask and the saved ones meet the conditions; on create nothing is saved."""
    saved, selected = flow["condition_saved"] or {}, flow["condition_selected"] or {}
    if saved and (before is None or not _meets(call, saved, before)):
        return False
    return _meets(call, selected, draft)


def _meets(call: Call, condition: Record, ticket: Record) -> bool:
    about_user = {name: spec for name, spec in condition.items() if name.startswith("session.")}
    about_ticket = {name: spec for name, spec in condition.items() if name not in about_user}
    if not all(_session_meets(call, name.partition(".")[2], spec) for name, spec in about_user.items()):
        return False
    try:
        return compiled(about_ticket, call.world, call.user["id"])(ticket, None)
    except UnknownFieldError as unknown:
        call.world.log.append(f"core workflow: {unknown}")
        return False


def _session_meets(call: Call, name: str, spec: Record) -> bool:
    """A condition on the user at the mask: any id (`session.id`), role, permission or group."""
    if name == "permission_ids":
        roles = [call.world.tables["Role"][role_id] for role_id in call.user["role_ids"]]
        has: Iterable[object] = {number for role in roles for number in role["permission_ids"]}
    elif name.startswith("group_ids"):
        has = [group_id for group_id, access in call.user["group_ids"].items() if "full" in access]
    else:
        has = call.user.get(name) or []
    wanted = spec.get("value") or []
    found = bool(_texts(has) & _texts(wanted))
    return found != str(spec.get("operator", "is")).endswith("not")


def _texts(value: object) -> set[str]:
    items = value if isinstance(value, list | set | frozenset | tuple) else [value]
    return {str(item) for item in items}


def _change(world: World, mask: Mask, name: str, spec: Record) -> None:
    operators = spec.get("operator") or []
    for operator in operators if isinstance(operators, list) else [operators]:
        if operator in {"set_mandatory", "set_optional"}:
            mask.mandatory[name] = operator == "set_mandatory"
        elif operator in {"hide", "remove", "show"}:
            mask.hidden[name] = operator != "show"
        elif operator in {"add_option", "remove_option", "set_fixed_to"}:
            given = _texts(spec.get(operator) or [])
            known = mask.options.get(name, _all_options(world, name))
            fixed = given if operator == "set_fixed_to" else known | given
            mask.options[name] = known - given if operator == "remove_option" else fixed


def _all_options(world: World, name: str) -> set[str]:
    attribute = world.attributes().get(name)
    if attribute is not None:
        return values.options(attribute)
    model = {"priority_id": "TicketPriority", "group_id": "Group", "state_id": "TicketState"}.get(name, "User")
    return {str(record_id) for record_id in world.table(model)}
