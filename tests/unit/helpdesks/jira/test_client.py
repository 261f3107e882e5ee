"""Single exchanges with Jira: what follows from each answer, what is paused, and that the token goes nowhere else."""

import traceback
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks.errors import (
    EndpointLimitedError,
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    ServerFaultError,
    TicketWaitsError,
    TransientError,
    UnavailableError,
)
from connector.helpdesks.jira.client import JiraClient, endpoint_of
from connector.helpdesks.jira.connection import Connection
from connector.helpdesks.jira.desk import open_jira
from connector.helpdesks.jira.site import Site
from connector.helpdesks.pauses import Pauses
from tests.unit.helpdesks.jira.bench import mapping

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
URL = "https://isp.example"
ISSUE = f"{URL}/rest/api/2/issue/7"
TOKEN = "pssst-this-is-the-token"
USER = "bot@isp.example"
BASIC = b64encode(f"{USER}:{TOKEN}".encode()).decode()


def client(url: str = URL, token: str = TOKEN, user: str | None = USER, pauses: Pauses | None = None) -> JiraClient:
    return JiraClient(Connection(url, user, token), lambda: NOW, pauses or Pauses())


def failed(answer: Any = None, **values: Any) -> HelpdeskError:
    """The error of a GET that is answered so."""
    with responses.RequestsMock() as jira:
        jira.get(ISSUE, **({"body": answer} if isinstance(answer, Exception) else values))
        with pytest.raises(HelpdeskError) as caught:
            client().get("api/2/issue/7")
    return caught.value


def everything_printed(error: BaseException) -> str:
    """The traceback with all causes, and each exception's own representation."""
    lines = traceback.format_exception(error)
    seen: BaseException | None = error
    while seen is not None:
        lines += [repr(seen), str(seen), repr(seen.args)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


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
def test_text_is_sent_unescaped_and_an_empty_answer_is_none() -> None:
    sent = responses.put(ISSUE, status=204)

    assert client().put("api/2/issue/7", {"fields": {"summary": "Störung"}}) is None
    assert sent.calls[0].request.body == '{"fields": {"summary": "Störung"}}'.encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, PermanentError),
        (401, UnavailableError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (405, PermanentError),
        (408, TransientError),
        (409, TransientError),
        (410, PermanentError),
        (413, PermanentError),
        (422, PermanentError),
        (425, TransientError),
        (500, ServerFaultError),
        (502, UnavailableError),
        (503, UnavailableError),
        (504, UnavailableError),
    ],
)
def test_what_follows_from_each_answer(status: int, kind: type[HelpdeskError]) -> None:
    error = failed(json={"errorMessages": ["No"], "errors": {"customfield_1": "Bad"}}, status=status)

    assert type(error) is kind
    assert str(error).startswith(f"Jira GET api/2/issue/7: answered {status}: No; customfield_1: Bad")


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
    assert str(failed(json=body, status=422)) == f"Jira GET api/2/issue/7: answered 422: {said}"


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "AUTHENTICATED_FAILED, AUTHENTICATED_FAILED"])
def test_refused_credentials_do_not_look_like_a_ticket_that_is_gone(status: int, reason: str) -> None:
    """Jira answers as to somebody anonymous: issues are not found, lists are empty."""
    error = failed(json=[], status=status, headers={"X-Seraph-LoginReason": reason})

    assert type(error) is UnavailableError
    assert "Check the token" in str(error)


def test_a_captcha_is_told() -> None:
    denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://isp.example/login.jsp"}

    error = failed(json={}, status=403, headers=denied)

    assert type(error) is UnavailableError
    assert "wants a captcha" in str(error)


def test_a_login_that_is_well_is_no_trouble() -> None:
    with responses.RequestsMock() as jira:
        jira.get(ISSUE, json={"id": "7"}, headers={"X-Seraph-LoginReason": "OK"})
        assert client().get("api/2/issue/7") == {"id": "7"}


