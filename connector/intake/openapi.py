"""The intake interface as an OpenAPI 3.1 document, made of the models that check it."""

from typing import Any

from connector import __version__
from connector.domain.vocabulary import Priority, TicketState
from connector.intake.faults import FAULTS
from connector.intake.signing import ID, SIGNATURE, TIMESTAMP
from connector.intake.submission import Submission

_PROBLEM = "application/problem+json"
_SIGNED: list[dict[str, list[str]]] = [{"webhookId": [], "webhookTimestamp": [], "webhookSignature": []}]


def document() -> dict[str, Any]:
    """The document. What is served and what is in ``docs/intake.openapi.json``."""
    schema = Submission.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    schemas = {**schema.pop("$defs", {}), "Report": schema, "Ticket": _ticket(), "Receipt": _receipt()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Intake of fault reports",
            "version": __version__,
            "description": "A panel's server reports faults for its customers. Sent twice, a report is one ticket.",
        },
        "paths": {
            "/intake/v1/tickets": {"post": _post()},
            "/intake/v1/tickets/{externalId}": {"get": _get()},
        },
        "components": {
            "schemas": {**schemas, "Problem": _problem(), "Faults": _faults()},
            "securitySchemes": {
                "webhookId": _header(ID, "Unique for each message; in a GET the report's externalId."),
                "webhookTimestamp": _header(TIMESTAMP, "Seconds since 1970-01-01 UTC, five minutes off at most."),
                "webhookSignature": _header(
                    SIGNATURE, "v1, and the base64 HMAC-SHA256 over id, time and body, joined by full stops."
                ),
            },
        },
    }


def _post() -> dict[str, Any]:
    return {
        "operationId": "reportFault",
        "summary": "Report a fault",
        "security": _SIGNED,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Report")}}},
        "responses": {
            "200": _json("It was reported before: the same ticket.", "Ticket", located=True),
            "201": _json("The ticket is opened.", "Ticket", located=True),
            "202": _json("It is kept and will be a ticket; the helpdesk does not answer now.", "Receipt", located=True),
            "400": _refused("The body is no JSON."),
            "401": _refused("The signature is missing or not valid."),
            "403": _refused("The service or the contact is another customer's.", "Faults"),
            "409": _refused("Another report was sent with this externalId."),
            "413": _refused("The body is too large."),
            "415": _refused("The body is not said to be JSON."),
            "422": _refused("All faults of the report.", "Faults"),
            "429": _refused("Too many requests.", retried=True),
            "503": _refused("It cannot be kept now.", retried=True),
        },
    }


def _get() -> dict[str, Any]:
    where = {"name": "externalId", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 100}}
    return {
        "operationId": "getReport",
        "summary": "What has become of a report",
        "security": _SIGNED,
        "parameters": [where],
        "responses": {
            "200": {
                "description": "The ticket as it is now, or that it waits to be opened.",
                "content": {"application/json": {"schema": {"anyOf": [_ref("Ticket"), _ref("Receipt")]}}},
            },
            "401": _refused("The signature is missing or not valid."),
            "404": _refused("There is no such report."),
            "409": _refused("Another report was sent with this externalId."),
            "429": _refused("Too many requests.", retried=True),
            "503": _refused("Nobody can tell now.", retried=True),
        },
    }


def _ticket() -> dict[str, Any]:
    time = {"type": ["string", "null"], "format": "date-time"}
    texts = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "required": ["externalId", "id", "number", "href", "status"],
        "properties": {
            "externalId": {"type": "string"},
            "id": {"type": "string", "description": "The ticket's id in the helpdesk."},
            "number": {"type": "string", "description": "What people call it, for all further correspondence (R11)."},
            "href": {"type": "string"},
            "status": {"enum": [*(state.value for state in TicketState), "unknown"]},
            "priority": {"enum": [*(each.value for each in Priority), None]},
            "firstResponseDue": time,
            "repairDue": time,
            "escalationLevel": {"type": ["integer", "null"]},
            "missing": {**texts, "description": "Required details that nobody has given; the contact is asked."},
        },
    }


def _receipt() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["externalId", "status", "href"],
        "properties": {
            "externalId": {"type": "string"},
            "status": {"const": "accepted"},
            "href": {"type": "string", "description": "Tells what has become of it."},
        },
    }


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "RFC 9457",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }


def _faults() -> dict[str, Any]:
    fault = {
        "type": "object",
        "required": ["pointer", "code", "detail"],
        "properties": {
            "pointer": {"type": "string", "description": "JSON pointer as a URI fragment (RFC 6901)."},
            "code": {"enum": sorted(FAULTS)},
            "detail": {"type": "string", "description": "A sentence for the form."},
        },
    }
    return {
        "allOf": [_ref("Problem")],
        "required": ["errors"],
        "properties": {"errors": {"type": "array", "minItems": 1, "items": fault}},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _header(name: str, description: str) -> dict[str, str]:
    return {"type": "apiKey", "in": "header", "name": name, "description": description}


def _json(description: str, schema: str, *, located: bool = False) -> dict[str, Any]:
    headers = {"Location": {"schema": {"type": "string"}}} if located else {}
    return {
        "description": description,
        "content": {"application/json": {"schema": _ref(schema)}},
        **({"headers": headers} if headers else {}),
    }


def _refused(description: str, schema: str = "Problem", *, retried: bool = False) -> dict[str, Any]:
    headers = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}} if retried else {}
    return {
        "description": description,
        "content": {_PROBLEM: {"schema": _ref(schema)}},
        **({"headers": headers} if headers else {}),
    }
