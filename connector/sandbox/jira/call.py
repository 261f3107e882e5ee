"""One API call on its way in and out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import Json, User
from connector.sandbox.jira.world import World

Answer = tuple[int, Json]
"""Status and the value that becomes the JSON body; None is an empty body."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a known user with its query and its body."""

    world: World
    user: User
    query: dict[str, str]
    body: Json = None
    repeated: Mapping[str, list[str]] = field(default_factory=dict)

    def flag(self, name: str) -> bool:
        """Whether a parameter such as `returnIssue` is on."""
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str, default: int) -> int:
        """A whole-number parameter.

        Raises JiraError 400.
        """
        text = self.query.get(name, "")
        if not text:
            return default
        try:
            return max(0, int(text))
        except ValueError:
            raise JiraError(400, f"'{text}' is not a number for '{name}'.") from None

    def words(self, name: str) -> list[str]:
        """A parameter with commas, or given several times."""
        texts = self.repeated.get(name, ())
        return [word.strip() for text in texts for word in text.split(",") if word.strip()]

    def fields(self) -> dict[str, Json]:
        """The body as an object.

        Raises JiraError 400 if it is none.
        """
        if not isinstance(self.body, dict):
            raise JiraError(400, "The request body must be a JSON object.")
        return self.body

    def text(self, name: str) -> str:
        """A text in the body that must be there.

        Raises JiraError 400.
        """
        value = self.fields().get(name)
        if not isinstance(value, str) or not value.strip():
            raise JiraError(400, fields={name: f"The {name} must be given as a text."})
        return value


def split_target(target: str) -> tuple[str, dict[str, str], dict[str, list[str]]]:
    """Path and query parameters of a request target, by their last value and by all of them."""
    parts = urlsplit(target)
    repeated: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True) if parts.query else ():
        repeated.setdefault(name, []).append(value)
    return unquote(parts.path), {name: values[-1] for name, values in repeated.items()}, repeated


def json_body(body: bytes) -> Json:
    """The JSON of a request.

    Raises JiraError 400.
    """
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError:
        raise JiraError(400, "There was an error parsing JSON. Check that your request body is valid.") from None


def to_json(value: Json) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def page(call: Call, values: list[Json], default: int = 50, most: int = 100) -> dict[str, Json]:
    """A page as most lists of Jira have it: `startAt`, `maxResults`, `total`, `isLast`, `values`."""
    start, size = call.number("startAt", 0), min(call.number("maxResults", default), most)
    shown = values[start : start + size]
    last = start + len(shown) >= len(values)
    return {"startAt": start, "maxResults": size, "total": len(values), "isLast": last, "values": shown}
