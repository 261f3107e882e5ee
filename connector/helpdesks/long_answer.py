"""Long answers: read piece by piece, never held whole.

Whoever can write a mail decides how long a ticket is. Up to ``SHORT`` bytes an answer is read at once. Of a longer one
texts beyond a length are cut while they come in, rows that nobody needs (entries of a history) are dropped one by one,
and what is kept has a bound: ``KEPT`` bytes of memory. So a thread never holds more than that, and a process no more
than one such answer (``turn``).
"""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from json.decoder import JSONDecodeError
from typing import Any, Protocol

from pydantic import BaseModel

SHORT = 1024 * 1024
"""Bytes of an answer that is read at once."""

KEPT = 40 * 1024 * 1024
"""Bytes of memory that the kept part of one answer takes at most."""

MOST_ROWS = 20_000
"""Rows of one kind, such as messages or changes that matter, of one ticket."""

LONGEST_TEXT = 128 * 1024
"""Bytes of one text. What a person writes is shorter."""

LONGEST_OF_MANY = 2_000
LONGEST_OF_VERY_MANY = 500
"""The same, once an eighth or a quarter of what may be kept is used up."""

CUT = "\ufdd0"
"""The end of a text that was cut: no character, so nobody writes it. Decoders take it off and say so."""

PIECE = 64 * 1024

_LONGEST_VALUE = 2 * 1024 * 1024
"""Characters of what is read as a whole: a row, or what holds no rows. In memory it takes up to twenty times as much.
"""

Rows = Mapping[tuple[str, ...], Callable[[Any], Any | None]]
"""Where in the answer rows stand (names of members from the outermost on), in a list or as members of an object, and
what to keep of each: ``None`` drops it."""


class TooLongError(Exception):
    """More than may be read or kept."""


class NoTurnError(Exception):
    """Another long answer is being worked on."""


class Source(Protocol):
    """The decoded body of an answer."""

    def read(self, amount: int) -> bytes:
        """The next bytes; empty at the end."""


