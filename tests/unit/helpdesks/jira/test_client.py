"""Single exchanges with Jira: credentials, its own words, what is paused. What holds for Zammad too: test_exchanges."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from connector.helpdesks.errors import (
    EndpointLimitedError,
    HelpdeskError,
    RateLimitedError,
    TicketWaitsError,
    TransientError,
    UnavailableError,
)
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira.client import Connection, endpoint_of
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.site import Site
from tests.unit.helpdesks.jira.bench import mapping
from tests.unit.helpdesks.side import BASIC, JIRA, NOW, TOKEN, URL, USER
from tests.unit.helpdesks.side import jira_client as client

ISSUE = JIRA.ticket


@responses.activate
def test_cloud_takes_the_address_and_the_token_of_an_account() -> None:
    sent = responses.get(ISSUE, json={"id": "7"})

    assert client().get("api/2/issue/7", "fields=updated") == {"id": "7"}
    (call,) = sent.calls
    assert call.request.headers["Authorization"] == f"Basic {BASIC}"
    assert call.request.url == f"{ISSUE}?fields=updated"


@responses.activate
def test_data_center_takes_a_personal_access_token() -> None:
    sent = responses.get(ISSUE, json={})

    client(user=None).get("api/2/issue/7")

    assert sent.calls[0].request.headers["Authorization"] == f"Bearer {TOKEN}"


@responses.activate
def test_an_empty_answer_is_none() -> None:
    responses.put(ISSUE, status=204)

    assert client().put("api/2/issue/7", {"fields": {"summary": "Line down"}}) is None


def test_what_jira_finds_too_early_is_tried_again() -> None:
    assert type(JIRA.failed(json={}, status=425)) is TransientError


def test_reasons_of_the_issue_and_of_its_fields_are_told() -> None:
    error = JIRA.failed(json={"errorMessages": ["No"], "errors": {"customfield_1": "Bad"}}, status=400)

    assert str(error).startswith("Jira GET api/2/issue/7: answered 400: No; customfield_1: Bad")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errorMessages": [], "errors": {"impact": "Bad"}}, "impact: Bad"),
        ({"errorMessage": "JSM says so"}, "JSM says so"),
        ({"message": "gateway"}, "gateway"),
        ({"errorMessages": ["It ends in a stop."]}, "It ends in a stop"),
        ({"errorMessages": "text", "errors": ["list"]}, "no reason given"),
        ({}, "no reason given"),
        (["a list"], "no reason given"),
        ({"errorMessages": ["two\nlines  of it"]}, "two lines of it"),
        ({"errorMessages": ["x" * 5000]}, "x" * 500),
    ],
)
def test_the_reason_is_jiras_own_words_on_one_line(body: Any, said: str) -> None:
    assert str(JIRA.failed(json=body, status=422)) == f"Jira GET api/2/issue/7: answered 422: {said}"


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "AUTHENTICATED_FAILED, AUTHENTICATED_FAILED"])
def test_refused_credentials_do_not_look_like_a_ticket_that_is_gone(status: int, reason: str) -> None:
    """Jira answers as to somebody anonymous: issues are not found, lists are empty."""
    error = JIRA.failed(json=[], status=status, headers={"X-Seraph-LoginReason": reason})

    assert type(error) is UnavailableError
    assert "Check the token" in str(error)


def test_a_captcha_is_told() -> None:
    denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://isp.example/login.jsp"}

    error = JIRA.failed(json={}, status=403, headers=denied)

    assert type(error) is UnavailableError
    assert "wants a captcha" in str(error)


def test_a_login_that_is_well_is_no_trouble() -> None:
    with responses.RequestsMock() as jira:
        jira.get(ISSUE, json={"id": "7"}, headers={"X-Seraph-LoginReason": "OK"})
        assert client().get("api/2/issue/7") == {"id": "7"}


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("jira-quota-global-based", RateLimitedError),
        ("jira-quota-tenant-based", RateLimitedError),
        ("jira-burst-based", EndpointLimitedError),
        ("jira-per-issue-on-write", TicketWaitsError),
        ("jira-something-new", RateLimitedError),
        (None, RateLimitedError),
    ],
)
@pytest.mark.parametrize(
    ("header", "wait"),
    [("120", timedelta(minutes=2)), ("Sun, 22 Nov 2026 10:05:00 GMT", timedelta(minutes=5)), (None, None)],
)
def test_limits_concern_what_they_say(
    reason: str | None, kind: type[HelpdeskError], header: str | None, wait: timedelta | None
) -> None:
    headers = {"Retry-After": header, "RateLimit-Reason": reason}

    error = JIRA.failed(json={}, status=429, headers={name: value for name, value in headers.items() if value})

    assert type(error) is kind
    assert isinstance(error, RateLimitedError | EndpointLimitedError | TicketWaitsError)
    if wait is not None:
        assert error.retry_at == NOW + wait
    elif kind is RateLimitedError:
        assert error.retry_at is None
    else:
        assert error.retry_at is not None
        assert error.retry_at > NOW


@responses.activate
def test_a_paused_endpoint_is_not_asked_and_others_are() -> None:
    responses.put(ISSUE, json={}, status=429, headers={"Retry-After": "3", "RateLimit-Reason": "jira-burst-based"})
    read = responses.get(ISSUE, json={})
    pauses = EndpointPauses()
    jira = client(pauses=pauses)
    with pytest.raises(EndpointLimitedError) as caught:
        jira.put("api/2/issue/7", {})
    assert caught.value.endpoint == "PUT issue"

    with pytest.raises(EndpointLimitedError):
        jira.put("api/2/issue/8", {})
    jira.get("api/2/issue/7")

    assert [call.request.method for call in responses.calls] == ["PUT", "GET"]
    assert read.call_count == 1


@responses.activate
def test_what_another_process_was_told_holds_here() -> None:
    pauses = EndpointPauses()
    pauses.learn({"POST search/jql": NOW + timedelta(seconds=5)})

    with pytest.raises(EndpointLimitedError):
        client(pauses=pauses).post("api/2/search/jql", {})

    assert not responses.calls


@pytest.mark.parametrize(
    ("method", "path", "endpoint"),
    [
        ("GET", "api/2/issue/10041", "GET issue"),
        ("PUT", "api/2/issue/10041", "PUT issue"),
        ("POST", "api/2/issue", "POST issue"),
        ("POST", "api/2/issue/bulkfetch", "POST issue/bulkfetch"),
        ("GET", "api/2/issue/10041/properties/interspace-created", "GET issue/properties/interspace-created"),
        ("GET", "api/2/project/ISP/role/10002", "GET project/role"),
        ("GET", "servicedeskapi/request/10041/sla", "GET request/sla"),
    ],
)
def test_the_kinds_of_requests(method: str, path: str, endpoint: str) -> None:
    assert endpoint_of(method, path) == endpoint


@responses.activate
def test_no_netrc_speaks_for_us_in_what_the_jira_package_sends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine support.example.com login eve password eve\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sent = responses.get(f"{URL}/rest/api/2/serverInfo", json={"deploymentType": "Cloud"})

    site = Site(Connection(URL, USER, TOKEN), mapping(), lambda: NOW)
    site.ask("serverInfo", lambda package: package.server_info())

    assert sent.calls[0].request.headers["Authorization"] == f"Basic {BASIC}"


def test_the_token_stands_in_no_representation() -> None:
    desk = JiraDesk(Connection(URL, USER, TOKEN), mapping(), lambda: NOW)
    for thing in (Connection(URL, USER, TOKEN), desk, desk.client, desk.site):
        assert TOKEN not in repr(thing)
        assert BASIC not in repr(thing)


@pytest.mark.parametrize(("user", "told"), [(USER, "opt-in"), (None, "true")])
def test_experiments_of_service_management_are_opted_in(user: str | None, told: str) -> None:
    request = Connection(URL, user, TOKEN)._prepared("GET", "/rest/servicedeskapi/organization/1/user", None, None)

    assert request.headers["X-ExperimentalApi"] == told
