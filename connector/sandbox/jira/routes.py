"""From a request to its answer: who asks, which function answers, what is refused."""

from collections.abc import Mapping

from connector.sandbox.jira import (
    comments,
    configuration,
    custom_fields,
    hooks,
    issues,
    portal,
    schemes,
    screens,
    search,
    service_desks,
    site,
    workflows,
)
from connector.sandbox.jira.access import authenticate, require_admin
from connector.sandbox.jira.call import PLATFORM, PORTAL, ROUTES, Answer, Call, Route, read_body, split_target, to_json
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import Flavour, User
from connector.sandbox.jira.world import CLOUD_ID, World
from connector.sandbox.wire import Response

RESOURCES: tuple[object, ...] = (
    *(comments, configuration, custom_fields, hooks, issues, portal, schemes, screens, search),
    *(service_desks, site, workflows),
)
"""Where the endpoints are."""
GATEWAY = f"/ex/jira/{CLOUD_ID}"
"""Before the paths of what comes by Atlassian's gateway."""
_PLATFORMS = {"cloud": ("/rest/api/3/", "/rest/api/latest/"), "datacenter": ("/rest/api/latest/",)}
_NOBODY = User.__new__(User)
_Table = dict[tuple[str, int, str], list[Route]]


def _area(segments: tuple[str, ...]) -> str:
    """The part of the API that a path belongs to."""
    place = 3 if segments[:2] == ("rest", "api") else 2
    return segments[place] if len(segments) > place else ""


def _table(flavour: Flavour) -> _Table:
    found: _Table = {}
    for route in ROUTES:
        if route.flavour in {None, flavour}:
            found.setdefault((route.method, len(route.segments), _area(route.segments)), []).append(route)
    for routes in found.values():
        routes.sort(key=lambda route: [segment == "*" for segment in route.segments])
    return found


_ROUTES: dict[Flavour, _Table] = {"cloud": _table("cloud"), "datacenter": _table("datacenter")}


def answer(world: World, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
    """The response to one request, and the e-mail address of who made it (empty if unknown).

    Never raises for a bad request: what the sandbox cannot read is answered with 500.
    """
    path, query, repeated = split_target(target)
    gateway = path.startswith(GATEWAY) and world.cloud
    path = path.removeprefix(GATEWAY) if gateway else path
    if path == "/_edge/tenant_info" and world.cloud:
        return _respond(200, {"cloudId": CLOUD_ID}), ""
    who = ""
    try:
        user = authenticate(world, headers, gateway=gateway)
        who = user.email if user else ""
        route, words = _find(world, method, path)
        _require_somebody(user, route)
        world.limits.admit(method, route.template, _issue_written(world, route, words))
        call = Call(world, user or _NOBODY, query, repeated, path, read_body(body, headers))
        if route.admin:
            require_admin(call)
        found = [find(call, word) if find else word for find, word in zip(route.finders, words, strict=True)]
        value = route.handler(call, *found)
        value = route.shape(call, value) if route.shape else value
        told = value if isinstance(value, Answer) else Answer(route.status, value)
        return _respond(*told, world.limits.left(method, route.template)), who
    except JiraError as error:
        return _respond(error.status, error.payload(portal=path.startswith(PORTAL)), error.headers), who
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        text = f"the sandbox cannot read this request: {type(fault).__name__}: {fault}"
        return _respond(500, {"errorMessages": [text], "errors": {}}), who


def _respond(status: int, value: object, more: Mapping[str, str] | None = None) -> Response:
    if value is None:
        return Response(status, {**(more or {})})
    return Response(status, {"Content-Type": "application/json;charset=UTF-8", **(more or {})}, to_json(value))


def _find(world: World, method: str, path: str) -> tuple[Route, list[str]]:
    for prefix in _PLATFORMS[world.flavour]:
        if path.startswith(prefix):
            path = PLATFORM + path.removeprefix(prefix)
    segments = tuple(path.strip("/").split("/"))
    for route in _ROUTES[world.flavour].get((method, len(segments), _area(segments)), ()):
        pairs = list(zip(route.segments, segments, strict=True))
        if all(wanted in {"*", given} for wanted, given in pairs):
            return route, [given for wanted, given in pairs if wanted == "*"]
    raise JiraError(404, f"The requested resource {method} {path} does not exist.")


def _require_somebody(user: User | None, route: Route) -> None:
    if user is None and not route.public:
        raise JiraError(401, "You are not authenticated. Authentication required to perform this operation.")


def _issue_written(world: World, route: Route, words: list[str]) -> str | None:
    """The issue that a route writes to, by id."""
    if not words or not route.template.startswith(f"{PLATFORM}issue/"):
        return None
    return str(world.issue_ids.get(words[0].upper()) or words[0])
