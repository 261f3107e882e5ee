"""Credentials, errors, injected trouble, the in-process session and the real socket."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from threading import Event

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import Fault, Response, RunningServer, SandboxZammad, Served
from connector.sandbox.zammad.deliveries import signature
from tests.unit.sandbox.zammad.desk import START, Desk, new_desk
from tests.waiting import PATIENCE_S

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ME = "/api/v1/users/me"


@pytest.fixture(params=["in process", "socket"])
def session(request: pytest.FixtureRequest, desk: Desk) -> Iterator[tuple[requests.Session, str]]:
    """A session and a base URL, without and with sockets; nothing waits longer than the timeout given."""
    with requests.Session() as opened, desk.zammad.serve() as server:
        opened.trust_env = False
        opened.headers["Authorization"] = f"Token token={desk.tokens['bot']}"
        if request.param == "in process":
            opened.mount("http://desk.test", desk.zammad.requests_adapter())
        yield opened, "http://desk.test" if request.param == "in process" else server.url


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        ({}, 403, "Authentication required"),
        ({"Authorization": "Token token=wrong"}, 401, "Can't find User for Token"),
        ({"Authorization": "Basic eDp5"}, 401, "Invalid BasicAuth credentials"),
    ],
)
def test_bad_credentials(desk: Desk, headers: dict[str, str], status: int, error: str) -> None:
    answer = desk.zammad.handle("GET", ME, headers)
    assert (answer.status, json.loads(answer.body)["error"]) == (status, error)


@pytest.mark.parametrize("scheme", ["Token token=", "Token ", "Bearer "])
def test_ways_to_send_a_token(desk: Desk, scheme: str) -> None:
    answer = desk.zammad.handle("GET", ME, {"authorization": scheme + desk.tokens["bot"]})
    assert json.loads(answer.body)["email"] == "bot@example.com"


def test_what_is_known_already_is_not_sent_again(desk: Desk) -> None:
    headers = {"Authorization": f"Token token={desk.tokens['bot']}"}
    etag = desk.zammad.handle("GET", ME, headers).headers["ETag"]
    assert desk.zammad.handle("GET", ME, {**headers, "If-None-Match": etag}).status == 304


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PATCH", "tickets/1", 404), ("GET", "nothing_here", 404), ("GET", "tags/add", 404), ("GET", "tickets/abc", 404)],
)
def test_unknown_routes(desk: Desk, method: str, path: str, status: int) -> None:
    assert desk.call(method, path)[0] == status


def test_broken_json_is_their_500(desk: Desk) -> None:
    headers = {"Authorization": f"Token token={desk.tokens['bot']}"}
    assert desk.zammad.handle("POST", "/api/v1/tickets", headers, b'{"title": ').status == 500


@given(st.sampled_from(["condition", "article", "links", "tags", "group_id", "attachments", "query"]), JSON)
def test_no_parameter_breaks_the_desk(name: str, value: object) -> None:
    desk = new_desk(SteppedClock(START))
    for method, path in (("POST", "tickets/search"), ("POST", "tickets"), ("POST", "ticket_articles")):
        status, answer = desk.call(method, path, {"ticket_id": 1, "title": "t", name: value})
        assert status in {200, 201, 403, 404, 422, 500}
        assert status < 300 or answer["error"]


def test_calls_are_counted(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    http.get(base + ME + "?x=1", timeout=PATIENCE_S)
    assert desk.zammad.requests == [Served("GET", ME + "?x=1", "bot@example.com")]


def test_status_faults_carry_retry_after_and_run_out(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    desk.zammad.faults.add(Fault("status", path="users/me", times=2, status=429, retry_after="7"))
    answers = [http.get(base + ME, timeout=PATIENCE_S) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_a_refused_connection(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    desk.zammad.faults.add(Fault("refuse"))
    with pytest.raises(requests.ConnectionError):
        http.get(base + ME, timeout=PATIENCE_S)
    assert desk.zammad.requests == []


def test_a_hanging_connection(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    desk.zammad.faults.add(Fault("hang"))
    with pytest.raises(requests.Timeout):
        http.get(base + ME, timeout=0.2)


def test_an_answer_lost_after_the_work_was_done(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    ticket = desk.ticket()
    desk.zammad.faults.add(Fault("lose answer", method="PUT"))
    with pytest.raises(requests.ConnectionError):
        http.put(f"{base}/api/v1/tickets/{ticket}", json={"level": 4}, timeout=PATIENCE_S)
    assert desk.shown(ticket)["level"] == 4


def test_delays_are_slept_before_the_answer(clock: SteppedClock) -> None:
    slept: list[float] = []
    zammad = SandboxZammad(clock, sleep=slept.append)
    zammad.faults.add(Fault("delay", seconds=1.5, times=None))
    for _ in range(2):
        zammad.handle("GET", ME, {})
    assert slept == [1.5, 1.5]
    zammad.faults.clear()
    zammad.handle("GET", ME, {})
    assert slept == [1.5, 1.5]


def test_the_socket_keeps_its_connection_and_its_umlauts(desk: Desk) -> None:
    with desk.zammad.serve() as server, requests.Session() as http:
        http.trust_env = False
        http.headers["Authorization"] = f"Token token={desk.tokens['bot']}"
        ticket = desk.ticket(title="Übergabe & <Test>")
        for _ in range(3):
            assert (
                http.get(f"{server.url}/api/v1/tickets/{ticket}", timeout=PATIENCE_S).json()["title"]
                == "Übergabe & <Test>"
            )


def test_a_closed_server_answers_no_more(desk: Desk) -> None:
    server = desk.zammad.serve()
    server.close()
    with closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) != 0


def test_the_background_worker_delivers_over_the_network(desk: Desk) -> None:
    arrived = Event()
    got: list[tuple[Mapping[str, str], bytes]] = []

    def receive(_method: str, _target: str, headers: Mapping[str, str], body: bytes) -> Response:
        got.append((headers, body))
        arrived.set()
        return Response(202)

    with RunningServer(receive, "127.0.0.1", 0, None) as receiver, desk.zammad.serve(deliver=True):
        desk.hook("höök", {"ticket.action": {"operator": "is", "value": "create"}}, endpoint=receiver.url + "/hook")
        desk.ticket()
        assert arrived.wait(PATIENCE_S)
    headers, body = got[0]
    assert headers["X-Zammad-Trigger"] == "höök"
    assert headers["X-Hub-Signature"] == signature("secret", body)