_turn = threading.Lock()
_own = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Around one piece of work in one thread: of all such threads of a process only one at a time works with a long
    answer, from its reading to the end of the work."""
    _own.waits = True
    _own.has = False
    try:
        yield
    finally:
        if _own.has:
            _turn.release()
        _own.waits = _own.has = False


def take_turn(seconds: float) -> None:
    """Waits until no other thread works with a long answer. Raises NoTurnError after ``seconds``."""
    if not is_pressed() or _own.has:
        return
    if not _turn.acquire(timeout=seconds):
        raise NoTurnError
    _own.has = True


def is_pressed() -> bool:
    """Whether this thread works under a lease, so that a look has to end soon and may go on later."""
    return getattr(_own, "waits", False)


class Long:
    """What was read of a long answer."""

    def __init__(self, value: Any, cut: int) -> None:
        self.value = value
        self.cut = cut
        """How many texts were cut."""


def read(source: Source, first: bytes, rows: Rows) -> Long:
    """The JSON of an answer that begins with ``first``.

    :raises TooLongError: even so it is too much.
    :raises ValueError: it is no JSON.
    """
    cutter = _Cutter()
    reader = _Reader(_pieces(source, first), cutter, rows)
    return Long(reader.whole(), cutter.cut)


def _pieces(source: Source, first: bytes) -> Iterator[bytes]:
    for at in range(0, len(first), PIECE):
        yield first[at : at + PIECE]
    while piece := source.read(PIECE):
        yield piece


_STRINGS = re.compile(rb'(?:[^"]*+"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_STRING = re.compile(rb'[^"]*+("[^"\\]*+(?:\\.[^"\\]*+)*+")', re.DOTALL)
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_WHOLE = re.compile(rb'[^"\\]*+(?:\\(?:u[0-9a-fA-F]{4}|[^u])[^"\\]*+)*+', re.DOTALL)
_HALF = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}$")
_QUOTE = ord('"')


class _Cutter:
    """Lets JSON pass and cuts the texts in it that are longer than ``longest`` bytes as they are written there."""

    def __init__(self) -> None:
        self.longest = LONGEST_TEXT
        self.cut = 0
        self._rest = b""
        self._skips = False

    def passed(self, piece: bytes) -> bytes:
        """What may go on of all that has come so far; a text that has not ended is kept back."""
        data, at, out = self._rest + piece, 0, list[bytes]()
        self._rest = b""
        if self._skips:
            at = _end(_INSIDE, data, 0)
            if at == len(data) or data[at] != _QUOTE:
                # Nothing more, or a backslash whose other half is still to come.
                self._rest = data[at:]
                return b""
            self._skips = False
            out.append(b'"')
            at += 1
        copied = at
        if len(data) - at > self.longest:
            while (found := _STRING.match(data, at)) is not None:
                begin, at = found.span(1)
                if at - begin - 2 > self.longest:
                    out += data[copied:begin], self._head(data, begin), b'"'
                    copied = at
        else:
            at = _end(_STRINGS, data, at)
        begin = data.find(b'"', at)
        if begin < 0:
            out.append(data[copied:])
        elif len(data) - begin > self.longest:
            out += data[copied:begin], self._head(data, begin)
            self._skips = True
            self._rest = data[_end(_INSIDE, data, begin + 1) :]
        else:
            out.append(data[copied:begin])
            self._rest = data[begin:]
        return b"".join(out)

    def rest(self) -> bytes:
        """What is left at the end: a text without an end."""
        return self._rest

    def _head(self, data: bytes, begin: int) -> bytes:
        """The begin of a text, with the quotation mark before it: no half of a character at its end."""
        self.cut += 1
        head = data[begin + 1 : begin + 1 + self.longest]
        head = _HALF.sub(b"", head[: _end(_WHOLE, head, 0)])
        return b'"' + (head.decode("utf-8", "ignore") + CUT).encode()


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = pattern.match(data, at)
    assert found is not None
    return found.end()


class _Reader:
    """Takes JSON apart as it comes in: down to where rows stand member by member, everything else as a whole."""

    def __init__(self, pieces: Iterator[bytes], cutter: _Cutter, rows: Rows) -> None:
        self._pieces = pieces
        self._cutter = cutter
        self._rows = rows
        self._text = ""
        self._at = 0
        self._bytes = b""
        self._ended = False
        self._kept = 0
        self._shared: set[int] = set()

    def whole(self) -> Any:
        """The answer's value."""
        value = self._value(())
        if self._peek():
            raise JSONDecodeError("more than one value", "", 0)
        return value

    def _value(self, path: tuple[str, ...]) -> Any:
        keep = self._rows.get(path)
        leads_on = keep is not None or any(place[: len(path)] == path for place in self._rows)
        begin = self._peek() if leads_on else ""
        if begin == "{":
            return dict(self._members(path, keep))
        if begin == "[" and keep is not None:
            return [kept for _, kept in self._items(keep)]
        return self._counted(self._leaf())

    def _members(self, path: tuple[str, ...], keep: Callable[[Any], Any | None] | None) -> Iterator[tuple[str, Any]]:
        count = 0
        for place in self._elements("}"):
            name = self._leaf()
            if not isinstance(name, str) or self._peek() != ":":
                raise JSONDecodeError("no member of an object", "", place)
            self._at += 1
            if keep is None:
                yield name, self._value((*path, name))
            elif (kept := keep(self._leaf())) is not None:
                count = self._row(count, kept)
                yield name, kept

    def _items(self, keep: Callable[[Any], Any | None]) -> Iterator[tuple[int, Any]]:
        count = 0
        for place in self._elements("]"):
            if (kept := keep(self._leaf())) is not None:
                count = self._row(count, kept)
                yield place, kept

    def _row(self, count: int, kept: Any) -> int:
        if count >= MOST_ROWS:
            raise TooLongError(f"more than {MOST_ROWS:,} rows")
        self._counted(kept)
        return count + 1

    def _elements(self, end: str) -> Iterator[int]:
        """Stops before each element of a list or object, and behind its end."""
        self._at += 1
        count = 0
        while (begin := self._peek()) != end:
            if count:
                if begin != ",":
                    raise JSONDecodeError("no comma", "", count)
                self._at += 1
                self._peek()
            yield count
            count += 1
        self._at += 1

    def _leaf(self) -> Any:
        """The next value as a whole."""
        self._peek()
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
            except JSONDecodeError:
                if not self._more():
                    raise
                continue
            # A number may go on in the next piece; so may one whose point or exponent is all that is there of the rest.
            if (end == len(self._text) or self._text[end] in ".eE") and self._more():
                continue
            self._at = end
            return value

    def _counted(self, value: Any) -> Any:
        self._kept += _size(value, self._shared)
        if self._kept > KEPT:
            raise TooLongError(f"more than {KEPT // 1024**2} MB even with its texts cut")
        if self._kept > KEPT // 8:
            self._cutter.longest = LONGEST_OF_MANY if self._kept < KEPT // 4 else LONGEST_OF_VERY_MANY
        return value

    def _peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Twice as much text as is waiting to be read, so that a long value is not begun anew for each piece."""
        waiting = self._text[self._at :]
        parts, length, wanted = [waiting], len(waiting), 2 * len(waiting)
        while not self._ended and (length <= wanted or length == len(waiting)):
            if length > _LONGEST_VALUE:
                raise TooLongError(f"one value of more than {_LONGEST_VALUE // 1024**2} MB")
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                data = self._bytes + self._cutter.rest()
                text, self._bytes = data.decode(), b""
            else:
                text = self._decoded(self._cutter.passed(piece))
            parts.append(text)
            length += len(text)
        self._text, self._at = "".join(parts), 0
        return length > len(waiting)

    def _decoded(self, data: bytes) -> str:
        """As far as its characters are complete."""
        data = self._bytes + data
        try:
            text, self._bytes = data.decode(), b""
        except UnicodeDecodeError as error:
            if len(data) - error.start > 3:
                raise
            text, self._bytes = data[: error.start].decode(), data[error.start :]
        return text


_OF_MODEL = 1_500
"""Bytes of a model of pydantic's without its values, nearly: it has a dictionary, and a set of what was given."""

_SPACE = re.compile(r"[ \t\n\r]+")
_decoder = json.JSONDecoder()


def _size(value: Any, shared: set[int]) -> int:
    """Bytes of memory, nearly: of what JSON is made of, and of shapes with their values, once each."""
    if isinstance(value, dict):
        return sys.getsizeof(value) + sum(_size(name, shared) + _size(item, shared) for name, item in value.items())
    if isinstance(value, list | tuple):
        return sys.getsizeof(value) + sum(_size(item, shared) for item in value)
    if not isinstance(value, BaseModel) and not is_dataclass(value):
        return sys.getsizeof(value)
    if id(value) in shared:
        return 0
    shared.add(id(value))
    if isinstance(value, BaseModel):
        return _OF_MODEL + sum(_size(item, shared) for item in vars(value).values())
    return sys.getsizeof(value) + sum(_size(getattr(value, field.name), shared) for field in fields(value))
