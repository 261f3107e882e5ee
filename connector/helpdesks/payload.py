"""Values of a webhook's payload, each checked before it is used; every error names its place."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

_LARGEST_ID = 2**63 - 1


class PayloadError(Exception):
    """A payload does not say what it must. The text names the thing and the place.

    No ``ValueError``: the JSON decoder raises those itself.
    """


@dataclass(frozen=True, slots=True)
class Value:
    """A value of unknown type and the place where it stands, such as ``ticket.id``."""

    raw: object
    place: str

    def __getitem__(self, name: str) -> "Value":
        """The member of an object. Raises PayloadError if this is no object or lacks the member."""
        if not isinstance(self.raw, dict):
            raise PayloadError(f"{self.place or 'body'}: expected an object")
        place = f"{self.place}.{name}" if self.place else name
        if name not in self.raw:
            raise PayloadError(f"{place}: missing")
        return Value(self.raw[name], place)

    def find(self, *names: str) -> object:
        """What stands at the end of this way through objects; ``None`` where there is none."""
        value = self.raw
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def identifier(self) -> int:
        """A positive whole number of at most 63 bits. Raises PayloadError."""
        # `type is`, because True is an int to isinstance.
        if type(self.raw) is not int or not 0 < self.raw <= _LARGEST_ID:
            raise PayloadError(f"{self.place}: expected a positive integer")
        return self.raw

    def numeral(self) -> int:
        """The same, where the sender may write it as text: ``"10041"``. Raises PayloadError."""
        text = self.raw
        if isinstance(text, str) and len(text) < 20 and text.isascii() and text.isdigit():
            return Value(int(text), self.place).identifier()
        return self.identifier()


def parse(body: bytes) -> Value:
    """The payload in a body of strict JSON (RFC 8259): UTF-8, no duplicate names, no NaN.

    Raises PayloadError that names the place.
    """
    try:
        return Value(_decoder.decode(body.decode()), "")
    except UnicodeDecodeError as error:
        raise PayloadError(f"body: not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise PayloadError(f"body: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise PayloadError("body: nested too deeply") from None
    except ValueError:
        # Python's own limit on the digits of one number.
        raise PayloadError("body: a number with too many digits") from None


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise PayloadError(f"body: duplicate name {clean(twice)!r}")
    return members


def _constant(name: str) -> NoReturn:
    raise PayloadError(f"body: {name} is not JSON")


def clean(text: str, limit: int = 60) -> str:
    """A short excerpt of a stranger's text that is safe in a log line, a header or an answer."""
    shown = "".join(char if char.isascii() and char.isprintable() else "?" for char in text[:limit])
    return shown if len(text) <= limit else f"{shown}..."


_decoder = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant)