@pytest.mark.parametrize("status", [200, 422, 500, 502])
@pytest.mark.parametrize("body", ["<html>no</html>", "[" * 100_000, '{"a": ', "\xff"])
def test_what_is_not_json_is_an_error_with_its_status(status: int, body: str) -> None:
    error = failed(body=body.encode("latin-1"), status=status)

    assert f"answered {status}" in str(error)
    assert "<html>" not in str(error)


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

    error = failed(json={}, status=429, headers={name: value for name, value in headers.items() if value})

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
    pauses = Pauses()
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
    pauses = Pauses()
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


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@responses.activate
def test_a_redirect_is_not_followed_and_the_token_stays_here(status: int) -> None:
    elsewhere = responses.get("https://elsewhere.example/", json={})
    responses.get(ISSUE, status=status, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(UnavailableError, match="Redirects are not followed"):
        client().get("api/2/issue/7")

    assert elsewhere.call_count == 0


@responses.activate
def test_neither_a_netrc_nor_a_cookie_speaks_for_us(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine isp.example login eve password eve\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sent = responses.get(ISSUE, json={}, headers={"Set-Cookie": "JSESSIONID=1; path=/"})
    info = responses.get(f"{URL}/rest/api/2/serverInfo", json={"deploymentType": "Cloud"})
    connection = Connection(URL, USER, TOKEN)
    jira = JiraClient(connection, lambda: NOW, Pauses())

    jira.get("api/2/issue/7")
    jira.get("api/2/issue/7")
    Site(connection, mapping(), lambda: NOW).ask("serverInfo", lambda package: package.server_info())

    assert sent.calls[1].request.headers["Authorization"] == f"Basic {BASIC}"
    assert info.calls[0].request.headers["Authorization"] == f"Basic {BASIC}"
    assert "Cookie" not in sent.calls[1].request.headers


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (requests.exceptions.ConnectTimeout("connect timed out"), "no answer: ConnectTimeout"),
        (requests.exceptions.ReadTimeout("read timed out"), "no answer: ReadTimeout"),
        (requests.exceptions.ChunkedEncodingError("cut off"), "no answer: ChunkedEncodingError"),
        (requests.exceptions.SSLError("certificate has expired"), "TLS failed"),
        (OSError("could not find a certificate bundle"), "no answer: OSError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_no_answer_concerns_the_whole_helpdesk(trouble: Exception, words: str) -> None:
    error = failed(trouble)

    assert type(error) is UnavailableError
    assert words in str(error)
    assert TOKEN not in everything_printed(error)


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 429, 500])
def test_the_token_stands_in_no_error(status: int) -> None:
    printed = everything_printed(failed(body=b"no", status=status))

    assert TOKEN not in printed
    assert BASIC not in printed


def test_the_token_stands_in_no_representation() -> None:
    desk = open_jira(URL, USER, TOKEN, mapping(), lambda: NOW)
    for thing in (client(), Connection(URL, USER, TOKEN), desk, desk.client, desk.site):
        assert TOKEN not in repr(thing)
        assert BASIC not in repr(thing)


@pytest.mark.parametrize("end", ["\n", "\r\nX-Evil: 1", " ", "\x00", "…"])
def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(end: str) -> None:
    with pytest.raises(PermanentError, match="token") as caught:
        client(token=TOKEN + end)

    assert TOKEN not in everything_printed(caught.value)


@pytest.mark.parametrize("url", ["", "isp.example", "ftp://isp.example", "https://", "https://isp.example/?a=b"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(PermanentError, match="is not the address of a Jira"):
        client(url)


@responses.activate
def test_an_address_below_a_path() -> None:
    responses.get("https://isp.example/jira/rest/api/2/issue/7", json={})

    assert client("https://isp.example/jira/").get("api/2/issue/7") == {}


@given(status=st.integers(200, 599), body=st.binary(max_size=60), header=st.text("0123456789 abc,:GMT+-", max_size=20))
def test_any_answer_at_all_is_json_or_an_error_of_ours(status: int, body: bytes, header: str) -> None:
    with responses.RequestsMock() as jira:
        jira.get(ISSUE, body=body, status=status, headers={"Retry-After": header, "RateLimit-Reason": header})
        try:
            said = str(client().get("api/2/issue/7"))
        except HelpdeskError as error:
            said = str(error)
    assert TOKEN not in said
