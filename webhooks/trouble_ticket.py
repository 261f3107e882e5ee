"""``/tmf-api/troubleTicket/v5`` and ``v4``: trouble tickets for wholesale customers' systems (docs/tmf621.md).

A new ticket takes the way of every report: on disk before it is answered, opened once. What is shown is read from the
helpdesk.
"""

import hmac
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import Any, NamedTuple

import structlog
from cachetools import LRUCache
from flask import Blueprint, Response, request

from connector import metrics
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import IntakeChannel
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.on_behalf import ActsForCustomers, Message, Request
from connector.intake.caller import Caller
from connector.intake.panels import Panel
from connector.intake.signing import ID, SIGNATURE, TIMESTAMP, is_signed
from connector.outgoing.hub import described
from connector.outgoing.target import problem_with
from connector.trouble_ticket.query import QueryError, chosen, fitting, page
from connector.trouble_ticket.request import ForeignServiceError, message_of, request_of
from connector.trouble_ticket.shapes import (
    HUB,
    OURS,
    REQUIRED,
    VERSION_4,
    VERSION_5,
    ShapeError,
    check_changed,
    checked,
)
from connector.trouble_ticket.version4 import from_version_4, to_version_4
from connector.trouble_ticket.view import merged, said_of, sent, view_of
from connector.work.errors import StoreError
from connector.work.listeners import Listener, Listeners, TooManyError
from connector.work.submissions import State, Submitted

from .body import parsed_json, read_json_bytes
from .problem import RETRY_LATER, Refusal
from .reports import Reports

log = structlog.get_logger("webhooks")

PATIENCE = timedelta(seconds=10)
"""How long a new ticket or a change waits until it is on the helpdesk: the standard's clients expect the whole."""

_ROOT = "/tmf-api"
_PATCHES = ("application/json", "application/merge-patch+json")
_MOST_CALLBACK = 2_000
_KNOWN = 2_000


class Interface(NamedTuple):
    """What the routes of both versions share."""

    reports: Reports
    listeners: Listeners
    opened_lately: Callable[[str], list[TicketId]]
    """Ids of tickets of a helpdesk that its search may not show yet. Raises ``StoreError``."""
    known: "LRUCache[tuple[str, str, Any], Ticket]"
    lock: Lock


def interface_of(reports: Reports, listeners: Listeners, opened_lately: Callable[[str], list[TicketId]]) -> Interface:
    """For both versions."""
    return Interface(reports, listeners, opened_lately, LRUCache(_KNOWN), Lock())


def trouble_ticket_routes(interface: Interface, version: int) -> Blueprint:
    """The routes of one version of the standard."""
    prefix = f"{_ROOT}/troubleTicket/v{version}"
    blueprint = Blueprint(f"trouble_ticket_v{version}", __name__, url_prefix=prefix)
    answer = _Answers(interface, version, prefix)
    rules: tuple[tuple[str, str, Callable[..., Response]], ...] = (
        ("POST", "/troubleTicket", answer.create),
        ("GET", "/troubleTicket", answer.collection),
        ("GET", "/troubleTicket/<ticket_id>", answer.show),
        ("PATCH", "/troubleTicket/<ticket_id>", answer.change),
        ("POST", "/hub", answer.listen),
        ("GET", "/hub/<listener_id>", answer.show_listener),
        ("DELETE", "/hub/<listener_id>", answer.forget),
    )
    for method, path, view in rules:
        blueprint.add_url_rule(path, view.__name__, view, methods=[method], provide_automatic_options=False)
    for method in ("DELETE", "PUT", "POST"):
        name = f"no_{method.lower()}"
        refused = partial(answer.not_allowed, "GET, PATCH")
        blueprint.add_url_rule(
            "/troubleTicket/<ticket_id>", name, refused, methods=[method], provide_automatic_options=False
        )
    blueprint.register_error_handler(Refusal, answer.refused)
    return blueprint


