"""The pages as one part of the receiver's application."""

from http import HTTPStatus

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from connector.helpdesks.payload import clean
from connector.policy.links import Links

from ..problem import Refusal
from ..reports import Reports
from .consent import consent_routes
from .pages import PageError, Pages
from .routes import report_routes
from .sources import Sources
from .ticket_page import ticket_routes

log = structlog.get_logger("webhooks")

_WITH_FILES = ("/report", "/add")
_PLAIN_BYTES = 256 * 1024
"""Of a form without files."""
_MOST_PARTS = 100


def form(reports: Reports, links: Links | None) -> Blueprint:
    """The routes below ``/form``. ``links`` reads those of our letters."""
    sources = Sources(reports, links)
    blueprint, pages = Blueprint("form", __name__, url_prefix="/form"), Pages(sources)

    @blueprint.before_request
    def bounded() -> None:
        request.max_content_length = reports.most_bytes if request.path.endswith(_WITH_FILES) else _PLAIN_BYTES
        request.max_form_memory_size = _PLAIN_BYTES
        request.max_form_parts = _MOST_PARTS

    @blueprint.errorhandler(PageError)
    def told(error: PageError) -> Response:
        return pages.error(error)

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> Response:
        return pages.error(PageError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"))

    @blueprint.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        log.warning(
            "a page could not be shown", status=refusal.status.value, detail=refusal.detail, path=clean(request.path)
        )
        why = "too_many" if refusal.status is HTTPStatus.TOO_MANY_REQUESTS else "busy"
        response = pages.error(PageError(refusal.status, why))
        response.headers.extend(refusal.headers)
        return response

    report_routes(blueprint, sources, pages)
    ticket_routes(blueprint, sources, pages)
    consent_routes(blueprint, sources, pages)
    return blueprint
