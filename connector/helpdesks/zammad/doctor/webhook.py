"""Does Zammad tell the connector of every change, signed with the right secret, and does the receiver hear it?"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from connector.counted import counted
from connector.doctor.connection import Probe, receives
from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok, skipped, warn
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.zammad.doctor.conditions import named_conditions, texts
from connector.helpdesks.zammad.doctor.context import Context, listed
from connector.helpdesks.zammad.install.webhook import PATH
from connector.helpdesks.zammad.webhook import NO_MATTER
from connector.install.installation import endpoint
from connector.install.objects import is_marked
from connector.ports import is_this_machine

WEBHOOK, SECRET = "webhook", "signature token"

_STALE = timedelta(minutes=3)
"""Five attempts take about 110 s; then a delivery is lost for good."""
_RECENT = timedelta(days=1)
_DELIVERY = re.compile(r"^x-zammad-delivery: *([0-9a-f-]{36})\s*$", re.IGNORECASE | re.MULTILINE)
_MASKED = re.compile(r"\*+")


def webhook(context: Context) -> Observation:
    """It exists, is active, and leads to the receiver."""
    webhooks = _webhooks(context)
    if not webhooks:
        return fail(f"none leads to {PATH}", "Create it with interspace install.")
    active = [row for row in webhooks if row.get("active", True)]
    if not active:
        return fail(f"{_name(webhooks[0])} is not active", "Activate it (Manage → Webhook).")
    if len(active) > 1:
        return warn(
            f"{len(active)} webhooks lead to the connector: {', '.join(map(_name, active))}",
            "Keep one: every further one costs time in Zammad's only delivery thread.",
        )
    row = active[0]
    url, parts = str(row.get("endpoint")), urlsplit(str(row.get("endpoint")))
    if parts.path != PATH:
        return fail(f"{_name(row)} leads to {url}", f"Let it lead to https://<the receiver's host>{PATH}.")
    ours = context.settings.receiver_url
    if ours is not None and url != endpoint(ours, PATH):
        return fail(
            f"{_name(row)} leads to {url}, the receiver is at {endpoint(ours, PATH)}",
            "Correct INTERSPACE_RECEIVER_URL, or let interspace install apply zammad correct the webhook.",
        )
    if altered := _altered(row):
        return fail(f"{_name(row)} does not send what the receiver reads: {altered}", "Set it back (Manage → Webhook).")
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        return warn(f"{url}: tickets travel unencrypted", "Put the receiver behind TLS and use https://.")
    if parts.scheme == "https" and row.get("ssl_verify") is False:
        return warn(f"{url}: the certificate is not verified", "Switch SSL verification on for this webhook.")
    return ok(f"{_name(row)} leads to {url}")


def _altered(row: Row) -> str:
    """What newer versions let an admin choose, and the receiver cannot read (6.4; the method: source of 7.0)."""
    if row.get("customized_payload"):
        return "it has a payload of its own"
    if row.get("pre_defined_webhook_type"):
        return f"it is one for {row['pre_defined_webhook_type']}"
    method = str(row.get("http_method") or "post")
    return "" if method.lower() == "post" else f"it sends {method.upper()}"


def signature(context: Context) -> Observation:
    """Zammad signs with one of our secrets. Both stay out of every text."""
    token = str(used_webhook(context).get("signature_token") or "")
    if not token:
        return fail("the webhook signs nothing", "Set our secret as its signature token: interspace install does.")
    if _MASKED.fullmatch(token):
        return skipped("this Zammad does not show it; the round trip tells")
    if not any(hmac.compare_digest(token.encode(), secret) for secret in context.webhook_secrets):
        return fail(
            "Zammad signs with another secret than INTERSPACE_ZAMMAD_WEBHOOK_SECRET",
            "Set the same on both sides (interspace install does) and restart the receiver.",
        )
    return ok("Zammad and the settings have the same secret")


def triggers(context: Context) -> Observation:
    """At least one fires on every change, and none on the connector's own."""
    ours = [row for row in context.rows("triggers") if _calls(row, used_webhook(context)["id"])]
    active = [row for row in ours if row.get("active", True)]
    if not ours:
        return fail("no trigger calls the webhook", "Create it with interspace install.")
    asleep = [row for row in ours if row not in active and (not active or is_marked(row.get("note")))]
    if asleep:
        return fail(f"not active: {', '.join(map(_name, asleep))}", "Activate it (Manage → Trigger).")
    bot = str(context.me["id"])
    echoing = [_name(row) for row in active if not _excludes(row.get("condition"), bot)]
    if echoing:
        return fail(
            f"fired by the connector's own changes: {', '.join(echoing)}",
            f"Add the condition: Updated by – is not – {context.me.get('login')} (id {bot}).",
        )
    if not any(_hears_attributes(row.get("condition")) for row in active):
        return warn(
            f"{', '.join(map(_name, active))}: changes of attributes alone fire nothing",
            'Leave "Action is …" out of the conditions, or let interspace install set them.',
        )
    return ok(", ".join(map(_name, active)))


