"""The receiver's Flask application."""

from http import HTTPStatus

import structlog
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from connector import metrics
from connector.helpdesks import registry
from connector.helpdesks.payload import clean
from connector.work.figures import WorkTableRows

from .deliver import routes
from .form import form
from .health import HealthCheck
from .intake import intake_routes
from .ops import Operations, pages
from .pages import files
from .problem import RETRY_LATER, Refusal, problem
from .receiver import Receiver
from .trouble_ticket import standard_error, trouble_ticket_routes, version_of

_log = structlog.get_logger("webhooks")


def create_app(receiver: Receiver, operations: Operations | None = None) -> Flask:
    """The WSGI application: the hooks of every helpdesk, ``/healthz``, ``/readyz`` and ``/metrics``.

    With ``operations``, the pages for those who run the connector, ``/ops/``, too.

    A 202 means that the event is on disk (P1). Every refusal is a problem detail and one log line.
    """
    app = Flask(__name__, static_folder=None)
    # A redirected POST comes back as a GET with the payload in the query string.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    for plugin in registry.plugins():
        app.register_blueprint(routes(plugin.name, plugin.sender, receiver))
    app.register_blueprint(files())
    if receiver.reports is not None:
        app.register_blueprint(intake_routes(receiver.reports))
        app.register_blueprint(form(receiver.reports, receiver.links))
    if receiver.trouble_tickets is not None:
        for version in (5, 4):
            app.register_blueprint(trouble_ticket_routes(receiver.trouble_tickets, version))
    if operations is not None:
        app.register_blueprint(pages(operations))
    _add_health(app, receiver)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _not_served)
    app.register_error_handler(Exception, _broken)
    return app


def _add_health(app: Flask, receiver: Receiver) -> None:
    helpdesks = sorted({hook.helpdesk for hook in receiver.hooks})
    check = HealthCheck(helpdesks, receiver.counts, receiver.now, health=receiver.health, commit=receiver.commit)
    rows = WorkTableRows(
        receiver.counts, health=receiver.health, tellings=receiver.tellings, committed=lambda: check.committed
    )

    @app.get("/healthz", provide_automatic_options=False)
    def healthz() -> Response:
        return jsonify(status="alive")

    @app.get("/readyz", provide_automatic_options=False)
    def readyz() -> Response:
        state = check.state()
        if state.problems:
            refusal = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "; ".join(state.problems), RETRY_LATER)
            return problem(refusal, problems=list(state.problems), **state.shown)
        return jsonify(status="ready", **state.shown)

    @app.get("/metrics", provide_automatic_options=False, endpoint="metrics")
    def figures() -> Response:
        # Whoever scrapes only the figures learns of a commit that fails, too.
        check.state()
        return Response(metrics.exposition(rows), content_type=metrics.CONTENT_TYPE)


def _refused(refusal: Refusal) -> Response:
    _count(refusal.status)
    sender = registry.plugin(request.blueprint).sender if request.blueprint in registry.names() else None
    _log.warning(
        "refused",
        status=refusal.status.value,
        detail=refusal.detail,
        method=clean(request.method),
        path=clean(request.path),
        delivery=sender.delivery(request.headers) if sender else None,
        sender=request.remote_addr,
        cause=clean(str(refusal.__cause__), 300) if refusal.__cause__ else None,
    )
    return _as_error(refusal)


def _as_error(refusal: Refusal) -> Response:
    """In the form of the interface that was asked."""
    version = version_of(request.path)
    return problem(refusal) if version is None else standard_error(refusal, version)


def _not_served(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.BAD_REQUEST)
    details = {
        HTTPStatus.NOT_FOUND: "no such page",
        HTTPStatus.METHOD_NOT_ALLOWED: "this page is not served with this method",
    }
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return _refused(Refusal(status, details.get(status, "the request is not valid"), headers))


def _broken(error: Exception) -> Response:
    _count(HTTPStatus.INTERNAL_SERVER_ERROR)
    _log.error("broken", path=clean(request.path), kind=type(error).__name__, exc_info=error)
    return _as_error(Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the receiver failed; the event is not stored"))


def _count(status: HTTPStatus) -> None:
    # The blueprint is named after the helpdesk. Nothing of the request may become a label.
    metrics.refused(request.blueprint or "none", status.value)
