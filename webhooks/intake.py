"""``/intake/v1``: a panel's server reports faults for its customers (docs/intake.md).

Every request is signed in the style of Standard Webhooks. A report is on disk before it is answered; the same report
sent again is the same ticket, whatever crashed in between.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from flask import Blueprint, Response, request

from connector import metrics
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.on_behalf import ActsForCustomers, Opened, key_of_request
from connector.helpdesks.payload import clean
from connector.intake.caller import Caller
from connector.intake.faults import FaultyError
from connector.intake.openapi import document
from connector.intake.panels import Panel
from connector.intake.promise import NAMES
from connector.intake.request import request_of
from connector.intake.signing import ID, SIGNATURE, TIMESTAMP, is_signed
from connector.intake.submission import Submission, read
from connector.policy.models import Policy
from connector.work.errors import StoreError
from connector.work.submissions import State, Submitted

from .body import parsed_json, read_json_bytes
from .problem import RETRY_LATER, Refusal, problem
from .reports import Reports

log = structlog.get_logger("webhooks")

TICKETS = "/intake/v1/tickets"


def intake_routes(reports: Reports) -> Blueprint:
    """The routes below ``/intake/v1``."""
    blueprint = Blueprint("intake", __name__, url_prefix="/intake/v1")

    @blueprint.post("/tickets", provide_automatic_options=False)
    def report() -> Response:
        raw = read_json_bytes(request, reports.most_bytes)
        panel = _panel(reports, raw)
        reports.throttle.panel(panel.name)
        caller, policy = Caller(panel=panel.name, customers=panel.reach), reports.policy()
        try:
            submission = read(parsed_json(raw), caller, policy, reports.now())
        except FaultyError as error:
            return _faulty(error)
        made = request_of(submission, caller, policy)
        reports.throttle.person(panel.name, made.contact.email)
        helpdesk = reports.helpdesk(panel)
        try:
            submitted = reports.submit(helpdesk, made, submission.digest, reports.patience)
        except StoreError as error:
            detail = "the report cannot be kept now; send it again later"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, RETRY_LATER) from error
        metrics.accepted("intake")
        log.debug("reported", panel=panel.name, helpdesk=helpdesk, state=submitted.state, again=submitted.was_there)
        return _answer(submission, submitted)

    @blueprint.get("/tickets/<path:external_id>", provide_automatic_options=False)
    def tell(external_id: str) -> Response:
        panel = _panel(reports, b"")
        reports.throttle.panel(panel.name)
        if request.headers.get(ID) != external_id:
            raise Refusal(HTTPStatus.UNAUTHORIZED, f"{ID}: expected the id of the report that is asked for", _CHALLENGE)
        helpdesk, key = reports.helpdesk(panel), key_of_request(panel.name, external_id)
        try:
            submitted = reports.find(helpdesk, key)
        except StoreError as error:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the store does not answer now", RETRY_LATER) from error
        if submitted is not None and submitted.opened is None:
            return _json(HTTPStatus.OK, _waiting(external_id))
        if submitted is not None and submitted.state is State.CONFLICT:
            return _conflict()
        opened = submitted.opened if submitted else _looked_up(reports, helpdesk, key)
        if opened is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such report")
        return _json(
            HTTPStatus.OK, _told(external_id, opened, submitted, _live(reports, helpdesk, opened), reports.policy())
        )

    @blueprint.get("/openapi.json", provide_automatic_options=False)
    def described() -> Response:
        return Response(_DOCUMENT, content_type="application/json", headers={"Cache-Control": "max-age=300"})

    return blueprint


_DOCUMENT = json.dumps(document(), indent=1)
_CHALLENGE = {"WWW-Authenticate": "Webhook-Signature"}


def _panel(reports: Reports, raw: bytes) -> Panel:
    """Whose signature it is.

    Raises ``Refusal``: 401, all failures alike; 429 for an address that has failed too often.
    """
    headers = {name: request.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}
    found, now = None, reports.now()
    for panel in reports.panels():
        # All of them, so that the time does not tell whose secrets come first.
        if is_signed(headers, raw, panel.secrets, now):
            found = panel
    if found is None:
        reports.throttle.stranger(request.remote_addr or "")
        detail = f"{ID}, {TIMESTAMP}, {SIGNATURE}: missing or not valid, or the clocks differ by more than five minutes"
        raise Refusal(HTTPStatus.UNAUTHORIZED, detail, _CHALLENGE)
    return found


def _faulty(error: FaultyError) -> Response:
    """All faults at once (RFC 9457 with the member ``errors``, as its example has it)."""
    forbidden = error.is_forbidden
    status = HTTPStatus.FORBIDDEN if forbidden else HTTPStatus.UNPROCESSABLE_ENTITY
    detail = "this is another customer's" if forbidden else "the report has faults"
    metrics.refused("intake", status.value)
    log.info("report refused", status=status.value, faults=sorted({fault.code for fault in error.faults}))
    errors = [{"pointer": f"#{fault.pointer}", "code": fault.code, "detail": fault.sentence} for fault in error.faults]
    return problem(Refusal(status, detail), errors=errors)


def _answer(submission: Submission, submitted: Submitted) -> Response:
    external_id = submission.external_id
    if submitted.digest != submission.digest or submitted.state is State.CONFLICT:
        return _conflict()
    if submitted.opened is None:
        return _json(HTTPStatus.ACCEPTED, _waiting(external_id), Location=_href(external_id))
    status = HTTPStatus.OK if submitted.was_there else HTTPStatus.CREATED
    return _json(status, _told(external_id, submitted.opened, submitted, None, None), Location=_href(external_id))


def _conflict() -> Response:
    refusal = Refusal(HTTPStatus.CONFLICT, "externalId: another report was sent with it")
    metrics.refused("intake", refusal.status.value)
    return problem(refusal, code="other_content")


def _waiting(external_id: str) -> dict[str, Any]:
    return {"externalId": external_id, "status": "accepted", "href": _href(external_id)}


def _told(
    external_id: str, opened: Opened, submitted: Submitted | None, ticket: Ticket | None, policy: Policy | None
) -> dict[str, Any]:
    """By the ticket as it is now where it could be read, else by what was promised."""
    told: dict[str, Any] = {
        "externalId": external_id,
        "id": opened.id,
        "number": opened.number,
        "href": _href(external_id),
    }
    promise = submitted.promise if submitted else None
    if ticket is not None and policy is not None:
        fields = ticket.fields
        return told | {
            "status": ticket.state.value,
            "priority": fields.priority,
            "firstResponseDue": _time(fields.first_response_due_at),
            "repairDue": _time(fields.repair_due_at),
            "escalationLevel": fields.escalation_level,
            "missing": [NAMES[name] for name in policy.intake.required if getattr(fields, name) is None],
        }
    if promise is None:
        return told | {"status": "unknown"}
    return told | {
        "status": promise.status.value,
        "priority": promise.priority,
        "firstResponseDue": _time(promise.first_response_due),
        "repairDue": _time(promise.repair_due),
        "missing": list(promise.missing),
    }


def _looked_up(reports: Reports, helpdesk: str, key: str) -> Opened | None:
    """A report that the store has forgotten stands on the helpdesk."""
    desk = reports.desk(helpdesk)
    if not isinstance(desk, ActsForCustomers):
        return None
    try:
        return desk.opened(key)
    except HelpdeskError as error:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the helpdesk does not answer now", RETRY_LATER) from error


def _live(reports: Reports, helpdesk: str, opened: Opened) -> Ticket | None:
    try:
        return reports.desk(helpdesk).read(opened.id)
    except (HelpdeskError, Refusal) as error:
        log.info("a report is told as it was promised", cause=clean(str(error)))
        return None


def _href(external_id: str) -> str:
    return f"{TICKETS}/{quote(external_id, safe='')}"


def _time(at: Any) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None


def _json(status: HTTPStatus, body: Mapping[str, Any], **headers: str) -> Response:
    return Response(
        json.dumps(body),
        status.value,
        content_type="application/json",
        headers={**headers, "Cache-Control": "no-store"},
    )
