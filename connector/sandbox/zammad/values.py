"""What Zammad makes of a value written to a ticket attribute: it refuses little and bends a lot (061-072)."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from connector.sandbox.zammad.errors import ApiError, invalid_value
from connector.sandbox.zammad.records import Record, moment_of, parse_stamp, stamp

_CHOSEN = frozenset({"select", "tree_select", "multiselect", "multi_tree_select"})
_LEADING_NUMBER = re.compile(r"\s*([+-]?\d+)")


def coerced(attribute: Record, value: object, *, escaped: bool) -> object:
    """The value as it is stored in an attribute.

    Bad dates become nothing and bad numbers 0. Raises ApiError 422 for a number out of range or a text over the limit
    (`escaped`: the limit counts characters as sent). Whether an option is offered is the mask's to say.
    """
    data_type = str(attribute["data_type"])
    coerce = _COERCE.get(data_type, _text)
    return coerce(attribute, value, escaped)


def check_options(attribute: Record, value: object) -> None:
    """Raises ApiError 422 for a choice that is not among the options (5.5: recordings 064, 071)."""
    offered = options(attribute) if attribute["data_type"] in _CHOSEN else set()
    if isinstance(value, list) and not set(value) <= offered:
        raise invalid_value(json.dumps(value, ensure_ascii=False), attribute["name"])
    if attribute["data_type"] in _CHOSEN and isinstance(value, str) and value and value not in offered:
        raise invalid_value(value, attribute["name"])


def default(attribute: Record, now: str) -> object:
    """What a new ticket gets when nothing was sent: a datetime with `diff` fills itself (recordings 095, 354)."""
    option = attribute["data_option"]
    if attribute["data_type"] == "datetime":
        hours = option.get("diff")
        if hours is None:
            return None
        later = moment_of(now) + timedelta(hours=hours)
        return stamp(later.replace(second=0, microsecond=0))
    if attribute["data_type"] == "multiselect":
        return option.get("default") or []
    return option.get("default")


def options(attribute: Record) -> set[str]:
    """The values that a select, multiselect or tree select offers."""
    offered = attribute["data_option"].get("options") or {}
    return set(_tree_values(offered)) if isinstance(offered, list) else {str(key) for key in offered}


def _tree_values(nodes: list[Record]) -> Iterator[str]:
    for node in nodes:
        yield str(node.get("value", node.get("name", "")))
        yield from _tree_values(node.get("children") or [])


def _human(attribute: Record) -> str:
    return str(attribute["name"]).replace("_", " ").capitalize()


def _text(attribute: Record, value: object, escaped: bool) -> object:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    limit = attribute["data_option"].get("maxlength")
    sent = len(json.dumps(text)) - 2 if escaped else len(text)
    if limit is not None and sent > int(limit):
        raise ApiError(422, f"{_human(attribute)} is longer than the allowed length {limit}")
    return text


def _choice(_attribute: Record, value: object, _escaped: bool) -> object:
    return value if value in (None, "") else str(value)


def _choices(_attribute: Record, value: object, _escaped: bool) -> object:
    if value in (None, ""):
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _integer(attribute: Record, value: object, _escaped: bool) -> object:
    if value is None or value == "":
        return None
    leading = _LEADING_NUMBER.match(str(value))
    number = int(leading[1]) if leading else 0
    low, high = attribute["data_option"].get("min"), attribute["data_option"].get("max")
    if high is not None and number > int(high):
        raise ApiError(422, f"{_human(attribute)} is larger than the allowed maximum value of {high}")
    if low is not None and number < int(low):
        raise ApiError(422, f"{_human(attribute)} is smaller than the allowed minimum value of {low}")
    return number


def _boolean(_attribute: Record, value: object, _escaped: bool) -> object:
    if value is None or value == "":
        return None
    return str(value).lower() not in {"false", "0", "f", "off"}


def _datetime(_attribute: Record, value: object, _escaped: bool) -> object:
    return parse_stamp(value)


def _date(_attribute: Record, value: object, _escaped: bool) -> object:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC).date().isoformat()
    except ValueError:
        return None


_COERCE: dict[str, Callable[[Record, object, bool], object]] = {
    "select": _choice,
    "tree_select": _choice,
    "multiselect": _choices,
    "multi_tree_select": _choices,
    "integer": _integer,
    "boolean": _boolean,
    "datetime": _datetime,
    "date": _date,
}
