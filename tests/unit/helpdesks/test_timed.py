"""What goes over the wire, and over which connection."""

import gzip
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate, pairwise
from pathlib import Path
from shutil import which
from threading import Event, Thread
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks import timed
from connector.helpdesks.connection import Connection
from connector.helpdesks.errors import UnavailableError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
GONE = b"HTTP/1.1 200 OK\r\nX-Then: gone\r\nContent-Length: 2\r\n\r\n{}"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"


class Server:
    """Answers each piece that comes in with the next of its answers; hangs up after one that says so."""

    def __init__(self, *answers: bytes, secured: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers)
        self._secured = secured
        self.pieces: list[list[bytes]] = []
        """What came in, for each connection."""
        self.has_hung_up = Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if secured else ''}://127.0.0.1:{self._socket.getsockname()[1]}"

    def run(self) -> None:
        while self._answers:
            came, _ = self._socket.accept()
            came = self._secured.wrap_socket(came, server_side=True) if self._secured else came
            self.pieces.append([])
            with came:
                while self._answers and (piece := came.recv(65536)):
                    self.pieces[-1].append(piece)
                    answer = self._answers.pop(0)
                    came.sendall(answer)
                    if b"X-Then: gone" in answer or answer == LAST:
                        break
            self.has_hung_up.set()
        self._socket.close()


@contextmanager
def serving(
    *answers: bytes, secured: ssl.SSLContext | None = None, ca_file: str | None = None
) -> Iterator[tuple[Server, Connection]]:
    server = Server(*answers, secured=secured)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    there = Connection("Zammad", server.url, "Token token=t", 5.0, ca_file=ca_file)
    yield server, there
    there.adapter.close()
    thread.join(5)


def test_a_request_goes_out_in_one_piece_over_the_connection_of_before() -> None:
    with serving(OK, OK, CHUNKED, OK) as (server, there):
        for body in (None, {"title": "Störung"}, {}, None):
            response = there.send("PUT" if body is not None else "GET", "/api/v1/tickets/1?all=true", body, "here")
            assert there.read_json(response, "here") == {}

    [pieces] = server.pieces
    head, _, sent = pieces[1].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "PUT /api/v1/tickets/1?all=true HTTP/1.1"
    assert {f"Host: {server.url[7:]}", "Authorization: Token token=t", f"Content-Length: {len(sent)}"} <= set(headers)
    assert len({header.partition(":")[0].lower() for header in headers}) == len(headers)
    assert sent == '{"title": "Störung"}'.encode()
    assert len(pieces) == 4


GZIPPED = gzip.compress(b'{"a": "' + b"x" * 5_000 + b'"}')


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (OK, {}),
        (CHUNKED, {}),
        (b"HTTP/1.1 200 OK\nContent-Length: 7\n\n[1,2,3]", [1, 2, 3]),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\ncontent-length:2\r\n\r\n{}", {}),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nTrailer: 1\r\n\r\n", {}),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED, None),
    ],
    ids=["length", "chunks", "bare lines", "continue", "trailers", "gzip"],
)
def test_an_answer_is_read_to_its_end_and_the_next_comes_over_the_same_connection(answer: bytes, value: object) -> None:
    with serving(OK, answer, OK) as (server, there):
        there.send("GET", "/", None, "here")
        response = there.send("GET", "/", None, "here")
        assert there.read_json(response, "here") == (value if value is not None else {"a": "x" * 5_000})
        assert there.read_json(there.send("GET", "/", None, "here"), "here") == {}

    assert [len(pieces) for pieces in server.pieces] == [3]


@pytest.mark.skipif(which("openssl") is None, reason="openssl makes the certificate for this test")
def test_over_tls_it_is_the_same_connection_too(tmp_path: Path) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(cert), "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(cert, key)
    with serving(OK, CHUNKED, OK, secured=secured, ca_file=str(cert)) as (server, there):
        for _ in range(3):
            assert there.read_json(there.send("GET", "/", None, "here"), "here") == {}

    assert [len(pieces) for pieces in server.pieces] == [3]


@given(body=st.binary(max_size=400), cuts=st.lists(st.integers(1, 60), max_size=8))
def test_in_whatever_pieces_a_body_is_sent_it_is_the_same(body: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(body), *(at for at in accumulate(cuts) if at < len(body))})
    chunks = [body[begin:end] for begin, end in pairwise(places)]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + coded)
        here.settimeout(5)
        answer = timed._Answer(here, method="GET")
        answer.begin()
        assert answer.read() == body
        assert not answer.will_close


