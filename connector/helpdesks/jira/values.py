"""Field values between the rules and Jira's JSON and changelog.

An empty field is null. Times are ``2026-11-22T10:00:00.000+0000``; Jira takes no other form. A choice is
``{"value": …}``; a yes-or-no field is a choice of the one option "yes".
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from connector.domain.fields import CATALOGUE
from connector.helpdesks.jira.markup import clean, escape_within, plain

YES = "yes"
"""The one option of a yes-or-no field."""

LONG_TEXTS = frozenset(name for name, field in CATALOGUE.items() if field.multiline)
"""A single-line field takes up to 255 characters."""

TYPE_PREFIX = "com.atlassian.jira.plugin.system.customfieldtypes:"
_KINDS: dict[type, str] = {datetime: "datetime", int: "float", bool: "select"}


def field_kind(field: str) -> str:
    """The kind of custom field that holds a canonical field: ``textfield``, ``textarea``, ``select``, ``datetime`` or
    ``float``. Jira's name of the type is :data:`TYPE_PREFIX` and this."""
    if field in LONG_TEXTS:
        return "textarea"
    if field == "group" or issubclass(CATALOGUE[field].kind, StrEnum):
        return "select"
    return _KINDS.get(CATALOGUE[field].kind, "textfield")


def field_options(field: str) -> tuple[str, ...]:
    """The options of a field that is a choice; none for others and for the group, whose options the mapping names."""
    return (YES,) if CATALOGUE[field].kind is bool else tuple(map(str, CATALOGUE[field].choices))


def stamp(at: datetime) -> str:
    """A time as Jira takes it, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def encode(field: str, value: Any, *, rich: bool) -> Any:
    """A canonical value for Jira's JSON. ``rich``: long texts are markup."""
    if value is None or value is False:
        return None
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, bool):
        return {"value": YES}
    if isinstance(value, StrEnum):
        return {"value": value.value}
    if isinstance(value, str):
        text = clean(value).strip() or None
        return escape_within(text) if text and rich and field in LONG_TEXTS else text
    return value


def decode(field: str, raw: Any, *, rich: bool) -> Any:
    """The value of a canonical field; ``None`` for empty and for what cannot be read as the field's type."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, dict):
        raw = raw.get("value")
    kind = CATALOGUE[field].kind
    try:
        if kind is datetime:
            return _time(str(raw))
        if kind is bool:
            return True if str(raw).casefold() in (YES, "true") else None
        if kind is int:
            return int(float(raw))
        if issubclass(kind, StrEnum):
            return kind(str(raw))
    except (ValueError, TypeError, OverflowError):
        return None
    text = plain(str(raw)) if rich and field in LONG_TEXTS else str(raw)
    return text.strip() or None


def historic(field: str, value: str | None, text: str | None, *, rich: bool) -> Any:
    """One side of a changelog entry: ``value`` is Jira's own (an option's id, a time), ``text`` what people see."""
    if CATALOGUE[field].kind is datetime:
        decoded = decode(field, value, rich=rich)
        return decoded if decoded is not None else decode(field, text, rich=rich)
    return decode(field, text, rich=rich)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text.strip())
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).replace(microsecond=0)
