"""Jira's webhooks: ``POST /webhooks/jira/<name>``.

Two kinds of sender: an admin webhook signs its body with ``X-Hub-Signature: sha256=…``; the "Send web request" of an
Automation rule cannot sign and shows an agreed token in ``Authorization: Bearer …`` or ``X-Interspace-Token``. The two
secrets are separate settings, so that whoever may edit rules cannot sign webhooks.

There is no store of deliveries already seen, because none is needed: marking an issue due twice is one row, and a
reconcile that finds nothing to do writes nothing (P2). The identifier of a delivery, the same across its retries, is
in the answer and in the log.

Cloud tries again on 408, 409, 425, 429 and 5xx, five times at most, and on nothing else: hence 503 while the store is
down, and 202 for an event that nobody knows.
"""

import re
from hashlib import sha256
from http import HTTPStatus

import structlog
from flask import Blueprint, Response, request

from connector import metrics
from connector.helpdesks.jira.webhook import Meaning, meaning
from connector.helpdesks.payload import parse
from connector.helpdesks.sender import require_sha256_or_token
from connector.work.jobs import Key
from webhooks.accepted import accepted
from webhooks.body import read_json_bytes
from webhooks.problem import Refusal, clean
from webhooks.receiver import Receiver

IDENTIFIER = "X-Atlassian-Webhook-Identifier"

_IDENTIFIER = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_log = structlog.get_logger("webhooks.jira")


def jira(receiver: Receiver) -> Blueprint:
    """The routes of Jira's hooks."""
    routes = Blueprint("jira", __name__, url_prefix="/webhooks/jira")

    @routes.post("/<name>", provide_automatic_options=False)
    def deliver(name: str) -> Response:
        hook = receiver.jira.get(name)
        if hook is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such hook")
        body = read_json_bytes(request, receiver.max_body_bytes, receiver.body_places)
        sent = request.headers
        given = (sent.get("Authorization"), sent.get("X-Interspace-Token"))
        require_sha256_or_token(hook.secrets, hook.tokens, body, sent.get("X-Hub-Signature"), given)
        found = meaning(parse(body), hook.bot)
        for issue in found.issues:
            receiver.mark_due(Key(hook.helpdesk, issue))
        delivery = identifier(sent.get(IDENTIFIER)) or f"sha256:{sha256(body).hexdigest()}"
        return accepted(_told(name, found, delivery))

    return routes


def identifier(header: str | None) -> str | None:
    """The id that all attempts of one delivery share; nothing if it is missing or no id."""
    return header if header and _IDENTIFIER.fullmatch(header) else None


def _told(hook: str, found: Meaning, delivery: str) -> dict[str, object]:
    """The answer, after it has been logged and counted."""
    attempt = {
        label: clean(value)
        for label, header in (("retry", "X-Atlassian-Webhook-Retry"), ("flow", "X-Atlassian-Webhook-Flow"))
        if (value := request.headers.get(header)) is not None
    }
    seen = {"hook": hook, "webhook_event": found.event, "delivery": delivery, **attempt}
    answer: dict[str, object] = {"event": found.event, "delivery": delivery}
    if found.issues:
        metrics.accepted("jira")
        _log.debug("accepted", issues=found.issues, **seen)
        return {"tickets": found.issues, **answer}
    if found.ignored:
        metrics.accepted("jira", "ignored")
        _log.debug("ignored", reason=found.ignored, **seen)
        return {"ignored": found.ignored, **answer}
    metrics.accepted("jira", "unknown")
    _log.warning("unknown event", **seen)
    return {"ignored": "unknown event", **answer}
