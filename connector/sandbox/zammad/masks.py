"""What the create and edit masks demand, which binds the API too (recordings 163-164, 265-272, 287-297, 320-321).

It comes from the attributes' `screens` and from core workflows. Triggers, jobs and incoming e-mail are not bound.
"""

from dataclasses import dataclass, field

from connector.sandbox.zammad import seed, values
from connector.sandbox.zammad.access import is_agent, of_user, opens
from connector.sandbox.zammad.assets import RELATIONS
from connector.sandbox.zammad.call import Call
from connector.sandbox.zammad.conditions import UnknownFieldError, compiled, texts
from connector.sandbox.zammad.errors import invalid_value, missing_value
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

_SCREENS = {"create": "create_middle", "edit": "edit"}
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
        if changed and value not in _EMPTY and not texts(value) <= offered:
            raise invalid_value(values.as_given(value), name)
    for name, mandatory in mask.mandatory.items():
        if mandatory and not mask.hidden.get(name) and draft.get(name, "unknown") in _EMPTY:
            raise missing_value(name)


def _mask(call: Call, draft: Record, before: Record | None) -> Mask:
    """The screens' own, changed by the core workflows that apply; on create nothing is saved to compare with."""
    kind = "create" if before is None else "edit"
    mask = _from_screens(call, kind)
    flows = [flow for flow in call.world.table("CoreWorkflow").values() if flow["active"] and _on(flow, kind)]
    if call.world.newer:
        _restrict_named(call.world, mask, flows)
    for flow in sorted(flows, key=lambda flow: (flow["priority"], flow["id"])):
        saved, selected = flow["condition_saved"] or {}, flow["condition_selected"] or {}
        if (saved and (before is None or not _meets(call, saved, before))) or not _meets(call, selected, draft):
            continue
        for name, spec in flow["perform"].items():
            _change(call.world, mask, name.partition(".")[2], spec)
        if flow["stop_after_match"]:
            break
    return mask


def _restrict_named(world: World, mask: Mask, flows: list[Record]) -> None:
    """Options bind only where a workflow names the field, whether it applies or not (6.4, extra/measured)."""
    for flow in flows:
        parts = (flow["perform"], flow["condition_saved"] or {}, flow["condition_selected"] or {})
        for name in (key.partition(".")[2] for part in parts for key in part):
            attribute = world.attributes().get(name)
            if attribute is not None and values.options(attribute):
                mask.options.setdefault(name, values.options(attribute))


def _from_screens(call: Call, kind: str) -> Mask:
    role = "agent" if is_agent(call.world, call.user) else "customer"
    states = seed.STATE_CHOICES[kind][role] | call.world.offered_states
    if call.world.newer:
        # The numbers of its own states end one earlier, and what people have added works at once (289, 294).
        last = len(seed.FRESH["ticket_states"])
        states = {state - 1 if state == last else state for state in states}
        states |= call.world.table("TicketState").keys() - set(range(1, last))
    mask, held = Mask(options={"state_id": texts(states)}), of_user(call.world, call.user)
    for name, attribute in call.world.attributes().items():
        shown_to = attribute["screens"].get(_SCREENS[kind])
        if shown_to and attribute["active"]:
            mine = [spec for who, spec in shown_to.items() if who == "-all-" or opens(held, who)]
            mask.mandatory[name] = any(spec.get("required") for spec in mine)
            mask.hidden[name] = bool(mine) and not any(spec.get("shown", True) for spec in mine)
    return mask


def _on(flow: Record, kind: str) -> bool:
    screens = (flow["preferences"] or {}).get("screen") or list(_SCREENS.values())
    return flow["object"] in {None, "Ticket"} and _SCREENS[kind] in texts(screens)


def _meets(call: Call, condition: Record, ticket: Record) -> bool:
    try:
        return compiled(condition, call.world, call.user["id"], at_mask=True)(ticket, None)
    except UnknownFieldError as unknown:
        call.world.log.append(f"core workflow: {unknown}")
        return False


def _change(world: World, mask: Mask, name: str, spec: Record) -> None:
    operators = spec.get("operator") or []
    for operator in operators if isinstance(operators, list) else [operators]:
        if operator in {"set_mandatory", "set_optional"}:
            mask.mandatory[name] = operator == "set_mandatory"
        elif operator in {"hide", "remove", "show"}:
            mask.hidden[name] = operator != "show"
        elif operator in {"add_option", "remove_option", "set_fixed_to"}:
            given, known = texts(spec.get(operator) or []), mask.options.get(name, _all_options(world, name))
            results = {"add_option": known | given, "remove_option": known - given, "set_fixed_to": given}
            mask.options[name] = results[operator]


def _all_options(world: World, name: str) -> set[str]:
    attribute = world.attributes().get(name)
    if attribute is not None:
        return values.options(attribute)
    return texts([*world.table(RELATIONS.get(name.removesuffix("_id"), "User"))])
