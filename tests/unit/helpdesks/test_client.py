"""Single exchanges with Zammad: what follows from each answer, and that the token goes nowhere else."""

import traceback
from datetime import UTC, datetime, timedelta
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
    ServerFaultError,
    TransientError,
    UnavailableError,
)
from connector.helpdesks.http import CONNECT_TIMEOUT
from connector.helpdesks.zammad.client import READ_TIMEOUT, ZammadClient

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
URL = "https://support.example.com"
TICKET = f"{URL}/api/v1/tickets/7"
TOKEN = "pssst-this-is-the-token"


def client(url: str = URL, token: str = TOKEN, **options: Any) -> ZammadClient:
    return ZammadClient(url, token, lambda: NOW, **options)


def failed(answer: Any = None, **values: Any) -> HelpdeskError:
    """The error of a GET that is answered so."""
    with responses.RequestsMock() as zammad:
        zammad.get(TICKET, **({"body": answer} if isinstance(answer, Exception) else values))
        with pytest.raises(HelpdeskError) as caught:
            client().get("tickets/7")
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
def test_a_request_carries_the_token_and_the_answer_is_json() -> None:
    sent = responses.get(TICKET, json={"id": 7})

    assert client().get("tickets/7", {"all": "true"}) == {"id": 7}
    (call,) = sent.calls
    assert call.request.headers["Authorization"] == f"Token token={TOKEN}"
    assert call.request.url == f"{TICKET}?all=true"


@responses.activate
def test_text_is_sent_unescaped() -> None:
    """A text limit of Zammad counts an escaped umlaut as six characters."""
    sent = responses.put(TICKET, json={})

    client().put("tickets/7", {"title": "Störung"})

    assert sent.calls[0].request.body == '{"title": "Störung"}'.encode()
    assert sent.calls[0].request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "bad", PermanentError),
        (401, "Can't find User for Token", UnavailableError),
        (401, "Not authorized (token expired)!", UnavailableError),
        (403, "Authentication required", UnavailableError),
        (403, "Maintenance mode enabled!", UnavailableError),
        (403, "API token access disabled!", UnavailableError),
        (403, "Not authorized", ForbiddenError),
        (404, "Couldn't find Ticket with 'id'=7", NotFoundError),
        (408, "too slow", TransientError),
        (409, "conflict", TransientError),
        (422, "This object already exists.", PermanentError),
        (500, "unexpected token", ServerFaultError),
        (502, "bad gateway", UnavailableError),
        (503, "unavailable", UnavailableError),
        (504, "gateway timeout", UnavailableError),
    ],
)
def test_what_follows_from_each_answer(status: int, said: str, kind: type[HelpdeskError]) -> None:
    error = failed(json={"error": said, "error_human": said}, status=status)

    assert type(error) is kind
    assert str(error).startswith(f"Zammad GET tickets/7: answered {status}: {said.rstrip('.')}")
    assert ".." not in str(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error_human": "only this"}, "only this"),
        ({"error": "this first", "error_human": "not this"}, "this first"),
        ({}, "no reason given"),
        (["a list"], "no reason given"),
        ({"error": "two\nlines   of it"}, "two lines of it"),
        ({"error": {"nested": 1}}, "{'nested': 1}"),
        ({"error": "x" * 5000}, "x" * 300),
    ],
)
def test_the_reason_is_zammads_own_words_on_one_line(body: Any, said: str) -> None:
    assert str(failed(json=body, status=422)) == f"Zammad GET tickets/7: answered 422: {said}"


@pytest.mark.parametrize("status", [200, 422, 500, 502])
@pytest.mark.parametrize("body", ["<html>no</html>", "", "[" * 100_000, '{"a": ', "\xff"])
def test_what_is_not_json_is_an_error_with_its_status(status: int, body: str) -> None:
    error = failed(body=body.encode("latin-1"), status=status)

    assert f"answered {status}" in str(error)
    assert "<html>" not in str(error)
    assert isinstance(error, PermanentError if status == 422 else TransientError)


@pytest.mark.parametrize(
    ("header", "retry_at"),
    [
        ("120", NOW + timedelta(minutes=2)),
        ("Sun, 22 Nov 2026 10:05:00 GMT", NOW + timedelta(minutes=5)),
        ("soon", None),
        (None, None),
    ],
)
def test_too_many_requests_say_when_to_come_back(header: str | None, retry_at: datetime | None) -> None:
    error = failed(json={"error": "slow down"}, status=429, headers={"Retry-After": header} if header else {})

    assert isinstance(error, RateLimitedError)
    assert error.retry_at == retry_at


