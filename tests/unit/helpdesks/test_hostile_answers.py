"""No answer holds a thread or fills the memory."""

import gzip
import json
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks import long_answer
from connector.helpdesks.connection import Connection
from connector.helpdesks.errors import AnswerTooLongError, ServerFaultError, TicketWaitsError, UnavailableError
from connector.helpdesks.long_answer import CUT, LONGEST_TEXT, SHORT, Rows, read, turn
from connector.sandbox.adapter import InProcessAdapter
from connector.sandbox.faults import BrokenError
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response, bomb

MB = 1024 * 1024


class Pieces:
    """A body that comes in pieces of any size."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data = data
        self._size = size

    def read(self, amount: int) -> bytes:
        piece, self._data = self._data[: min(amount, self._size)], self._data[min(amount, self._size) :]
        return piece


def connection(answer: Response, most: int = 64 * MB) -> Connection:
    return Connection(
        "Zammad",
        "http://helpdesk.test",
        "Token token=t",
        1.0,
        adapter=lambda: InProcessAdapter(lambda *_: answer),
        max_answer_bytes=most,
    )


def got(answer: Response, rows: Rows | None = None, most: int = 64 * MB) -> Any:
    there = connection(answer, most)
    return there.read_json(there.send("GET", "/", None, "GET /"), "GET /", rows)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.integers(1, 40), st.booleans(), st.sampled_from([None, 2]))
def test_in_whatever_pieces_it_comes_the_value_is_the_same(
    value: Any, size: int, escaped: bool, indent: int | None
) -> None:
    text = json.dumps({"rows": [value], "rest": value}, ensure_ascii=escaped, indent=indent)
    source = Pieces(text.encode(), size)

    found = read(source, b"", {("rows",): lambda row: row if row is not None else None})

    assert found.value["rest"] == value
    assert found.value["rows"] == ([value] if value is not None else [])
    assert not found.cut


@given(st.text(min_size=60, max_size=400), st.integers(1, 90), st.booleans())
def test_a_long_text_is_cut_between_two_characters(text: str, size: int, escaped: bool) -> None:
    cutter = long_answer._Cutter()
    cutter.longest = 50
    data = json.dumps([text, "short"], ensure_ascii=escaped).encode()

    passed = b"".join(cutter.passed(data[at : at + size]) for at in range(0, len(data), size)) + cutter.rest()

    cut, short = json.loads(passed)
    assert cut.endswith(CUT)
    cut = cut.removesuffix(CUT)
    assert text.startswith(cut)
    assert short == "short"
    assert len(json.dumps(cut, ensure_ascii=escaped).encode()) <= 52


@pytest.mark.parametrize("end", ["", "}", '"', "]}", '"]} x'])
def test_what_is_no_json_is_no_json(end: str) -> None:
    with pytest.raises(ServerFaultError):
        got(Response(200, {}, b'{"rows": ["' + b"x" * SHORT + end.encode()))


def test_texts_of_a_long_answer_are_cut_and_its_rows_chosen() -> None:
    rows = [{"id": n, "body": "x" * 2 * LONGEST_TEXT} for n in range(20)]
    body = json.dumps({"ticket": 7, "rows": rows}).encode()

    answer = got(Response(200, {}, body), {("rows",): lambda row: row if row["id"] % 2 else None})

    assert answer["ticket"] == 7
    assert [row["id"] for row in answer["rows"]] == list(range(1, 20, 2))
    assert {row["body"] for row in answer["rows"]} == {"x" * LONGEST_TEXT + CUT}


def test_of_very_many_texts_only_the_begin_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answer, "KEPT", 2 * MB)
    rows = [{"id": n, "body": "ü" * 4_000} for n in range(600)]
    body = json.dumps({"rows": rows}, ensure_ascii=False).encode()

    answer = got(Response(200, {}, body), {("rows",): lambda row: row})

    lengths = [len(row["body"]) for row in answer["rows"]]
    assert len(lengths) == 600
    assert lengths[0] == 4_000
    assert lengths[-1] == long_answer.LONGEST_OF_VERY_MANY // 2 + len(CUT)


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, {}, b"[", forever=b"[1,2]," * 9_000),
        Response(200, {}, b'{"rows": [', forever=b'{"id": 1},' * 6_000),
        Response(200, {}, b'{"title": "', forever=b"x" * 60_000),
        Response(200, {}, b"", forever=b" " * 60_000),
        Response(200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 30 * MB)),
        Response(200, {"Content-Encoding": "gzip"}, gzip.compress(b'{"rows": [' + b'{"id":1},' * 2 * MB)),
    ],
    ids=["lists", "rows", "text", "spaces", "gzip of spaces", "gzip of rows"],
)
def test_an_answer_without_end_ends_with_an_error(answer: Response, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answer, "KEPT", 4 * MB)

    with pytest.raises(AnswerTooLongError, match="too long"):
        got(answer, {("rows",): lambda row: row}, most=24 * MB)


def test_a_text_without_end_is_not_held() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLongError):
            got(Response(200, {}, b'{"title": "', forever=b"x" * 60_000))
        assert tracemalloc.get_traced_memory()[1] < 8 * MB
    finally:
        tracemalloc.stop()


def test_an_error_without_end_is_the_error_that_it_is() -> None:
    there = connection(Response(500, {}, b"", forever=b"x" * 60_000))

    response = there.send("GET", "/", None, "GET /")

    assert response.status_code == 500
    assert len(response.content) == SHORT


@pytest.mark.slow
def test_a_bomb_of_gigabytes_is_read_to_the_limit_only() -> None:
    with pytest.raises(AnswerTooLongError):
        got(Response(200, {"Content-Encoding": "gzip"}, bomb()))


@pytest.mark.parametrize("until", [20, 80])
def test_a_byte_now_and_then_is_no_answer(until: int) -> None:
    """In the lines before the body, and in the body: dripping is no reason to wait longer."""

    def dripping(*_: object) -> Response:
        raise BrokenError("drip", 0.005 if until == 20 else 0.002)

    with RunningServer(dripping, "127.0.0.1", 0, None) as server:
        there = Connection("Zammad", server.url, "Token token=t", 0.2)
        began = datetime.now(UTC)
        with pytest.raises(UnavailableError, match="gives no answer"):
            there.send("GET", "/", None, "GET /")
    # 80 bytes of the first lines alone would take longer, and a million of the body hours.
    assert (datetime.now(UTC) - began).total_seconds() < 30


def test_one_long_answer_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event, Thread

    long = Response(200, {}, json.dumps({"rows": ["x" * SHORT]}).encode())
    begun, go_on = Event(), Event()

    def first() -> None:
        with turn():
            got(long)
            begun.set()
            go_on.wait(60)

    worker = Thread(target=first)
    worker.start()
    begun.wait(60)
    monkeypatch.setattr("connector.helpdesks.connection._TURN", datetime.resolution * 2)
    with turn(), pytest.raises(TicketWaitsError):
        got(long)
    go_on.set()
    worker.join()
    with turn():
        assert got(long)["rows"]
