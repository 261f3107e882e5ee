"""What a step of a plan makes of its object, in a few words."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.install.compare import Difference
from connector.install.objects import Including
from connector.install.plan import Action, Plan, Step

NAMED = 5
"""How many of many are named."""
_LONGEST = 100
_REF = re.compile(r"<\w+: (.*)>")
"""How a plan writes an object that does not exist yet."""
_TABLES = {"group_ids": "groups", "fields": "field"}
"""Values that are ids, and the tables that know their names."""


def told(step: Step, plan: Plan) -> str:
    """Why there is this step, what a new object is, and what differs; a line each.

    ``plan`` knows the names of objects.
    """
    lines = [step.why] if step.why else []
    if step.action is Action.CREATE:
        lines += _described(step.body)
    return "\n".join([*lines, *(_difference(change, plan) for change in step.changes)])


def first(names: Sequence[str]) -> str:
    """The first of them.

    >>> first(["a", "b"]), first(list("abcdefg"))
    ('a, b', 'a, b, c, d, e, …')
    """
    return ", ".join([*names[:NAMED], *(["…"] if len(names) > NAMED else [])])


def _described(body: Mapping[str, Any]) -> Iterator[str]:
    """The words are those of the helpdesks, which call the same things differently."""
    kind = body.get("type") or body.get("data_type")
    options = body.get("options") or (body.get("data_option") or {}).get("options") or ()
    if isinstance(options, Including):
        options = options.items
    parts = [str(kind).rpartition(":")[2]] if kind else []
    parts += [f"{len(options)} option{'' if len(options) == 1 else 's'}"] if options else []
    if parts:
        yield ", ".join(parts)
    for name in ("url", "endpoint", "jql"):
        if body.get(name):
            yield str(body[name])


def _difference(change: Difference, plan: Plan) -> str:
    names = _names(plan, _TABLES.get(change.path[0], ""))
    where = ".".join(names.get(part, part) for part in change.path)
    if isinstance(change.new, list) and isinstance(change.old or [], list):
        word = where.removesuffix("s") if len(change.path) == 1 else where
        return _of_lists((word, where), change.old or [], change.new, names)
    return f"{where}: {_value(change.old)} → {_value(change.new)}"


def _of_lists(words: tuple[str, str], old: Sequence[Any], new: Sequence[Any], names: Mapping[str, str]) -> str:
    """``words``: what one and what several items are called."""
    parts = []
    for sign, these, others in (("+", new, old), ("−", old, new)):
        known = set(map(str, others))
        items = [_item(item, names) for item in these if str(item) not in known]
        if items:
            parts.append(f"{sign}{len(items)} {words[len(items) > 1]}: {first(items)}")
    return "; ".join(parts) or f"{words[1]}: in another order"


def _item(item: Any, names: Mapping[str, str]) -> str:
    if not_there_yet := _REF.fullmatch(str(item)):
        return not_there_yet[1]
    return names.get(str(item), item if isinstance(item, str) else _value(item))


def _names(plan: Plan, table: str) -> dict[str, str]:
    return {str(number): name for (kind, name), number in plan.ids.items() if kind == table}


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
