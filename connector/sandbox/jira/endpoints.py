"""Which function answers what: a line above it says so.

    @answers("GET issue/{issue}/comment/*")

`*` hands over what stands there, `{issue}` what the function found for it that calls itself `@noun("issue")`. A value
is answered with the usual status of the method unless the line or an `Answer` says another.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from connector.sandbox.jira.records import Flavour, Json

PLATFORM, PORTAL = "/rest/api/2/", "/rest/servicedeskapi/"
_USUAL = {"GET": 200, "POST": 201, "PUT": 204, "DELETE": 204}
F = TypeVar("F", bound=Callable[..., Any])


class Answer(NamedTuple):
    """A value with a status that only its function knows."""

    status: int
    value: Json = None


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
) -> Callable[[F], F]:
    """See the module. Paths are `below` the platform's API unless they start with a slash."""
    method, _, path = line.partition(" ")
    words = (path if path.startswith("/") else below + path).strip("/").split("/")
    parameters = [word for word in words if word == "*" or word.startswith("{")]
    finders = tuple(_NOUNS[word.strip("{}")] if word != "*" else None for word in parameters)
    segments = tuple("*" if word in parameters else word for word in words)

    def marked(handler: F) -> F:
        template = "/" + "/".join(segments)
        usual = status or _USUAL[method]
        ROUTES.append(Route(method, template, segments, finders, handler, usual, on, admin, public))
        return handler

    return marked


portal = partial(answers, below=PORTAL)
"""For paths of the service desk API."""
