"""One API call on its way in and out: parameters as Rails reads them, answers as Rails writes them, and its route."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from connector.sandbox.wire import Response, header
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record, is_on
from connector.sandbox.zammad.world import World

Answer = tuple[int, object]
"""Status and the value that becomes the JSON body; bytes are sent as they are."""
Handler = Callable[..., Answer]
H = TypeVar("H", bound=Handler)
ROUTES: dict[str, tuple[Handler, tuple[str, ...]]] = {}
"""Method and path below `/api/v1` → what answers it, and the permissions of which one is needed."""

_KEY_PART = re.compile(r"\[([^\]]*)\]")
_ESCAPED_IN_JSON = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def route(*paths: str, needs: str = "") -> Callable[[H], H]:
    """What answers `GET tickets/:id`, called with the call and the path's ids; `needs` are permissions, any of them."""

    def register(handler: H) -> H:
        ROUTES.update({path: (handler, tuple(needs.split())) for path in paths})
        return handler

    return register


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request with its parameters (query and body together, as Rails does)."""

    world: World
    user: Record
    params: Record
    escaped: bool
    """The body wrote some characters as `\\uXXXX`, which Zammad counts as six characters."""
    limits: frozenset[str] | None = None
    """The permissions of the token, if it has fewer than its user."""

    def flag(self, name: str) -> bool:
        """Whether a parameter such as `expand` is on."""
        return is_on(self.params.get(name))

    def number(self, name: str, default: int) -> int:
        """A whole-number parameter."""
        try:
            return int(str(self.params.get(name, default)))
        except ValueError:
            return default

    def page(self, default: int, most: int) -> tuple[int, int]:
        """How many rows are wanted, and how many are left out before them."""
        size = max(1, min(self.number("per_page", self.number("limit", default)), most))
        return size, (max(1, self.number("page", 1)) - 1) * size


def split_target(target: str) -> tuple[str, Record]:
    """Path and query parameters of a request target."""
    parts = urlsplit(target)
    return unquote(parts.path), nested(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {}


def nested(pairs: list[tuple[str, str]]) -> Record:
    """`a[b][c]=1` as `{"a": {"b": {"c": "1"}}}` and `a[]=1` as a list, as Rails reads forms (recordings 036, 203)."""
    params: Record = {}
    for key, value in pairs:
        head, *rest = [key.split("[", 1)[0], *_KEY_PART.findall(key)]
        target = params
        while rest and rest[0]:
            target = target.setdefault(head, {})
            head = rest.pop(0)
        if rest:
            target.setdefault(head, []).append(value)
        else:
            target[head] = value
    return params


def body_params(headers: Mapping[str, str], body: bytes) -> Record:
    """The parameters in a request body. Raises ApiError 500 for broken JSON, as Zammad does (recording 179)."""
    text = body.decode("utf-8", "replace")
    if not text.strip():
        return {}
    if "x-www-form-urlencoded" in header(headers, "Content-Type"):
        return nested(parse_qsl(text, keep_blank_values=True))
    try:
        value = json.loads(text)
    except ValueError:
        raise ApiError(500, f"unexpected token at '{text}'", human=False) from None
    return value if isinstance(value, dict) else {}


def to_json(value: object) -> bytes:
    """Compact JSON with `< > &` escaped as Rails does, in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPED_IN_JSON.items():
        text = text.replace(character, escape)
    return text.encode()


def respond(answer: Answer, headers: Mapping[str, str]) -> Response:
    """The answer on the wire, with an ETag; 304 if the caller has it already (recording 319)."""
    status, value = answer
    body = value if isinstance(value, bytes) else to_json(value)
    etag = f'W/"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    if status == 200 and header(headers, "If-None-Match") == etag:
        return Response(304, {"ETag": etag})
    return Response(status, {"Content-Type": "application/json; charset=utf-8", "ETag": etag}, body)
