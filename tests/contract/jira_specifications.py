"""The official specifications as the judge of every call that a sandbox Jira answered.

Of calls that look alike (same method, path, status, and the same keys and types in both bodies) one is judged, once per
run (`jira_recorder`). Cloud is judged by the platform's v3 specification, to which its v2 paths are mapped: the
differences are in `CLOUD_CORRECTIONS` (`jira_corrections`).
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from connector.sandbox.jira import Exchange
from tests import evidence
from tests.contract.jira_corrections import CORRECTIONS

Json = Any


SILENT = {
    "/gateway/api/automation/": "Automation has a documentation of its own, and no specification here",
    "/_edge/tenant_info": "where a site tells its cloud id is documented, in no specification",
    "/rest/webhooks/1.0/": "admin webhooks are in no specification",
    "/rest/jira-webhook/1.0/": "admin webhooks are in no specification",
}
"""Paths that nothing can be said about."""

REFUSALS = frozenset({400, 401, 403, 404, 409, 429, 500})
"""Refusals are not described everywhere: they need Jira's error body, and nothing else."""
GONE = re.compile(r"/rest/api/\d/search$")
"""Removed in 2025 and still listed: 410 is right."""


@cache
def specification(name: str) -> OpenAPI:
    """One of the specifications, ready to judge."""
    return OpenAPI.from_dict(_document(name), config=Config(spec_validator_cls=None))


@cache
def _document(name: str) -> Json:
    """A specification put right."""
    document = evidence.specification(f"jira-{name}")
    document["servers"] = [{"url": "/rest" if name == "datacenter" else "/"}]
    for correction in CORRECTIONS[name]:
        correction.change(document)
    return document


class _Request:
    """A request as openapi-core wants to see it."""

    host_url = "http://sandbox.example"

    def __init__(self, exchange: Exchange, path: str) -> None:
        self.method = exchange.method.lower()
        self.path = path
        self.body = exchange.body or None
        self.content_type = _kind(exchange.body)
        query = ImmutableMultiDict(parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True))
        self.parameters = RequestParameters(query=query, header=Headers(), cookie=ImmutableMultiDict())


def _kind(body: bytes) -> str:
    """A file begins with the line that parts it from what follows (RFC 2046)."""
    boundary = body.partition(b"\r\n")[0]
    return f"multipart/form-data; boundary={boundary[2:].decode()}" if boundary[:2] == b"--" else "application/json"


class _Response:
    content_type = "application/json"

    def __init__(self, exchange: Exchange) -> None:
        self.status_code = exchange.status
        self.data = exchange.answer or None
        self.headers = Headers()


def judge(exchanges: Iterable[Exchange]) -> list[str]:
    """What the specifications object to; every complaint names the call."""
    return [complaint for exchange in exchanges for complaint in _judged(_at_the_site(exchange))]


def _at_the_site(exchange: Exchange) -> Exchange:
    """A call by the gateway is the same call at the site."""
    return exchange._replace(path=re.sub(r"^/ex/jira/[^/]+", "", exchange.path))


class Agreement(NamedTuple):
    """How much of what was said agrees with the specifications."""

    exchanges: int
    calls: int
    """Methods with their paths."""
    parameters: int
    """Of queries, each with its call."""


def agreement(exchanges: Iterable[Exchange]) -> Agreement:
    """What agrees, counted. Refusals are exchanges of their call."""
    calls: set[str] = set()
    parameters: set[tuple[str, str]] = set()
    agreeing = 0
    for exchange in exchanges:
        name, path, method = _specified(exchange), _path(exchange), exchange.method.lower()
        found = _operation(name, method, path)
        if found is not None and not list(_judged(exchange)):
            agreeing += 1
            call = f"{exchange.method} {found[0]}"
            calls.add(call)
            parameters |= {(call, key) for key, _ in parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True)}
    return Agreement(agreeing, len(calls), len(parameters))


def scopes_of(name: str, method: str, target: str) -> list[frozenset[str]]:
    """What a token has to have for a call, one set for each choice; nothing where no scope is needed or known."""
    path = re.sub(r"^/rest/api/(2|latest)/", "/rest/api/3/", urlsplit(target).path)
    found = _operation(name, method.lower(), path)
    return [frozenset(scopes) for scopes in found[1][method.lower()].get("x-scopes", ())] if found else []


