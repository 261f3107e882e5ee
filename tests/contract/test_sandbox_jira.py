"""The sandbox Jira speaks as Atlassian's specifications say, and the judge that says so can object."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from connector.helpdesks.versions import versions
from connector.sandbox.jira import Exchange, routes
from connector.sandbox.jira.desk import WATCHERS
from tests.contract import jira_specifications as judge_module
from tests.contract.jira_corrections import CORRECTIONS
from tests.contract.jira_recorder import kind_of
from tests.contract.jira_specifications import SILENT, agreement, judge
from tests.contract.jira_walk import walk

FLAVOURS = ("cloud", "datacenter")
VERSIONS = ("cloud before field schemes", "cloud", "datacenter")


@cache
def walked(version: str) -> list[Exchange]:
    """Every kind of call that a client can make, answered."""
    heard: list[Exchange] = []
    WATCHERS.append(heard.append)
    flavour: Any = version.partition(" ")[0]
    try:
        walk(flavour, migrated=version == flavour)
    finally:
        WATCHERS.remove(heard.append)
    return list({kind_of(exchange): exchange for exchange in heard}.values())


@pytest.fixture
def anew() -> Iterator[None]:
    """Specifications are read again afterwards."""
    yield
    forget()


def forget() -> None:
    for held in (judge_module.specification, judge_module._document, judge_module._operations):
        held.cache_clear()


def answered(flavour: str, method: str, ending: str, status: int) -> Exchange:
    """A call of the walk."""
    return next(
        exchange
        for exchange in walked(flavour)
        if exchange.method == method and urlsplit(exchange.path).path.endswith(ending) and exchange.status == status
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_call_is_as_the_specification_says(version: str) -> None:
    assert judge(walked(version)) == []
    # How much that is stands where people read it.
    agreed = agreement(walked(version))
    counted = f"{agreed.exchanges} exchanges, {agreed.calls} calls with {agreed.parameters} parameters"
    assert any(counted in one.says for one in versions("jira")), counted


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_route_is_walked_with_success(flavour: Any) -> None:
    table = [(method, route) for (method, _, _), held in routes._ROUTES[flavour].items() for route in held]
    exchanges = [exchange for version in VERSIONS if version.startswith(flavour) for exchange in walked(version)]
    done = [(exchange.method, urlsplit(exchange.path).path) for exchange in exchanges if exchange.status < 400]
    missing = {
        f"{method} {route.template}"
        for method, route in table
        if not any(method == tried and fits(route.template, path) for tried, path in done)
    }
    unjudged = {name for name in missing if any(silent in name + "/" for silent in SILENT)}
    refused = {f"{method} /rest/api/2/search" for method in ("GET", "POST")} if flavour == "cloud" else set()
    assert missing - unjudged - refused == set()


def fits(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.replace("/rest/api/3/", "/rest/api/2/").split("/")
    return len(wanted) == len(given) and all(a in {"*", b} for a, b in zip(wanted, given, strict=True))


@pytest.mark.parametrize(
    ("name", "number"), [(name, n) for name, held in CORRECTIONS.items() for n in range(len(held))]
)
@pytest.mark.usefixtures("anew")
def test_every_correction_is_needed(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    kept = [one for place, one in enumerate(CORRECTIONS[name]) if place != number]
    monkeypatch.setitem(CORRECTIONS, name, tuple(kept))
    forget()
    flavour = "" if name == "portal" else name
    said = (exchange for version in VERSIONS if version.startswith(flavour) for exchange in walked(version))
    assert any(judge([exchange]) for exchange in said)


def test_an_unknown_key_in_a_request_is_objected_to() -> None:
    exchange = answered("cloud", "POST", "/search/jql", 200)
    body = {**json.loads(exchange.body), "startAt": 0}
    assert judge([exchange._replace(body=json.dumps(body).encode())])


def test_an_unknown_parameter_is_objected_to() -> None:
    exchange = answered("datacenter", "GET", "/serverInfo", 200)
    assert judge([exchange._replace(path=exchange.path + "?permissions=x")])


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_wrong_type_in_an_answer_is_objected_to(flavour: str) -> None:
    exchange = answered(flavour, "POST", "/issue", 201)
    assert judge([exchange]) == []
    assert judge([exchange._replace(answer=b'{"id": 10001, "key": "ISP-1"}')])


def test_a_wrong_time_is_objected_to() -> None:
    exchange = answered("cloud", "POST", "/comment", 201)
    answer = {**json.loads(exchange.answer), "created": "2026-11-22T10:00:00Z"}
    assert judge([exchange._replace(answer=json.dumps(answer).encode())])


def test_an_unknown_call_is_objected_to() -> None:
    exchange = answered("cloud", "GET", "/myself", 200)
    assert judge([exchange._replace(path="/rest/api/2/nothing")])
    assert judge([exchange._replace(method="PATCH")])


def test_an_unknown_empty_answer_is_objected_to() -> None:
    exchange = answered("cloud", "PUT", "/issue/10001", 204)
    assert judge([exchange]) == []
    assert judge([exchange._replace(status=202)])


def test_refusals_need_the_body_of_their_api() -> None:
    exchange = answered("cloud", "GET", "/issue/999", 404)
    assert judge([exchange]) == []
    assert judge([exchange._replace(answer=b'{"error": "no"}')])
    assert judge([exchange._replace(answer=b"<html>")])


def test_only_the_removed_search_is_gone() -> None:
    exchange = answered("cloud", "GET", "/search", 410)
    assert judge([exchange]) == []
    assert judge([exchange._replace(path="/rest/api/2/myself")])


def test_what_no_specification_describes_is_left_alone() -> None:
    exchange = answered("cloud", "GET", "/myself", 200)
    assert judge([exchange._replace(path="/rest/webhooks/1.0/webhook", answer=b"[]")]) == []