class _Answers:
    """The answers of one version."""

    def __init__(self, interface: Interface, version: int, prefix: str) -> None:
        self._of = interface
        self._reports = interface.reports
        self._version = version
        self._prefix = prefix

    # Tickets

    def create(self) -> Response:
        """``POST /troubleTicket``"""
        raw = read_json_bytes(request, self._reports.most_bytes)
        panel = self._panel(raw)
        document = self._checked(parsed_json(raw), whole=True)
        caller, now = _caller(panel), self._reports.now()
        try:
            made = request_of(document, caller, self._reports.policy(), _external_id(document), now)
        except ForeignServiceError:
            raise Refusal(HTTPStatus.FORBIDDEN, "relatedEntity: this service is not one of yours") from None
        except ShapeError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None
        submitted = self._submit(panel, made, made.digest)
        if submitted.digest != made.digest or submitted.state is State.CONFLICT:
            detail = "externalIdentifier: another ticket was reported with it"
            raise Refusal(HTTPStatus.CONFLICT, detail)
        shown = self._made(panel, submitted)
        if shown is None:
            return self._later()
        metrics.accepted("trouble_ticket")
        return self._json(HTTPStatus.CREATED, self._selected(shown), Location=shown["href"])

    def collection(self) -> Response:
        """``GET /troubleTicket``"""
        panel = self._panel(b"")
        query = {name: request.args.getlist(name) for name in request.args}
        try:
            found = fitting([self._as_version(shown) for shown in self._all(panel)], query)
            part = page(found, query)
        except QueryError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None
        counts = {"X-Total-Count": str(len(found)), "X-Result-Count": str(len(part))}
        return self._json(HTTPStatus.OK, [chosen(each, request.args.get("fields")) for each in part], **counts)

    def show(self, ticket_id: TicketId) -> Response:
        """``GET /troubleTicket/{id}``"""
        panel = self._panel(b"")
        return self._json(HTTPStatus.OK, self._selected(self._view(panel, self._read(panel, ticket_id))))

    def change(self, ticket_id: TicketId) -> Response:
        """``PATCH /troubleTicket/{id}``, as a merge patch (RFC 7396)."""
        raw = read_json_bytes(request, self._reports.most_bytes, _PATCHES)
        panel = self._panel(raw)
        ticket = self._read(panel, ticket_id)
        shown = self._view(panel, ticket)
        patch = self._patch(parsed_json(raw), shown)
        if not patch.keys() - {"@type", "@baseType", "@schemaLocation"}:
            return self._json(HTTPStatus.OK, self._selected(shown))
        own = sent(ticket, panel.name)
        number = len(own)
        try:
            check_changed(merged(said_of(own), patch), patch)
            message = message_of(patch, _caller(panel), ticket.id, number, self._reports.now())
        except ShapeError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None
        if self._submit(panel, message, message.key).state is not State.MADE:
            return self._later()
        metrics.accepted("trouble_ticket")
        return self._json(HTTPStatus.OK, self._selected(self._view(panel, self._read(panel, ticket_id))))

    def not_allowed(self, allowed: str, **_: str) -> Response:
        """What the standard leaves to the provider, and no helpdesk's customer may do."""
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "tickets are kept", {"Allow": allowed})

    # Listeners

    def listen(self) -> Response:
        """``POST /hub``"""
        raw = read_json_bytes(request, self._reports.most_bytes)
        panel = self._panel(raw)
        try:
            body = checked(parsed_json(raw), HUB, whole=True, typed=False)
        except ShapeError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None
        callback = body["callback"]
        wrong = "is too long" if len(callback) > _MOST_CALLBACK else problem_with(callback)
        if not callback.isprintable():
            wrong = "is not an address"
        if wrong:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"callback: {wrong}")
        try:
            new = self._of.listeners.add(
                panel.name, self._version, callback, body.get("query") or "", self._address(panel)
            )
        except TooManyError:
            raise Refusal(HTTPStatus.CONFLICT, "callback: there are too many listeners") from None
        except StoreError as error:
            raise _unkept(error) from error
        location = f"{self._address(panel).removesuffix('/troubleTicket')}/hub/{new.id}"
        return self._json(HTTPStatus.CREATED, described(new, self._version), Location=location)

    def show_listener(self, listener_id: str) -> Response:
        """``GET /hub/{id}``"""
        return self._json(HTTPStatus.OK, described(self._listener(self._panel(b""), listener_id), self._version))

    def forget(self, listener_id: str) -> Response:
        """``DELETE /hub/{id}``"""
        listener = self._listener(self._panel(b""), listener_id)
        try:
            self._of.listeners.remove(listener.id)
        except StoreError as error:
            raise _unkept(error) from error
        return Response(status=HTTPStatus.NO_CONTENT.value)

    def refused(self, refusal: Refusal) -> Response:
        """A refusal as the standard's error."""
        metrics.refused("trouble_ticket", refusal.status.value)
        return standard_error(refusal, self._version)

    # What they are made of

    def _panel(self, raw: bytes) -> Panel:
        """Whose token or signature it is. Raises ``Refusal`` (401, 429)."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        given = token.strip().encode("latin-1", "replace") if kind.lower() == "bearer" else b""
        headers = {name: request.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}
        found, now = None, self._reports.now()
        for panel in self._reports.panels():
            if panel.contact is None:
                continue
            # All of them, so that the time does not tell whose they are.
            by_token = sum(hmac.compare_digest(given, each) for each in panel.tokens)
            if by_token or is_signed(headers, raw, panel.secrets, now):
                found = panel
        if found is None:
            self._reports.throttle.stranger(request.remote_addr or "")
            detail = "Authorization: expected Bearer and the token of a panel, or a signature"
            raise Refusal(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
        self._reports.throttle.panel(found.name)
        return found

    def _checked(self, body: Any, *, whole: bool) -> dict[str, Any]:
        """As version 5. Raises ``Refusal`` (400)."""
        try:
            if self._version == 4:
                return from_version_4(checked(body, VERSION_4, whole=whole, typed=False))
            return checked(body, VERSION_5, whole=whole, typed=whole)
        except ShapeError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None

    def _patch(self, body: Any, shown: Mapping[str, Any]) -> dict[str, Any]:
        patch = self._checked(body, whole=False)
        if wrong := sorted(name for name in OURS & patch.keys() if patch[name] != shown.get(name)):
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{', '.join(wrong)}: cannot be changed")
        if missing := sorted(name for name in REQUIRED if name in patch and patch[name] is None):
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{', '.join(missing)}: cannot be taken away")
        return {name: value for name, value in patch.items() if name not in OURS}

    def _submit(self, panel: Panel, content: Request | Message, digest: str) -> Submitted:
        try:
            return self._reports.submit(self._reports.helpdesk(panel), content, digest, PATIENCE)
        except StoreError as error:
            raise _unkept(error) from error

    def _made(self, panel: Panel, submitted: Submitted) -> dict[str, Any] | None:
        """The new ticket; ``None``: it will be there later, or cannot be read now."""
        if submitted.opened is None:
            return None
        try:
            return self._view(panel, self._reports.desk(self._reports.helpdesk(panel)).read(submitted.opened.id))
        except (HelpdeskError, Refusal) as error:
            log.info("a new trouble ticket cannot be shown yet", cause=str(error))
            return None

    def _read(self, panel: Panel, ticket_id: TicketId) -> Ticket:
        ticket = self._reports.ticket(self._reports.helpdesk(panel), ticket_id)
        if ticket is None:
            raise _unknown()
        return ticket

    def _view(self, panel: Panel, ticket: Ticket) -> dict[str, Any]:
        """In version 5. Raises ``Refusal`` (404): it is none of this panel's."""
        shown = view_of(ticket, panel.name, self._address(panel))
        if shown is None:
            raise _unknown()
        return shown

    def _all(self, panel: Panel) -> list[dict[str, Any]]:
        """The panel's tickets, the newest first. What has not changed since it was read is not read again."""
        helpdesk = self._reports.helpdesk(panel)
        desk = self._reports.desk(helpdesk)
        if not isinstance(desk, ActsForCustomers):
            return []
        try:
            listed = {one.id: one.updated_at for one in desk.of_channel(IntakeChannel.TROUBLE_TICKET_API)}
            late = self._of.opened_lately(helpdesk) if desk.search_lag else []
            # A search that lags also lags with its times.
            ids = {**dict.fromkeys(late, None), **{one: None if one in late else at for one, at in listed.items()}}
            tickets = [self._held(helpdesk, one, at) for one, at in ids.items()]
        except HelpdeskError as error:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the helpdesk does not answer now", RETRY_LATER) from error
        except StoreError as error:
            raise _unkept(error) from error
        newest = sorted((one for one in tickets if one), key=lambda one: (one.created_at, one.id), reverse=True)
        address = self._address(panel)
        return [shown for one in newest if (shown := view_of(one, panel.name, address)) is not None]

    def _held(self, helpdesk: str, ticket_id: TicketId, updated_at: Any) -> Ticket | None:
        key = (helpdesk, ticket_id, updated_at)
        with self._of.lock:
            if updated_at is not None and (known := self._of.known.get(key)) is not None:
                return known
        ticket = self._reports.ticket(helpdesk, ticket_id)
        if ticket is not None and ticket.updated_at == updated_at:
            with self._of.lock:
                self._of.known[key] = ticket
        return ticket

    def _listener(self, panel: Panel, listener_id: str) -> Listener:
        try:
            found = [one for one in self._of.listeners.all() if one.id == listener_id and one.panel == panel.name]
        except StoreError as error:
            raise _unkept(error) from error
        if not found:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such listener")
        return found[0]

    def _address(self, panel: Panel) -> str:
        """Where the panel reaches the collection."""
        base = panel.address or request.host_url.rstrip("/")
        return f"{base}{self._prefix}/troubleTicket"

    def _as_version(self, shown: Mapping[str, Any]) -> Mapping[str, Any]:
        return to_version_4(shown) if self._version == 4 else shown

    def _selected(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        return chosen(self._as_version(shown), request.args.get("fields"))

    def _later(self) -> Response:
        return Response(status=HTTPStatus.ACCEPTED.value, headers={"Retry-After": "10", "Cache-Control": "no-store"})

    def _json(self, status: HTTPStatus, body: Any, **headers: str) -> Response:
        return _json(status, body, headers)


def standard_error(refusal: Refusal, version: int) -> Response:
    """The refusal as the standard's error."""
    status = refusal.status
    body = {
        "code": f"ERR{status.value}",
        "reason": status.phrase,
        "message": refusal.detail,
        "status": str(status.value),
        **({"@type": "Error"} if version == 5 else {}),
    }
    return _json(status, body, refusal.headers)


def version_of(path: str) -> int | None:
    """The version of the standard by which an address is answered, also one that is not served; ``None``: none of the
    standard's addresses."""
    if not path.startswith(f"{_ROOT}/"):
        return None
    return 4 if path.startswith(f"{_ROOT}/troubleTicket/v4/") else 5


def _json(status: HTTPStatus, body: Any, headers: Mapping[str, str]) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    more = {"Cache-Control": "no-store", **headers}
    return Response(text, status.value, content_type="application/json;charset=utf-8", headers=more)


def _caller(panel: Panel) -> Caller:
    return Caller(panel=panel.name, customers=panel.reach, email=panel.contact, name=panel.title)


def _external_id(document: Mapping[str, Any]) -> str:
    """What the customer's system calls the ticket, the delivery, or nothing that comes twice."""
    known = document.get("externalIdentifier") or ()
    return str(known[0]["id"]) if known else request.headers.get(ID) or uuid.uuid4().hex


def _unknown() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "no such trouble ticket")


def _unkept(error: StoreError) -> Refusal:
    log.warning("work table does not answer", error=str(error))
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "nothing can be kept now; send it again later", RETRY_LATER)