def _specified(exchange: Exchange) -> str:
    """The specification that speaks of a call."""
    return "portal" if "/rest/servicedeskapi/" in exchange.path else exchange.flavour


def _path(exchange: Exchange) -> str:
    """The path of a call as its specification has it."""
    path = urlsplit(exchange.path).path
    return re.sub(r"^/rest/api/(2|latest)/", "/rest/api/3/", path) if exchange.flavour == "cloud" else path


def _judged(exchange: Exchange) -> Iterator[str]:
    path = urlsplit(exchange.path).path
    if any(path.startswith(silent) for silent in SILENT):
        return
    call = f"{exchange.flavour} {exchange.method} {path} → {exchange.status}"
    if exchange.status in REFUSALS or (exchange.status == 410 and GONE.search(path)):
        yield from (f"{call}: {problem}" for problem in _refusal_problems(path, exchange.answer))
        return
    name, path = _specified(exchange), _path(exchange)
    found, request = specification(name), _Request(exchange, path)
    try:
        found.validate_request(request)
    except PathError:
        yield f"{call}: the specification has no such call"
        return
    except OpenAPIError as error:
        yield f"{call}: request: {_told(error)}"
    unknown = request.parameters.query.keys() - _known_parameters(name, request.method, path)
    if unknown:
        yield f"{call}: request: unknown parameters {sorted(unknown)}"
    if not exchange.answer:
        yield from _empty_answer_problems(found, request, exchange, call)
        return
    try:
        found.validate_response(request, _Response(exchange))
    except OpenAPIError as error:
        yield f"{call}: answer: {_told(error)}"


def _known_parameters(name: str, method: str, path: str) -> set[str]:
    """The names that a query may have."""
    found = _operation(name, method, path)
    held = [*found[1].get("parameters", ()), *found[1][method].get("parameters", ())] if found else []
    return {parameter["name"] for parameter in held if parameter.get("in") == "query"}


def _operation(name: str, method: str, path: str) -> tuple[str, Json] | None:
    """The template of a path with what is said of it. Of several that fit, the one with fewest parameters counts."""
    fitting = [
        (template, held) for pattern, template, held in _operations(name) if method in held and pattern.fullmatch(path)
    ]
    return min(fitting, key=lambda pair: pair[0].count("{"), default=None)


@cache
def _operations(name: str) -> list[tuple[re.Pattern[str], str, Json]]:
    prefix = "/rest" if name == "datacenter" else ""
    paths = _document(name)["paths"].items()
    return [(re.compile(prefix + re.sub(r"\{[^}]+\}", "[^/]+", path)), path, held) for path, held in paths]


def _told(error: BaseException) -> str:
    """The error with the reasons behind it."""
    reasons = getattr(error.__cause__ or error, "schema_errors", None)
    if not reasons:
        return f"{error} {error.__cause__ or ''}"[:400]
    return "; ".join(f"{'.'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in reasons)[:900]


def _empty_answer_problems(found: OpenAPI, request: _Request, exchange: Exchange, call: str) -> Iterator[str]:
    """An empty answer must be one that the specification knows."""
    try:
        found.validate_response(request, _Response(exchange._replace(answer=b"null")))
    except OpenAPIError as error:
        text = str(error)
        if "Unknown response" in text or isinstance(error, PathError):
            yield f"{call}: answer: {text}"


def _refusal_problems(path: str, answer: bytes) -> Iterator[str]:
    """Refusals have the body of their API."""
    try:
        body = json.loads(answer)
    except ValueError:
        yield "the error is not JSON"
        return
    keys = {"errorMessage"} if path.startswith("/rest/servicedeskapi/") else {"errorMessages", "errors"}
    if not keys <= body.keys():
        yield f"the error lacks {sorted(keys - body.keys())}"
    if any("the sandbox cannot read" in str(text) for text in body.get("errorMessages", ())):
        yield f"the sandbox broke: {body}"
