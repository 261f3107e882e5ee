"""What a customer's system may send."""

import json
from copy import deepcopy
from typing import Any

import pytest

from connector.trouble_ticket.shapes import VERSION_4, VERSION_5, ShapeError, checked, typed
from tests.tmf621_judge import faults
from tests.unit.trouble_ticket.documents import LARGE, OLD, SMALL


@pytest.mark.parametrize("document", [SMALL, LARGE])
def test_what_the_specification_takes_is_taken_as_it_is(document: dict[str, Any]) -> None:
    assert faults(document, "TroubleTicket_FVO") == []
    assert checked(document, VERSION_5, whole=True, typed=True) == document


def test_so_it_is_in_version_4() -> None:
    assert faults(OLD, "TroubleTicket_Create", 4) == []
    assert checked(OLD, VERSION_4, whole=True, typed=False) == OLD


@pytest.mark.parametrize("missing", sorted(SMALL))
def test_what_is_required_is_named(missing: str) -> None:
    body = {name: value for name, value in SMALL.items() if name != missing}

    with pytest.raises(ShapeError, match=f"{missing} is missing"):
        checked(body, VERSION_5, whole=True, typed=True)
    if missing != "@type":
        assert checked(body, VERSION_5, whole=False, typed=False) == body, "a patch may leave it out"


def test_a_patch_may_hold_a_part_of_an_object_but_of_no_item_of_a_list() -> None:
    part = {"channel": {"name": None}}
    assert checked(part, VERSION_5, whole=False, typed=False) == part
    with pytest.raises(ShapeError, match=r"relatedEntity\[0\].entity is missing"):
        checked({"relatedEntity": [{"role": "service"}]}, VERSION_5, whole=False, typed=False)


WRONG: list[tuple[str, Any, str]] = [
    ("severity", 1, "severity has to be a text"),
    ("description", {"a": 1}, "description has to be a text"),
    ("description", "  ", "description has to say something"),
    ("status", "open", "status has to be one of acknowledged"),
    ("requestedResolutionDate", "tomorrow", "requestedResolutionDate has to be a date and time"),
    ("requestedResolutionDate", "2026-11-24T12:00:00", "requestedResolutionDate has to be a date and time"),
    ("issueStartDate", "0001-01-01T00:00:00+14:00", "issueStartDate has to be a date and time"),
    ("issueStartDate", "9999-12-31T23:59:59-14:00", "issueStartDate has to be a date and time"),
    ("description", "a\0b", "the body holds a NUL"),
    ("own", [{"half": "\ud800"}], "half a surrogate pair"),
    ("own", json.loads("[" * 60 + "]" * 60), "nested too deeply"),
    ("own", {"\udfff": 1}, "half a surrogate pair"),
    ("note", {"text": "x"}, "note has to be a list"),
    ("note", "text", "note has to be a list"),
    ("note", ["text"], r"note\[0\] has to be an object"),
    ("note", [{"text": 7}], r"note\[0\].text has to be a text"),
    ("channel", {"name": "x"}, "channel.id is missing"),
    ("relatedEntity", [{"role": "service"}], r"relatedEntity\[0\].entity is missing"),
    ("relatedEntity", [{"role": "service", "entity": {}}], r"relatedEntity\[0\].entity.id is missing"),
    ("attachment", [{"size": {"amount": True}}], r"attachment\[0\].size.amount has to be a number"),
    ("externalIdentifier", [{"owner": "NOC"}], r"externalIdentifier\[0\].id is missing"),
]


@pytest.mark.parametrize(("name", "value", "text"), WRONG)
def test_a_wrong_type_is_named_with_its_place(name: str, value: Any, text: str) -> None:
    with pytest.raises(ShapeError, match=text):
        checked({**SMALL, name: value}, VERSION_5, whole=True, typed=True)


@pytest.mark.parametrize("name", ["externalIdentifier", "troubleTicketCharacteristic"])
def test_what_version_5_knows_is_as_there_when_version_4_sends_it(name: str) -> None:
    with pytest.raises(ShapeError, match=f"{name} has to be a list"):
        checked({**OLD, name: 5}, VERSION_4, whole=True, typed=False)


@pytest.mark.parametrize("body", [[], "text", None, 7])
def test_a_body_is_an_object(body: Any) -> None:
    with pytest.raises(ShapeError, match="the body has to be a JSON object"):
        checked(body, VERSION_5, whole=True, typed=True)


def test_each_object_gets_the_type_that_it_lacks() -> None:
    bare = _without_types(deepcopy(LARGE))
    bare["attachment"] = bare["attachment"][:1]

    assert faults({**typed(bare), "id": "1", "href": "x"}, "TroubleTicket_RES") == []
    assert typed(LARGE) == LARGE


def _without_types(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_types(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_types(item) for name, item in value.items() if name != "@type"}
    return value
