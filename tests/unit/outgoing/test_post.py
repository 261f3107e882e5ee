"""A delivery goes where the address says and nowhere else; any other answer than 2xx is a failure."""

import socket

import pytest

from connector.outgoing.post import NotDeliveredError, post
from connector.outgoing.target import Target, problem_with
from tests.builders import T0, at
from tests.listener import listening


def test_any_2xx_is_received() -> None:
    with listening() as listener:
        for status in (200, 202, 204):
            listener.answer = lambda status=status: (status, {})  # type: ignore[misc]
            post(Target(listener.url, private=True), {"webhook-id": "msg_1"}, b"{}", T0)

    assert [(one.headers["webhook-id"], one.headers["content-type"], one.body) for one in listener.got] == [
        ("msg_1", "application/json", b"{}")
    ] * 3


@pytest.mark.parametrize(
    ("status", "headers", "text", "again", "final"),
    [
        (410, {}, "it answers 410: it wants no more of these", None, True),
        (429, {"Retry-After": "120"}, "it answers 429", at(minutes=2), False),
        (503, {}, "it answers 503", None, False),
        (302, {"Location": "http://127.0.0.1:1/"}, "it answers 302, a redirect, which is not followed", None, False),
        (400, {}, "it answers 400", None, False),
    ],
)
def test_anything_else_is_a_failure(
    status: int, headers: dict[str, str], text: str, again: object, *, final: bool
) -> None:
    with listening() as listener:
        listener.answer = lambda: (status, headers)
        with pytest.raises(NotDeliveredError) as raised:
            post(Target(listener.url, private=True), {}, b"{}", T0)

    assert (str(raised.value), raised.value.again, raised.value.final) == (text, again, final)
    assert len(listener.got) == 1, "a redirect is not followed"


def test_a_private_address_gets_nothing_unless_it_is_allowed() -> None:
    with listening() as listener, pytest.raises(NotDeliveredError, match="leads to a private address"):
        post(Target(listener.url.replace("127.0.0.1", "localhost"), private=False), {}, b"{}", T0)

    assert listener.got == []


def test_a_failure_does_not_show_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/services/s3cr3t"
        with pytest.raises(NotDeliveredError) as raised:
            post(Target(url, private=True), {}, b"{}", T0)

    assert str(raised.value).startswith("it cannot be reached (")
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://hooks.example.com/x?y=z", None),
        ("http://127.0.0.1:8080/hook", None),
        ("http://localhost/hook", None),
        ("http://[::1]/hook", None),
        ("http://hooks.example.com/x", "must begin with https://"),
        ("http://10.0.0.1/x", "must begin with https://"),
        ("http://localhost.example.com/", "must begin with https://"),
        ("https://user:word@hooks.example.com/", "holds a user name"),
        ("ftp://hooks.example.com/", "expected an address that begins with https://"),
        ("https:///path", "expected an address that begins with https://"),
        ("https://hooks.example.com:port/", "is not an address"),
    ],
)
def test_addresses_to_post_to(url: str, wrong: str | None) -> None:
    found = problem_with(url)

    assert found is None if wrong is None else found is not None and found.startswith(wrong)
