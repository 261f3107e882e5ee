"""Conditions of triggers, jobs, SLAs and core workflows: what they name, and whether they may hold for our tickets."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any


def named_conditions(condition: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Field and specification of every condition, in Zammad's plain and in its expert form."""
    if not isinstance(condition, Mapping):
        return
    parts = condition.get("conditions")
    if isinstance(parts, list):
        for part in parts:
            yield from named_conditions(part)
    elif "name" in condition:
        yield str(condition["name"]), condition
    else:
        yield from ((name, spec) for name, spec in condition.items() if isinstance(spec, Mapping))


def texts(value: Any) -> set[str]:
    """The values of a condition as texts: ids come as numbers and as texts, alone and in lists."""
    return {str(item) for item in (value if isinstance(value, list) else [value])}


def reaches(condition: Any, groups: Collection[str]) -> bool:
    """Whether a condition may hold for a ticket in one of the ``groups`` (ids): unless it is about others only."""
    if isinstance(condition, Mapping) and condition.get("operator") == "OR":
        # Groups may stand beside something else that holds for ours.
        return True
    return not any(
        name == "ticket.group_id" and _leaves_out(spec, set(groups)) for name, spec in named_conditions(condition)
    )


def _leaves_out(spec: Mapping[str, Any], groups: set[str]) -> bool:
    named = texts(spec.get("value"))
    return named.isdisjoint(groups) if spec.get("operator") == "is" else groups <= named
