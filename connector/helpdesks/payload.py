"""Values of a payload, each checked before it is used; every error names its place."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn

from webhooks.problem import Refusal, clean

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Value:
    """A value of unknown type and the place where it stands, such as ``ticket.id``."""

    raw: object
    place: str

    def __getitem__(self, name: str) -> "Value":
        """The member of an object. Raises ``Refusal`` (400) if this is no object or lacks the member."""
        if not isinstance(self.raw, dict):
            _refuse(f"{self.place or 'body'}: expected an object")
        place = f"{self.place}.{name}" if self.place else name
        if name not in self.raw:
            _refuse(f"{place}: missing")
        return Value(self.raw[name], place)

    def find(self, *names: str) -> object:
        """What stands at the end of this way through objects; ``None`` where there is none."""
        found = self.raw
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def identifier(self) -> int:
        """A positive whole number of at most 63 bits. Raises ``Refusal`` (400)."""
        # `type is`, because True is an int to isinstance.
        if type(self.raw) is not int or not 0 < self.raw <= _LARGEST_ID:
            _refuse(f"{self.place}: expected a positive integer")
        return self.raw

    def numeral(self) -> int:
        """The same, where the sender may write it as text: ``"10041"``. Raises ``Refusal`` (400)."""
        text = self.raw
        if isinstance(text, str) and len(text) < 20 and text.isascii() and text.isdigit():
            return Value(int(text), self.place).identifier()
        return self.identifier()


def parse(body: bytes) -> Value:
    """The payload in a body of strict JSON (RFC 8259): UTF-8, no duplicate names, no NaN.

    Raises ``Refusal`` (400) that names the place.
    """
    try:
        return Value(_decoder.decode(body.decode()), "")
    except UnicodeDecodeError as error:
        _refuse(f"body: not UTF-8 at byte {error.start}")
    except json.JSONDecodeError as error:
        _refuse(f"body: {error.msg} at character {error.pos}")
    except RecursionError:
        _refuse("body: nested too deeply")
    except ValueError:
        # Python's own limit on the digits of one number.
        _refuse("body: a number with too many digits")


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        _refuse(f"body: duplicate name {clean(twice)!r}")
    return members


def _constant(name: str) -> NoReturn:
    _refuse(f"body: {name} is not JSON")


def _refuse(detail: str) -> NoReturn:
    raise Refusal(HTTPStatus.BAD_REQUEST, detail)


_decoder = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant)
