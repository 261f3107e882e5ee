"""Zammad's webhooks: ``POST /webhooks/zammad/<name>``.

Zammad sends the whole ticket on every event; the connector needs only to know which ticket to read again. A
delivery is retried up to four times under the same ``X-Zammad-Delivery`` (with another body, perhaps), then lost.
"""

import re
from http import HTTPStatus

import structlog
from flask import Blueprint, Response
from flask.globals import request_ctx

from connector import metrics
from connector.helpdesks.payload import parse
from connector.helpdesks.sender import require_sha1
from connector.work.jobs import Key
from webhooks.accepted import accepted
from webhooks.body import read_json_bytes
from webhooks.problem import Refusal
from webhooks.receiver import Receiver

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_log = structlog.get_logger("webhooks.zammad")


def zammad(receiver: Receiver) -> Blueprint:
    """The routes of Zammad's hooks."""
    routes = Blueprint("zammad", __name__, url_prefix="/webhooks/zammad")

    @routes.post("/<name>", provide_automatic_options=False)
    def deliver(name: str) -> Response:
        hook = receiver.zammad.get(name)
        if hook is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such hook")
        # Not the proxy: looking the request up at each use costs a tenth of everything else here.
        sent = request_ctx.request
        body = read_json_bytes(sent, receiver.max_body_bytes, receiver.body_places)
        require_sha1(hook.secrets, body, sent.headers.get("X-Hub-Signature"))
        ticket = str(parse(body)["ticket"]["id"].identifier())
        receiver.mark_due(Key(hook.helpdesk, ticket))
        delivery = delivery_id(sent.headers.get("X-Zammad-Delivery"))
        metrics.accepted("zammad")
        _log.debug("accepted", hook=name, ticket=ticket, delivery=delivery)
        return accepted({"ticket": ticket, "delivery": delivery})

    return routes


def delivery_id(header: str | None) -> str | None:
    """The UUID that all attempts of one delivery share; nothing if it is missing or no UUID."""
    return header if header and _UUID.fullmatch(header) else None
