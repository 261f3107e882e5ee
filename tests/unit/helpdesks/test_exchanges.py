"""Single exchanges with either helpdesk: what follows from each answer, and that the token goes nowhere else."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks.errors import (
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    RefusedError,
    ServerFaultError,
    TransientError,
    UnavailableError,
)
from connector.helpdesks.http import CONNECT_TIMEOUT
from tests.unit.helpdesks.side import BASIC, JIRA, NOW, TOKEN, URL, ZAMMAD, Side, everything_printed

pytestmark = pytest.mark.parametrize("side", [ZAMMAD, JIRA], ids=["zammad", "jira"])


def tells_nothing(error: BaseException) -> bool:
    """Whether the token stands nowhere in the error, in no form."""
    printed = everything_printed(error)
    return TOKEN not in printed and BASIC not in printed


@responses.activate
def test_text_is_sent_unescaped(side: Side) -> None:
    """A text limit of Zammad counts an escaped umlaut as six characters."""
    sent = responses.put(side.ticket, json={})

    side.client().put(side.path, {"title": "Störung"})

    assert sent.calls[0].request.body == '{"title": "Störung"}'.encode()
    assert sent.calls[0].request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError),
        (401, UnavailableError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (405, PermanentError),
        (408, TransientError),
        (409, TransientError),
        (410, PermanentError),
        (413, PermanentError),
        (422, RefusedError),
        (500, ServerFaultError),
        (502, UnavailableError),
        (503, UnavailableError),
        (504, UnavailableError),
    ],
)
def test_what_follows_from_each_answer(side: Side, status: int, kind: type[HelpdeskError]) -> None:
    error = side.failed(json=side.reason("It cannot be."), status=status)

    assert type(error) is kind
    assert str(error).startswith(f"{side.title} GET {side.path}: answered {status}: It cannot be")
    assert ".." not in str(error)
    assert tells_nothing(error)


@pytest.mark.parametrize("status", [200, 422, 500, 502])
@pytest.mark.parametrize("body", ["<html>no</html>", "[" * 100_000, '{"a": ', "\xff"])
def test_what_is_not_json_is_an_error_with_its_status(side: Side, status: int, body: str) -> None:
    error = side.failed(body=body.encode("latin-1"), status=status)

    assert f"answered {status}" in str(error)
    assert "<html>" not in str(error)
    assert isinstance(error, PermanentError if status == 422 else TransientError)


@pytest.mark.parametrize("body", ["", "default backend - 404", "<html>Not Found</html>", '"no"', "[]"])
def test_a_404_that_the_helpdesk_did_not_give_is_no_ticket_that_is_gone(side: Side, body: str) -> None:
    error = side.failed(body=body, status=404)

    assert type(error) is ServerFaultError
    assert "answered 404" in str(error)
    assert "proxy" in str(error)


@pytest.mark.parametrize(
    ("header", "retry_at"),
    [
        ("120", NOW + timedelta(minutes=2)),
        ("Sun, 22 Nov 2026 10:05:00 GMT", NOW + timedelta(minutes=5)),
        ("soon", None),
        (None, None),
    ],
)
def test_too_many_requests_say_when_to_come_back(side: Side, header: str | None, retry_at: datetime | None) -> None:
    error = side.failed(json=side.reason("slow"), status=429, headers={"Retry-After": header} if header else {})

    assert isinstance(error, RateLimitedError)
    assert error.retry_at == retry_at


@pytest.mark.parametrize(("header", "kind"), [("60", RateLimitedError), ("soon", UnavailableError)])
def test_a_helpdesk_under_maintenance_may_say_so_too(side: Side, header: str, kind: type[HelpdeskError]) -> None:
    assert type(side.failed(json={}, status=503, headers={"Retry-After": header})) is kind


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@responses.activate
def test_a_redirect_is_not_followed_and_the_token_stays_here(side: Side, status: int) -> None:
    elsewhere = responses.get("https://elsewhere.example/", json={})
    responses.get(side.ticket, status=status, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(UnavailableError, match="Redirects are not followed"):
        side.client().get(side.path)

    assert elsewhere.call_count == 0


@responses.activate
def test_neither_a_netrc_nor_a_cookie_speaks_for_us(
    side: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine support.example.com login eve password eve\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sent = responses.get(side.ticket, json={}, headers={"Set-Cookie": "session=1; path=/"})
    client = side.client()

    client.get(side.path)
    client.get(side.path)

    assert sent.calls[1].request.headers["Authorization"] == side.authorization
    assert "Cookie" not in sent.calls[1].request.headers


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (requests.exceptions.ConnectTimeout("connect timed out"), "no answer: ConnectTimeout"),
        (requests.exceptions.ReadTimeout("read timed out"), "no answer: ReadTimeout"),
        (requests.exceptions.ConnectionError("refused"), "no answer: ConnectionError"),
        (requests.exceptions.ChunkedEncodingError("cut off"), "no answer: ChunkedEncodingError"),
        (requests.exceptions.SSLError("certificate has expired"), "TLS failed"),
        (OSError("could not find a certificate bundle"), "no answer: OSError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_no_answer_concerns_the_whole_helpdesk(side: Side, trouble: Exception, words: str) -> None:
    error = side.failed(trouble)

    assert type(error) is UnavailableError
    assert words in str(error)
    assert f"INTERSPACE_{side.title.upper()}_URL" in str(error)
    assert tells_nothing(error)


@responses.activate
def test_every_request_has_time_limits(side: Side) -> None:
    seen: list[Any] = []
    adapter = requests.adapters.HTTPAdapter()
    responses.get(side.ticket, json={})
    original = adapter.send

    def send(request: Any, **options: Any) -> requests.Response:
        seen.append(options["timeout"])
        return original(request, **options)

    adapter.send = send  # type: ignore[assignment, method-assign]
    side.client(adapter=lambda: adapter).get(side.path)

    assert seen == [(CONNECT_TIMEOUT, side.read_timeout)]


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 429, 500])
def test_the_token_stands_in_no_error(side: Side, status: int) -> None:
    assert tells_nothing(side.failed(body=b"no", status=status))


def test_the_token_stands_in_no_representation(side: Side) -> None:
    client = side.client()

    for text in (repr(client), str(client)):
        assert TOKEN not in text
        assert BASIC not in text


@pytest.mark.parametrize("end", ["\n", "\r\nX-Evil: 1", " ", "\x00", "…", "ü"])
def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(side: Side, end: str) -> None:
    with pytest.raises(PermanentError, match="token") as caught:
        side.client(token=TOKEN + end)

    assert tells_nothing(caught.value)


@pytest.mark.parametrize("token", ["", " "])
def test_an_empty_token_is_refused(side: Side, token: str) -> None:
    with pytest.raises(PermanentError, match="token"):
        side.client(token=token)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "support.example.com",
        "ftp://support.example.com",
        "https://",
        "https://support.example.com/?a=b",
        "https://support.example.com/#dashboard",
        "https://[support.example.com",
        "https://support.example.com:port",
    ],
)
def test_what_is_no_address_is_refused(side: Side, url: str) -> None:
    with pytest.raises(PermanentError, match=f"is not the address of a {side.title}"):
        side.client(url)


def test_a_password_in_the_address_is_refused_without_showing_it(side: Side) -> None:
    password = "hunter" + "2"
    with pytest.raises(PermanentError, match="user name") as caught:
        side.client(f"https://eve:{password}@support.example.com")

    assert password not in everything_printed(caught.value)


@pytest.mark.parametrize("url", [f"{URL}/", f"{URL}///", "https://SUPPORT.example.com"])
@responses.activate
def test_slashes_and_case_of_the_address_do_not_matter(side: Side, url: str) -> None:
    responses.get(side.ticket, json={"id": 7})

    assert side.client(url).get(side.path) == {"id": 7}


@pytest.mark.parametrize("end", ["", "/"])
@responses.activate
def test_an_address_below_a_path(side: Side, end: str) -> None:
    responses.get(f"https://example.com/help{side.api}", json={})

    assert side.client(f"https://example.com/help{end}").get(side.path) == {}


@given(status=st.integers(200, 599), body=st.binary(max_size=60), header=st.text("0123456789 abc,:GMT+-", max_size=20))
def test_any_answer_at_all_is_json_or_an_error_of_ours(side: Side, status: int, body: bytes, header: str) -> None:
    with responses.RequestsMock() as helpdesk:
        headers = {"Retry-After": header, "RateLimit-Reason": header}
        helpdesk.get(side.ticket, body=body, status=status, headers=headers)
        try:
            said = str(side.client().get(side.path))
        except HelpdeskError as error:
            said = str(error)
    assert TOKEN not in said
