"""What goes over the wire, and over which connection."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from connector.helpdesks import timed
from connector.helpdesks.connection import Connection
from connector.helpdesks.errors import UnavailableError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
GONE = b"HTTP/1.1 200 OK\r\nX-Then: gone\r\nContent-Length: 2\r\n\r\n{}"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"


class Server:
    """Answers each piece that comes in with the next of its answers; hangs up after ``LAST`` and ``GONE``."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.pieces: list[list[bytes]] = []
        """What came in, for each connection."""
        self.has_hung_up = Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def run(self) -> None:
        while self._answers:
            came, _ = self._socket.accept()
            self.pieces.append([])
            with came:
                while self._answers and (piece := came.recv(65536)):
                    self.pieces[-1].append(piece)
                    answer = self._answers.pop(0)
                    came.sendall(answer)
                    if answer in (LAST, GONE):
                        break
            self.has_hung_up.set()
        self._socket.close()


@contextmanager
def serving(*answers: bytes) -> Iterator[tuple[Server, Connection]]:
    server = Server(*answers)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    there = Connection("Zammad", server.url, "Token token=t", 5.0)
    yield server, there
    there.adapter.close()
    thread.join(5)


def test_a_request_goes_out_in_one_piece_over_the_connection_of_before() -> None:
    with serving(OK, CHUNKED, OK) as (server, there):
        for body in ({"title": "Störung"}, {}, None):
            response = there.send("PUT" if body is not None else "GET", "/api/v1/tickets/1?all=true", body, "here")
            assert there.read_json(response, "here") == {}

    [pieces] = server.pieces
    head, _, sent = pieces[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "PUT /api/v1/tickets/1?all=true HTTP/1.1"
    assert {f"Host: {server.url[7:]}", "Authorization: Token token=t", f"Content-Length: {len(sent)}"} <= set(headers)
    assert len({header.partition(":")[0].lower() for header in headers}) == len(headers)
    assert sent == '{"title": "Störung"}'.encode()
    assert len(pieces) == 3


@pytest.mark.parametrize(("path", "asked"), [("/a?b=1#c", "/a?b=1"), ("/a?b=http://c/d", "/a?b=http://c/d")])
def test_what_is_asked_for_is_what_stands_behind_the_address(path: str, asked: str) -> None:
    with serving(OK) as (server, there):
        there.send("GET", path, None, "here")

    assert server.pieces[0][0].startswith(f"GET {asked} HTTP/1.1\r\n".encode())


def test_after_an_answer_that_is_the_last_one_comes_another_connection() -> None:
    with serving(LAST, OK) as (server, there):
        for _ in range(2):
            assert there.read_json(there.send("GET", "/", None, "here"), "here") == {}

    assert [len(pieces) for pieces in server.pieces] == [1, 1]


def test_a_connection_that_has_been_idle_is_looked_at_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timed, "_JUST_NOW_S", 0.0)
    with serving(GONE, OK) as (server, there):
        there.send("GET", "/", None, "here")
        assert server.has_hung_up.wait(5)
        there.send("GET", "/", None, "here")

    assert [len(pieces) for pieces in server.pieces] == [1, 1]


def test_a_server_that_hangs_up_has_not_answered() -> None:
    with serving(GONE, OK) as (server, there):
        there.send("GET", "/", None, "here")
        assert server.has_hung_up.wait(5)
        with pytest.raises(UnavailableError, match="gives no answer"):
            there.send("GET", "/", None, "here")
        there.send("GET", "/", None, "here")


@pytest.mark.parametrize("odd", ["/a b", "/a\r\nX-Evil: 1", "/\u00fc"])
def test_nothing_is_smuggled_into_the_lines_before_the_body(odd: str) -> None:
    assert timed._head("GET", odd, None, {"Host": "h"}) is None
    assert timed._head("GET", "/", None, {"Host": "h", "X": odd[2:] + "\n"}) is None
    assert timed._head("GET", "/", None, {}) is None
    assert timed._head("POST", "/", None, {"Host": "h"}) is None
    assert timed._head("POST", "/", b"{}", {"Host": "h"}) is None
