"""What Zammad makes of a value written to a ticket attribute: it refuses little and bends a lot (061-072)."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from connector.sandbox.zammad.errors import ApiError, invalid_value
from connector.sandbox.zammad.records import Record, parse_stamp, stamp

_CHOSEN = frozenset({"select", "tree_select", "multiselect", "multi_tree_select"})
_LEADING_NUMBER = re.compile(r"\s*([+-]?\d+)")


def coerced(attribute: Record, value: object, *, escaped: bool) -> object:
    """The value as it is stored in an attribute.

    Bad dates become nothing and bad numbers 0. Raises ApiError 422 for a number out of range or a text over the limit
    (`escaped`: the limit counts characters as sent). Whether an option is offered is the mask's to say.
    """
    data_type = attribute["data_type"]
    if data_type.startswith("multi"):
        items = value if isinstance(value, list) else [value]
        return [] if value in (None, "") else [str(item) for item in items]
    if data_type in _CHOSEN:
        return value if value in (None, "") else str(value)
    if data_type in _COERCE:
        return None if value in (None, "") else _COERCE[data_type](attribute, value)
    return value if value is None else _text(attribute, value, escaped)


def check_options(attribute: Record, value: object) -> None:
    """Raises ApiError 422 for a choice that is not among the options (5.5: recordings 064, 071)."""
    if attribute["data_type"] not in _CHOSEN or value in (None, ""):
        return
    if not set(value if isinstance(value, list) else [value]) <= options(attribute):
        raise invalid_value(as_given(value), attribute["name"])


def as_given(value: object) -> str:
    """A value in an error."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def default(attribute: Record, now: datetime) -> object:
    """What a new ticket gets when nothing was sent: a datetime with `diff` fills itself (recordings 095, 354)."""
    option = attribute["data_option"]
    if attribute["data_type"] == "datetime":
        hours = option.get("diff")
        return None if hours is None else stamp((now + timedelta(hours=hours)).replace(second=0, microsecond=0))
    held = option.get("default")
    return held or [] if attribute["data_type"] == "multiselect" else held


def options(attribute: Record) -> set[str]:
    """The values that a select, multiselect or tree select offers."""
    offered = attribute["data_option"].get("options") or {}
    return set(_tree_values(offered)) if isinstance(offered, list) else {str(key) for key in offered}


def _tree_values(nodes: list[Record]) -> Iterator[str]:
    for node in nodes:
        yield str(node.get("value", node.get("name", "")))
        yield from _tree_values(node.get("children") or [])


def _refused(attribute: Record, text: str) -> ApiError:
    return ApiError(422, f"{str(attribute['name']).replace('_', ' ').capitalize()} is {text}")


def _text(attribute: Record, value: object, escaped: bool) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    limit = attribute["data_option"].get("maxlength")
    sent = len(json.dumps(text)) - 2 if escaped else len(text)
    if limit is not None and sent > int(limit):
        raise _refused(attribute, f"longer than the allowed length {limit}")
    return text


def _integer(attribute: Record, value: object) -> int:
    leading = _LEADING_NUMBER.match(str(value))
    number = int(leading[1]) if leading else 0
    low, high = attribute["data_option"].get("min"), attribute["data_option"].get("max")
    if high is not None and number > int(high):
        raise _refused(attribute, f"larger than the allowed maximum value of {high}")
    if low is not None and number < int(low):
        raise _refused(attribute, f"smaller than the allowed minimum value of {low}")
    return number


_COERCE: dict[str, Callable[[Record, object], object]] = {
    "integer": _integer,
    "boolean": lambda _attribute, value: str(value).lower() not in {"false", "0", "f", "off"},
    "datetime": lambda _attribute, value: parse_stamp(value),
    "date": lambda _attribute, value: (parse_stamp(str(value)) or "")[:10] or None,
}
