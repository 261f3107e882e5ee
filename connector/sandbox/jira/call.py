"""One API call on its way in and out, and which function answers it: a line above the function says so.

    @answers("GET issue/{issue}/comment/*")

`*` hands over what stands there, `{issue}` what the function found for it that calls itself `@noun("issue")`. A value
is answered with the usual status of the method unless the line or an `Answer` says another.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from functools import partial
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import Flavour, Json, User
from connector.sandbox.jira.world import World
from connector.sandbox.wire import header

PLATFORM, PORTAL = "/rest/api/2/", "/rest/servicedeskapi/"
_USUAL = {"GET": 200, "POST": 201, "PUT": 204, "DELETE": 204}
F = TypeVar("F", bound=Callable[..., Any])


class File(NamedTuple):
    """A file that came by multipart."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a known user with its query and its body."""

    world: World
    user: User
    query: dict[str, str]
    repeated: Mapping[str, list[str]]
    path: str
    body: Any = None

    def file(self) -> File:
        """The file in a multipart body. Raises JiraError 400 if there is none."""
        if not isinstance(self.body, File):
            raise JiraError(400, "The request must be multipart/form-data with a file.")
        return self.body

    def flag(self, name: str) -> bool:
        """Whether a parameter such as `returnIssue` is on."""
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str, default: int) -> int:
        """A whole-number parameter. Raises JiraError 400."""
        text = self.query.get(name) or str(default)
        try:
            return max(0, int(text))
        except ValueError:
            raise JiraError(400, f"'{text}' is not a number for '{name}'.") from None

    def words(self, name: str) -> list[str]:
        """A parameter with commas, or given several times."""
        texts = self.repeated.get(name, ())
        return [word.strip() for text in texts for word in text.split(",") if word.strip()]

    def fields(self) -> dict[str, Json]:
        """The body as an object. Raises JiraError 400 if it is none."""
        if not isinstance(self.body, dict):
            raise JiraError(400, "The request body must be a JSON object.")
        return self.body

    def text(self, name: str) -> str:
        """A text in the body that must be there. Raises JiraError 400."""
        value = self.fields().get(name)
        if not isinstance(value, str) or not value.strip():
            raise JiraError(400, fields={name: f"The {name} must be given as a text."})
        return value

    def list(self, name: str, most: int) -> list[Json]:
        """A list in the body that must be there and may not be longer. Raises JiraError 400."""
        value = self.fields().get(name)
        if not isinstance(value, list) or len(value) > most:
            raise JiraError(400, f"{name} must be a list of at most {most}.")
        return value


def split_target(target: str) -> tuple[str, dict[str, str], dict[str, list[str]]]:
    """Path and query parameters of a request target, by their last value and by all of them."""
    parts = urlsplit(target)
    repeated: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True) if parts.query else ():
        repeated.setdefault(name, []).append(value)
    return unquote(parts.path), {name: values[-1] for name, values in repeated.items()}, repeated


def read_body(body: bytes, headers: Mapping[str, str]) -> Any:
    """The JSON of a request, or its file.

    Raises JiraError 400; 403 for a file without the header that tells it from a form of another site.
    """
    kind = header(headers, "Content-Type")
    if kind.startswith("multipart/form-data"):
        if header(headers, "X-Atlassian-Token") not in ("no-check", "nocheck"):
            raise JiraError(403, "XSRF check failed")
        return _file(body, kind)
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        raise JiraError(400, "There was an error parsing JSON. Check that your request body is valid.") from None


def _file(body: bytes, kind: str) -> File:
    """The part called ``file``, as RFC 7578 has it."""
    held = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    for part in held.iter_parts():
        if part.get_param("name", header="content-disposition") == "file" and part.get_filename():
            return File(str(part.get_filename()), bytes(part.get_payload(decode=True) or b""))
    raise JiraError(400, "No file was sent.")


def to_json(value: Json) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def page(call: Call, values: list[Json], default: int = 50, most: int = 100, below: str = "values") -> dict[str, Json]:
    """A page as most lists of Jira have it: `startAt`, `maxResults`, `total`, `isLast`, `values`."""
    start, size = call.number("startAt", 0), min(call.number("maxResults", default), most)
    last = start + size >= len(values)
    told = {"startAt": start, "maxResults": size, "total": len(values), below: values[start : start + size]}
    return told | ({"isLast": last} if below == "values" else {})


class Answer(NamedTuple):
    """A value with a status that only its function knows."""

    status: int
    value: Json = None


Shape = Callable[[Call, list[Json]], Json]
"""What becomes of the values of a list."""


class Route(NamedTuple):
    """A path with `*` for its parameters, and the function that takes what was found for them in order."""

    method: str
    template: str
    segments: tuple[str, ...]
    finders: tuple[Callable[..., Any] | None, ...]
    handler: Callable[..., Json]
    status: int
    flavour: Flavour | None
    """The only one that has it."""
    admin: bool
    """Whether it is for administrators of the site; or, below, for everybody, with or without an account."""
    public: bool
    shape: Shape | None


ROUTES: list[Route] = []
_NOUNS: dict[str, Callable[..., Any]] = {}


def noun(name: str) -> Callable[[F], F]:
    """Marks what finds a thing for a call and the part of the path that names it, or raises JiraError."""

    def marked(found: F) -> F:
        _NOUNS[name] = found
        return found

    return marked


def answers(
    line: str,
    status: int | None = None,
    *,
    below: str = PLATFORM,
    on: Flavour | None = None,
    admin: bool = False,
    public: bool = False,
    shape: Shape | None = None,
) -> Callable[[F], F]:
    """See the module. Paths are `below` the platform's API unless they start with a slash; `shape` makes an answer of
    the list that the function returns."""
    method, _, path = line.partition(" ")
    words = (path if path.startswith("/") else below + path).strip("/").split("/")
    parameters = [word for word in words if word == "*" or word.startswith("{")]
    finders = tuple(_NOUNS[word.strip("{}")] if word != "*" else None for word in parameters)
    segments = tuple("*" if word in parameters else word for word in words)

    def marked(handler: F) -> F:
        template = "/" + "/".join(segments)
        usual = status or _USUAL[method]
        ROUTES.append(Route(method, template, segments, finders, handler, usual, on, admin, public, shape))
        return handler

    return marked


portal = partial(answers, below=PORTAL)
"""For paths of the service desk API."""
