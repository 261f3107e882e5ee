"""Choosing among tickets and attributes."""

from typing import Any

import pytest

from connector.trouble_ticket.query import QueryError, chosen, fitting, page

A: dict[str, Any] = {
    "id": "1",
    "href": "h1",
    "@type": "T",
    "severity": "Major",
    "name": "b",
}
A["note"] = [{"author": "Ada"}]
B: dict[str, Any] = {"id": "2", "href": "h2", "@type": "T", "severity": "Minor", "note": [], "name": "a, c"}
A["made"], B["made"] = "2026-11-23T10:00:00Z", "2026-11-25T10:00:00.5+01:00"


def test_fields_shows_what_is_asked_for_and_what_the_schema_requires() -> None:
    assert chosen(A, "severity") == {"id": "1", "href": "h1", "@type": "T", "severity": "Major"}
    assert chosen(A, " severity , nothing") == chosen(A, "severity")
    assert chosen(A, None) == chosen(A, "") == A


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["1", "2"]),
        ({"severity": ["Major"]}, ["1"]),
        ({"severity": ["Major,Minor"]}, ["1", "2"]),
        ({"severity": ["Major", "Minor"]}, ["1", "2"]),
        ({"severity": ["major"]}, []),
        ({"name": ["a, c"]}, ["2"]),
        ({"note.author": ["Ada"]}, ["1"]),
        ({"@type": ["T"], "fields": ["id"], "limit": ["1"]}, ["1", "2"]),
        ({"nothing": ["x"]}, []),
        ({"made.gt": ["2026-11-23T10:00:00Z"]}, ["2"]),
        ({"made.gte": ["2026-11-23T11:00:00+01:00"]}, ["1", "2"]),
        ({"made.lt": ["2026-11-24"]}, ["1"]),
        ({"id.lte": ["1"]}, ["1"]),
        ({"id.gt": ["9"]}, []),
        ({"made.gt": ["soon"]}, []),
        ({"sort": ["name"]}, ["2", "1"]),
        ({"sort": ["-id"]}, ["2", "1"]),
    ],
)
def test_attributes_filter_and_sort(query: dict[str, list[str]], ids: list[str]) -> None:
    assert [ticket["id"] for ticket in fitting([A, B], query)] == ids


def test_pages() -> None:
    assert page([1, 2, 3], {"offset": ["1"], "limit": ["1"]}) == [2]
    assert page([1, 2, 3], {}) == [1, 2, 3]
    assert page([1, 2, 3], {"offset": ["7"]}) == []
    for wrong in ("-1", "x", "1.5", "٣"):
        with pytest.raises(QueryError, match="limit has to be a whole number"):
            page([1], {"limit": [wrong]})
    with pytest.raises(QueryError, match="JSONPath"):
        fitting([A], {"filter": ["x"]})
    with pytest.raises(QueryError, match="regex is not supported"):
        fitting([A], {"name.regex": ["x"]})
