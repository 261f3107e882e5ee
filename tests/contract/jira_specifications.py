"""The official specifications as the judge of every call that a sandbox Jira answered.

`judge` looks at exchanges; `Recorder` collects them from every sandbox there is while it listens. Of calls that look
alike (same method, path, status, and the same keys and types in both bodies) one is judged, once per run. Cloud is
judged by the platform's v3 specification, to which its v2 paths are mapped: the differences are in `CLOUD_CORRECTIONS`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from connector.sandbox.jira import Exchange
from connector.sandbox.jira.desk import WATCHERS
from tests import evidence

Json = Any


class Correction(NamedTuple):
    """Where a specification is wrong: what is put right, and why we know better."""

    reason: str
    change: Callable[[Json], None]


def _any_value(*schemas: str) -> Callable[[Json], None]:
    """Properties of schemas that take any value: `Schema.property`, or `Schema.*` for all further ones."""

    def change(document: Json) -> None:
        for name in schemas:
            schema, _, held = name.partition(".")
            found = document["components"]["schemas"][schema]
            if held == "*":
                found["additionalProperties"] = True
            elif held.endswith(".*"):
                found["properties"][held[:-2]]["additionalProperties"] = True
            else:
                found["properties"][held] = {}

    return change


def _lists(*paths: str) -> Callable[[Json], None]:
    """Answers that are lists of what the specification shows one of."""

    def change(document: Json) -> None:
        for name in paths:
            method, _, path = name.partition(" ")
            for answer in document["paths"][path][method.lower()]["responses"].values():
                for content in answer.get("content", {}).values():
                    content["schema"] = {"type": "array", "items": content["schema"]}

    return change


def _any_body(*paths: str) -> Callable[[Json], None]:
    """Requests whose body is any JSON."""

    def change(document: Json) -> None:
        for name in paths:
            method, _, path = name.partition(" ")
            for content in document["paths"][path][method.lower()]["requestBody"]["content"].values():
                content["schema"] = {}

    return change


def _answers(*names: str) -> Callable[[Json], None]:
    """Answers that the specification does not describe: `POST /api/2/issueLinkType 201`."""

    def change(document: Json) -> None:
        for name in names:
            method, path, status = name.split()
            responses = document["paths"][path][method.lower()]["responses"]
            responses[status] = {"description": "", "content": {"application/json": {"schema": {}}}}

    return change


def _query(path: str, *parameters: str) -> Callable[[Json], None]:
    """Parameters that stand in the query, as plain texts."""

    def change(document: Json) -> None:
        held = document["paths"][path]["get"]["parameters"]
        kept = [parameter for parameter in held if parameter["name"] not in parameters]
        added = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in parameters]
        document["paths"][path]["get"]["parameters"] = kept + added

    return change


def _group_members(document: Json) -> None:
    _query("/api/2/group/member", "groupname")(document)
    _answers("GET /api/2/group/member 200")(document)


def _nullable(*schemas: str) -> Callable[[Json], None]:
    """Texts that may be null: all properties of these schemas."""

    def change(document: Json) -> None:
        for name in schemas:
            for held in document["components"]["schemas"][name]["properties"].values():
                held["nullable"] = True

    return change


def _readable(*schemas: str) -> Callable[[Json], None]:
    """Schemas that are marked as write-only and are answered all the same."""

    def change(document: Json) -> None:
        for name in schemas:
            del document["components"]["schemas"][name]["writeOnly"]

    return change


def _offset_without_colon(document: Json) -> None:
    """Times with an offset such as +0100, everywhere."""
    for held in _everything_in(document):
        if held.get("format") == "date-time":
            del held["format"]
            held["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$"


def _everything_in(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _everything_in(inner)


TIMES = Correction("offsets are written without a colon, as all examples show", _offset_without_colon)
CLOUD_CORRECTIONS = (
    TIMES,
    Correction(
        "a form is no list: its part is called file, as the description says",
        _any_body("POST /rest/api/3/issue/{issueIdOrKey}/attachments"),
    ),
    Correction("what was or is empty is null in a changelog", _nullable("ChangeDetails")),
    Correction("a screen scheme shows its screens, as the example does", _readable("ScreenTypes")),
    Correction(
        "what identifies a field or a project is a text or a number, as the example shows",
        _any_value("AssociationContextObject.identifier", "FieldIdentifierObject.identifier"),
    ),
    Correction(
        "the names of a gadget's row and column were overwritten by their descriptions, and they are shown too",
        _any_value("DashboardGadget.position", "DashboardGadgetSettings.position"),
    ),
)
DATA_CENTER_CORRECTIONS = (
    TIMES,
    Correction(
        "a form is no text: its part is called file, as the description says",
        _any_body("POST /api/2/issue/{issueIdOrKey}/attachments"),
    ),
    Correction("what was or is empty is null in a changelog", _nullable("ChangeItemBean")),
    Correction("a list of screens is answered with 200", _answers("GET /api/2/screens 200")),
    Correction(
        "the group's name stands in the query, and the answer is a page of users",
        _group_members,
    ),
    Correction("fields to show are a text with commas", _query("/api/2/search", "fields", "expand")),
    Correction(
        "the description tells of expand=transitions.fields, the list of parameters forgets it",
        _query("/api/2/issue/{issueIdOrKey}/transitions", "expand"),
    ),
    Correction(
        "values of fields are texts, numbers, lists and null, not objects only",
        _any_value("IssueBean.fields.*", "IssueUpdateBean.fields.*"),
    ),
    Correction(
        "values of properties are any JSON, not texts only",
        _any_value("EntityPropertyBean.value", "PropertiesBean.*"),
    ),
    Correction("a property is set to any JSON", _any_body("PUT /api/2/issue/{issueIdOrKey}/properties/{propertyKey}")),
    Correction(
        "these answer lists, as their examples show",
        _lists(
            "GET /api/2/field",
            "GET /api/2/status",
            "GET /api/2/priority",
            "GET /api/2/issuetype",
            "GET /api/2/project",
            "GET /api/2/role",
            "GET /api/2/project/{projectIdOrKey}/statuses",
            "GET /api/2/screens/{screenId}/tabs",
            "GET /api/2/screens/{screenId}/tabs/{tabId}/fields",
            "GET /api/2/screens/{screenId}/availableFields",
            "GET /api/2/filter/favourite",
            "GET /api/2/filter/{id}/permission",
            "POST /api/2/issue/{issueIdOrKey}/attachments",
            "POST /api/2/filter/{id}/permission",
            "GET /api/2/user/search",
        ),
    ),
)
PORTAL_CORRECTIONS = (
    Correction(
        "a form is no list: its parts are called file, as the description says",
        _any_body("POST /rest/servicedeskapi/servicedesk/{serviceDeskId}/attachTemporaryFile"),
    ),
)
CORRECTIONS = {"cloud": CLOUD_CORRECTIONS, "datacenter": DATA_CENTER_CORRECTIONS, "portal": PORTAL_CORRECTIONS}

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


class Recorder:
    """Collects the calls of all sandboxes while it is open, one of each kind."""

    def __init__(self) -> None:
        self._new: list[Exchange] = []
        self._seen: set[tuple[object, ...]] = set()
        self._shapes: dict[bytes, object] = {}
        """Of bodies by their digests: most are heard many times."""
        self._kinds: dict[object, object] = {}
        """Each of these shapes once."""

    def listen(self) -> None:
        """From now on."""
        WATCHERS.append(self._hear)

    def stop(self) -> None:
        """No more."""
        WATCHERS.remove(self._hear)

    def complaints(self) -> list[str]:
        """What is to be said of the calls since the last time it was asked for."""
        new, self._new = self._new, []
        return judge(new)

    def _hear(self, exchange: Exchange) -> None:
        kind = kind_of(exchange, self._shape)
        if kind not in self._seen:
            self._seen.add(kind)
            self._new.append(exchange)

    def _shape(self, body: bytes) -> object:
        digest = hashlib.blake2b(body, digest_size=16).digest()
        if digest not in self._shapes:
            shape = shape_of(body)
            self._shapes[digest] = self._kinds.setdefault(shape, shape)
        return self._shapes[digest]


def shape_of(body: bytes) -> object:
    """What bodies that look alike have in common."""
    try:
        return _shape_of(json.loads(body)) if body else None
    except ValueError:
        return "broken"


def kind_of(exchange: Exchange, shape: Callable[[bytes], object] = shape_of) -> tuple[object, ...]:
    """What calls that look alike have in common."""
    parts = urlsplit(exchange.path)
    path = re.sub(r"(?<=/)[^/]*\d[^/]*", "*", parts.path)
    names = tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    bodies = (shape(exchange.body), shape(exchange.answer))
    return exchange.flavour, exchange.method, path, names, exchange.status, *bodies


def _shape_of(value: Json) -> object:
    if isinstance(value, dict):
        return frozenset((_without_number(key), _shape_of(held)) for key, held in value.items())
    if isinstance(value, list):
        return frozenset(map(_shape_of, value))
    return type(value)


@cache
def _without_number(key: str) -> str:
    """Custom fields differ in nothing else."""
    return re.sub(r"\d+", "#", key)