@pytest.mark.parametrize("status", [204, 304])
def test_what_has_no_body_is_not_waited_for(status: int) -> None:
    with serving(OK, b"HTTP/1.1 %d No\r\n\r\n" % status, OK) as (server, there):
        there.send("GET", "/", None, "here")
        assert there.send("GET", "/", None, "here").content == b""
        assert there.send("GET", "/", None, "here").status_code == 200

    assert [len(pieces) for pieces in server.pieces] == [3]


def test_of_a_header_that_comes_twice_both_count() -> None:
    with serving(OK, b"HTTP/1.1 200 OK\r\nVary: a\r\nvary: b\r\nContent-Length: 2\r\n\r\n{}") as (_, there):
        there.send("GET", "/", None, "here")
        assert there.send("GET", "/", None, "here").headers["VARY"] == "a, b"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 2xx OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"Content-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"1" * 70_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-Then: gone\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-Then: gone\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-Then: gone",
    ],
    ids=["no HTTP", "no status", "headers", "long header", "cut body", "cut chunk", "cut head"],
)
def test_what_is_no_whole_answer_is_none_and_the_connection_is_not_used_again(answer: bytes) -> None:
    with serving(OK, answer, OK) as (server, there):
        there.send("GET", "/", None, "here")
        with pytest.raises(UnavailableError, match="gives no answer"):
            there.send("GET", "/", None, "here")
        assert there.read_json(there.send("GET", "/", None, "here"), "here") == {}

    assert [len(pieces) for pieces in server.pieces] == [2, 1]


def test_what_is_asked_for_is_what_stands_behind_the_address() -> None:
    with serving(OK, OK, OK) as (server, there):
        for path in ("/a?b=1", "/a?b=http://c/d", "/a?b=1#c"):
            there.send("GET", path, None, "here")

    asked = [piece.partition(b" HTTP")[0].decode() for piece in server.pieces[0]]
    assert asked == ["GET /a?b=1", "GET /a?b=http://c/d", "GET /a?b=1"]


@pytest.mark.parametrize("last", [LAST, b"HTTP/1.0 200 OK\r\nX-Then: gone\r\n\r\n{}"], ids=["closed", "of old"])
def test_after_an_answer_that_is_the_last_one_comes_another_connection(last: bytes) -> None:
    with serving(OK, last, last, OK) as (server, there):
        for _ in range(4):
            assert there.read_json(there.send("GET", "/", None, "here"), "here") == {}

    assert [len(pieces) for pieces in server.pieces] == [2, 1, 1]


def test_a_connection_that_the_server_has_closed_is_not_used() -> None:
    with serving(GONE, OK) as (server, there):
        there.send("GET", "/", None, "here")
        assert server.has_hung_up.wait(5)
        there.send("GET", "/", None, "here")

    assert [len(pieces) for pieces in server.pieces] == [1, 1]


def test_a_byte_now_and_then_over_a_connection_that_stands_is_no_answer() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
        here.settimeout(5)
        answer = timed._Answer(here, method="GET")
        answer.begin()
        until: Any = answer.fp.raw
        until._until = time.monotonic() + 0.05
        with pytest.raises(TimeoutError):
            answer.read(9)
        assert (here.gettimeout() or 5) <= 0.05
        until._until = 0.0
        with pytest.raises(TimeoutError, match="had not ended in time"):
            answer.read(9)


@pytest.mark.parametrize("odd", ["/a b", "/a\r\nX-Evil: 1", "/\u00fc", "/a#b"])
def test_nothing_is_smuggled_into_the_lines_before_the_body(odd: str) -> None:
    def plain(method: str, target: str, body: bytes | None = None, **headers: str) -> bytes | None:
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, f"http://helpdesk.example{target}", body
        request.headers = headers  # type: ignore[assignment]
        return timed._plain(request)

    assert plain("GET", "/", Host="h") == b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    assert plain("GET", odd, Host="h") is None
    assert plain("GET", "/", Host="h", X=odd[2:] + "\n") is None
    assert plain("GET", "/") is None
    assert plain("POST", "/", Host="h") is None
    assert plain("POST", "/", b"{}", Host="h") is None