@pytest.mark.parametrize(("header", "kind"), [("60", RateLimitedError), ("soon", UnavailableError)])
def test_a_helpdesk_under_maintenance_may_say_so_too(header: str, kind: type[HelpdeskError]) -> None:
    assert type(failed(json={}, status=503, headers={"Retry-After": header})) is kind


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@responses.activate
def test_a_redirect_is_not_followed_and_the_token_stays_here(status: int) -> None:
    elsewhere = responses.get("https://elsewhere.example/", json={})
    responses.get(TICKET, status=status, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(UnavailableError, match="Redirects are not followed"):
        client().get("tickets/7")

    assert elsewhere.call_count == 0


@responses.activate
def test_neither_a_netrc_nor_a_cookie_speaks_for_us(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine support.example.com login eve password eve\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sent = responses.get(TICKET, json={}, headers={"Set-Cookie": "_zammad_session=1; path=/"})
    zammad = client()

    zammad.get("tickets/7")
    zammad.get("tickets/7")

    assert sent.calls[1].request.headers["Authorization"] == f"Token token={TOKEN}"
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
def test_no_answer_concerns_the_whole_helpdesk(trouble: Exception, words: str) -> None:
    error = failed(trouble)

    assert type(error) is UnavailableError
    assert words in str(error)


@responses.activate
def test_every_request_has_time_limits() -> None:
    seen: list[Any] = []
    adapter = requests.adapters.HTTPAdapter()
    responses.get(TICKET, json={})
    original = adapter.send

    def send(request: Any, **options: Any) -> requests.Response:
        seen.append(options["timeout"])
        return original(request, **options)

    adapter.send = send  # type: ignore[assignment, method-assign]
    client(adapter=lambda: adapter).get("tickets/7")

    assert seen == [(CONNECT_TIMEOUT, READ_TIMEOUT)]


@pytest.mark.parametrize(
    "values",
    [
        {"json": {"error": "no"}, "status": 401},
        {"json": {"error": "no"}, "status": 403},
        {"json": {"error": "no"}, "status": 500},
        {"body": b"no", "status": 200},
        {"body": b"no", "status": 302},
    ],
    ids=["401", "403", "500", "not json", "redirect"],
)
def test_the_token_stands_in_no_error(values: dict[str, Any]) -> None:
    assert TOKEN not in everything_printed(failed(**values))


@pytest.mark.parametrize(
    "trouble", [requests.exceptions.ReadTimeout("slow"), requests.exceptions.SSLError("bad"), OSError("bad")]
)
def test_the_token_stands_in_no_cause(trouble: Exception) -> None:
    assert TOKEN not in everything_printed(failed(trouble))


def test_the_token_stands_in_no_representation() -> None:
    assert TOKEN not in repr(client())
    assert TOKEN not in str(client())


@pytest.mark.parametrize("end", ["\n", "\r\nX-Evil: 1", " ", "\x00", "…", "ü"])
def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(end: str) -> None:
    with pytest.raises(PermanentError, match="token") as caught:
        client(token=TOKEN + end)

    assert TOKEN not in everything_printed(caught.value)


@pytest.mark.parametrize("token", ["", " "])
def test_an_empty_token_is_refused(token: str) -> None:
    with pytest.raises(PermanentError, match="token"):
        client(token=token)


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
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(PermanentError, match="is not the address of a Zammad"):
        client(url)


def test_a_password_in_the_address_is_refused_without_showing_it() -> None:
    password = "hunter" + "2"
    with pytest.raises(PermanentError, match="user name") as caught:
        client(f"https://eve:{password}@support.example.com")

    assert password not in everything_printed(caught.value)


@pytest.mark.parametrize("url", [f"{URL}/", f"{URL}///", "https://SUPPORT.example.com"])
@responses.activate
def test_slashes_and_case_of_the_address_do_not_matter(url: str) -> None:
    responses.get(TICKET, json={"id": 7})

    assert client(url).get("tickets/7") == {"id": 7}


@responses.activate
def test_an_address_below_a_path() -> None:
    responses.get("https://example.com/help/api/v1/tickets/7", json={})

    assert client("https://example.com/help").get("tickets/7") == {}


@given(status=st.integers(200, 599), body=st.binary(max_size=60), header=st.text("0123456789 abc,:GMT+-", max_size=20))
def test_any_answer_at_all_is_json_or_an_error_of_ours(status: int, body: bytes, header: str) -> None:
    with responses.RequestsMock() as zammad:
        zammad.get(TICKET, body=body, status=status, headers={"Retry-After": header})
        try:
            said = str(client().get("tickets/7"))
        except HelpdeskError as error:
            said = str(error)
    assert TOKEN not in said