def receiver(context: Context) -> Observation:
    """The receiver behind the webhook's address has our secret: it accepts our signature."""
    url = str(used_webhook(context)["endpoint"])
    signature = f"sha1={hmac.digest(context.webhook_secrets[0], NO_MATTER, 'sha1').hex()}"
    lost = "Zammad loses the event: up to 6.4 it takes a redirect for success, later ones for a failure, five times"
    return receives(context, url, Probe(NO_MATTER, signature, lost))


def failed_deliveries(context: Context) -> Observation:
    """Deliveries of the last day that never arrived, by Zammad's own log."""
    ours = _attempts(context)
    now = context.clock()
    arrived = {_delivery(row) for row in ours if _arrived(row)}
    lost = {
        _delivery(row)
        for row in ours
        if not _arrived(row) and _STALE < now - _time(row) < _RECENT and _delivery(row) not in arrived
    }
    if not lost:
        return ok(f"{counted(len(ours), 'attempt')} in Zammad's log, nothing lost in the last day")
    latest = max(ours, key=_time)
    status = latest.get("status")
    outcome = f"was answered {status}" if status and status != "0" else "got no answer"
    text = f"lost in the last day: {len(lost)}; the latest attempt {outcome}"
    if _arrived(latest):
        return warn(text, "It works again; the sweep finds what was lost. Look why it failed: Manage → Webhook → log.")
    return fail(text, "Look into Zammad's log (Manage → Webhook) and the receiver's; the sweep finds what was lost.")


def was_tried_since(context: Context, moment: datetime) -> bool:
    """Whether Zammad has tried to deliver anything to us since then (UTC)."""
    return any(_time(row) >= moment - timedelta(seconds=5) for row in _attempts(context))


def _attempts(context: Context) -> list[Row]:
    """Those to our receiver, by Zammad's log."""
    url = str(used_webhook(context)["endpoint"])
    rows = listed(context.admin, "http_logs/webhook", {"limit": "500"})
    return [row for row in rows if str(row.get("url", "")).partition("?")[0] == url]


def _webhooks(context: Context) -> list[Row]:
    rows = context.rows("webhooks")
    marked = [row for row in rows if is_marked(row.get("note"))]
    return marked or [row for row in rows if "/webhooks/zammad/" in str(row.get("endpoint"))]


def used_webhook(context: Context) -> Row:
    """The active one. The check "webhook" stands before those that use it."""
    active = [row for row in _webhooks(context) if row.get("active", True)]
    if not active:
        raise PermanentError("Zammad has no active webhook that leads to the connector")
    return active[0]


def _calls(trigger: Row, webhook_id: object) -> bool:
    perform = trigger.get("perform")
    action = perform.get("notification.webhook") if isinstance(perform, Mapping) else None
    return isinstance(action, Mapping) and str(action.get("webhook_id")) == str(webhook_id)


def _excludes(condition: Any, user_id: str) -> bool:
    """Joined by AND from the top down, so that nothing gets past it."""
    if not isinstance(condition, Mapping):
        return False
    if "conditions" in condition:
        parts = condition["conditions"]
        joined = condition.get("operator") == "AND" and isinstance(parts, list)
        return joined and any(_excludes(part, user_id) for part in parts)
    return any(
        name == "ticket.updated_by_id" and spec.get("operator") == "is not" and user_id in texts(spec.get("value"))
        for name, spec in named_conditions(condition)
    )


def _hears_attributes(condition: Any) -> bool:
    named = list(named_conditions(condition))
    changes = any(spec.get("operator") == "has changed" for _, spec in named)
    return changes or all(name != "ticket.action" for name, _ in named)


def _name(row: Row) -> str:
    return repr(str(row.get("name", "")))


def _arrived(row: Row) -> bool:
    """2xx; what follows a redirect is logged as an attempt of its own."""
    return str(row.get("status")).startswith("2")


def _delivery(row: Row) -> str:
    """The UUID that all attempts of one delivery share, else the attempt's own id."""
    request = row.get("request")
    match = _DELIVERY.search(str(request.get("content", ""))) if isinstance(request, Mapping) else None
    return match[1] if match else f"attempt {row.get('id')}"


def _time(row: Row) -> datetime:
    return datetime.fromisoformat(str(row.get("created_at")))
