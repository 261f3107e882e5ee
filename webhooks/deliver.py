"""``POST /webhooks/<helpdesk>/<hook>``: what is done with a delivery, whoever sends it.

Deliveries already seen are not remembered, because nothing would be won: a ticket marked due twice is one row, and a
reconcile that has nothing to do writes nothing (P2). The id of a delivery, the same in all its attempts, is in the
answer and in the log.

Each delivery is one log line, ``accepted``, ``ignored`` or ``unknown event``, with the same keys for every helpdesk:
``helpdesk``, ``hook``, ``webhook_event``, ``delivery``, ``tickets`` or ``reason``, and those of ``attempt_headers``.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus

import structlog
from flask import Blueprint, Response
from flask.globals import request_ctx
from structlog.typing import FilteringBoundLogger

from connector import metrics, tracing
from connector.helpdesks.payload import PayloadError, clean, parse
from connector.helpdesks.sender import Event, Sender
from connector.work.jobs import Key

from .body import read_json_bytes
from .problem import Refusal
from .receiver import Receiver


def routes(helpdesk: str, sender: Sender, receiver: Receiver) -> Blueprint:
    """The routes of a helpdesk's hooks."""
    blueprint = Blueprint(helpdesk, __name__, url_prefix=f"/webhooks/{helpdesk}")
    hooks = {hook.name: hook for hook in receiver.hooks if hook.helpdesk == helpdesk}
    # Bound once: a logger that looks its configuration up for each line costs a twentieth of the work on a delivery.
    log: FilteringBoundLogger = structlog.get_logger("webhooks").bind(helpdesk=helpdesk)

    @blueprint.post("/<name>", provide_automatic_options=False)
    def deliver(name: str) -> Response:
        hook = hooks.get(name)
        if hook is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such hook")
        # Not the proxy: looking the request up at each use costs a tenth of everything else here.
        request = request_ctx.request
        headers = request.headers
        body = read_json_bytes(request, receiver.max_body_bytes)
        if not sender.verify(headers, body, hook):
            # All failures answer alike (P5).
            detail = f"{', '.join(sender.proof_headers)}: missing or not valid for this hook"
            raise Refusal(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": sender.challenge})
        # From here on: who has no proof makes no spans.
        with tracing.span("delivery", "SERVER", helpdesk=helpdesk, hook=name) as span:
            try:
                event = sender.event(headers, parse(body), hook.bot)
            except PayloadError as error:
                raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None
            for ticket in event.tickets:
                receiver.mark_due(Key(helpdesk, ticket))
            span.say("interspace.tickets", ",".join(event.tickets))
        delivery = sender.delivery(headers)
        if delivery is None and sender.digest_for_id:
            delivery = f"sha256:{sha256(body).hexdigest()}"
        seen = {"hook": name, "webhook_event": event.name, "delivery": delivery}
        for key, header in sender.attempt_headers.items():
            if (value := headers.get(header)) is not None:
                seen[key] = clean(value)
        if event.tickets:
            metrics.accepted(helpdesk)
            log.debug("accepted", tickets=event.tickets, **seen)
        elif event.ignored:
            metrics.accepted(helpdesk, "ignored")
            log.debug("ignored", reason=event.ignored, **seen)
        else:
            metrics.accepted(helpdesk, "unknown")
            log.warning("unknown event", **seen)
        return _accepted({**_about(event), "delivery": delivery})

    return blueprint


def _about(event: Event) -> dict[str, object]:
    """The answer's words on the event."""
    if event.name is None and len(event.tickets) == 1:
        # The answer to helpdesks that write of one ticket at a time and do not name their events.
        return {"ticket": event.tickets[0]}
    named = {} if event.name is None else {"event": event.name}
    if event.tickets:
        return {"tickets": event.tickets, **named}
    return {"ignored": event.ignored or "unknown event", **named}


def _accepted(answer: Mapping[str, object]) -> Response:
    # Not by `jsonify`: that is a twentieth of the work on a delivery.
    return Response(json.dumps(answer), HTTPStatus.ACCEPTED.value, content_type="application/json")
