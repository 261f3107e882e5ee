"""Where Atlassian's specifications are wrong: what is put right, and why we know better."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

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
