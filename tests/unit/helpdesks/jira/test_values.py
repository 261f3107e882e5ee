"""Values between the rules and Jira: what is encoded is decoded to the same, and nothing else breaks anything."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.fields import CATALOGUE, CUSTOM
from connector.domain.vocabulary import Impact
from connector.helpdesks.jira.values import LONG_TEXTS, decode, encode, field_kind, field_options, historic

TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)
KINDS: dict[type, st.SearchStrategy[Any]] = {
    datetime: st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=0)
    ),
    bool: st.just(True),
    int: st.integers(0, 9),
    str: TEXT,
}


def values(field: str) -> st.SearchStrategy[Any]:
    kind = CATALOGUE[field].kind
    return st.none() | (st.sampled_from(kind) if issubclass(kind, StrEnum) else KINDS[kind])


FIELD_AND_VALUE = st.sampled_from(CUSTOM).flatmap(lambda name: st.tuples(st.just(name), values(name)))


def as_jira_shows(raw: Any) -> Any:
    """A choice comes back with its id, a number as a fraction."""
    if isinstance(raw, dict):
        return {"self": "https://isp.example/rest/api/2/customFieldOption/1", "id": "1", **raw}
    return float(raw) if isinstance(raw, int) else raw


@given(FIELD_AND_VALUE, st.booleans())
def test_there_and_back(held: tuple[str, Any], rich: bool) -> None:
    field, value = held

    assert decode(field, as_jira_shows(encode(field, value, rich=rich)), rich=rich) == value


@given(st.sampled_from([*CUSTOM, "priority", "group"]), st.booleans(), st.data())
def test_whatever_jira_shows_is_a_value_or_nothing(field: str, rich: bool, data: st.DataObject) -> None:
    raw = data.draw(st.none() | st.text() | st.integers() | st.floats() | st.booleans() | st.dictionaries(TEXT, TEXT))
    kind = CATALOGUE[field].kind

    value = decode(field, raw, rich=rich)

    assert value is None or isinstance(value, kind)


@pytest.mark.parametrize(
    ("field", "value", "text", "expected"),
    [
        ("impact", "10021", "degradation", Impact.DEGRADATION),
        ("impact", None, None, None),
        ("impact", "", "", None),
        ("impact", "10021", "renamed", None),
        ("rfo_requested", "10030", "yes", True),
        ("escalation_level", None, "3", 3),
        ("escalation_level", None, "3.0", 3),
        ("circuit_id", None, "C-1", "C-1"),
        ("repair_due_at", "2026-11-22T11:00:00.000+0100", "22/Nov/26 11:00 AM", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("repair_due_at", "2026-11-22T10:00+0000", "22/Nov/26 10:00 AM", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("repair_due_at", None, "2026-11-22T10:00:00.0+0000", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("repair_due_at", None, "22/Nov/26 10:00 AM", None),
    ],
)
def test_sides_of_a_changelog_entry(field: str, value: str | None, text: str | None, expected: Any) -> None:
    assert historic(field, value, text, rich=True) == expected


def test_times_are_written_as_jira_takes_them() -> None:
    assert encode("repair_due_at", datetime(2026, 11, 22, 10, tzinfo=UTC), rich=True) == "2026-11-22T10:00:00.000+0000"


def test_markup_in_long_texts_is_escaped_where_they_hold_markup() -> None:
    assert encode("test_results", "*x*", rich=True) == "\\*x\\*"
    assert encode("test_results", "*x*", rich=False) == "*x*"
    assert encode("short_description", "*x*", rich=True) == "*x*"


def test_kinds_of_fields() -> None:
    assert {field: field_kind(field) for field in ("service_id", "impact", "rfo_requested", "group")} == {
        "service_id": "textfield",
        "impact": "select",
        "rfo_requested": "select",
        "group": "select",
    }
    assert {field_kind(field) for field in LONG_TEXTS} == {"textarea"}
    assert field_kind("repair_due_at") == "datetime"
    assert field_kind("escalation_level") == "float"
    assert field_options("impact") == ("service_affecting", "degradation", "non_service_affecting")
    assert field_options("rfo_requested") == ("yes",)
    assert field_options("group") == field_options("service_id") == ()
