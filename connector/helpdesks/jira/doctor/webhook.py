"""Does Jira tell the connector of every change, signed, and does the receiver hear it?"""

import hmac
from urllib.parse import urlsplit

from connector.counted import counted
from connector.doctor.connection import Probe, receives
from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok, skipped, warn
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.pages import listed
from connector.helpdesks.jira.install.webhook import EVENTS, PATH, hook_path, hook_row
from connector.install.installation import endpoint
from connector.ports import is_this_machine

_ADMIN_PAGE = "Settings → System → WebHooks"
_NO_MATTER = b'{"webhookEvent":"user_updated"}'
"""An event that the receiver knows and leaves alone."""


def webhook(context: Context) -> Observation:
    """It exists, is active, and leads to the receiver."""
    webhooks = _webhooks(context)
    if not webhooks:
        return fail(f"none leads to {PATH}", "interspace install apply jira creates it.")
    active = [row for row in webhooks if row.get("enabled")]
    if not active:
        return fail(f"{webhooks[0]['name']!r} is not active", f"Activate it ({_ADMIN_PAGE}).")
    if len(active) > 1:
        names = ", ".join(repr(str(row["name"])) for row in active)
        return warn(f"{len(active)} webhooks lead to the connector: {names}", "Keep one: each tells of everything.")
    row = active[0]
    url, parts = str(row["url"]), urlsplit(str(row["url"]))
    ours = context.settings.receiver_url
    if ours is not None and url != endpoint(ours, PATH):
        return fail(
            f"{row['name']!r} leads to {url}, the receiver is at {endpoint(ours, PATH)}",
            "Correct INTERSPACE_RECEIVER_URL, or let interspace install apply jira correct the webhook.",
        )
    if parts.path != PATH:
        return fail(f"{row['name']!r} leads to {url}", f"Let it lead to https://<the receiver's host>{PATH}.")
    # A Jira on this machine is a sandbox, whatever it says that it is.
    practice = is_this_machine(urlsplit(context.settings.of("jira").url or "").hostname or "")
    if parts.scheme == "http" and context.flavour.administers and not practice:
        return fail(f"{url}: Cloud calls nothing but https://", "Put the receiver behind TLS and use https://.")
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        return warn(f"{url}: issues travel unencrypted", "Put the receiver behind TLS and use https://.")
    return ok(f"{row['name']!r} leads to {url}")


def events(context: Context) -> Observation:
    """It tells of everything that the rules read, with bodies."""
    row = used_webhook(context)
    missing = [event for event in EVENTS if event not in (row.get("events") or ())]
    if missing:
        return fail(f"it does not tell of {', '.join(missing)}", "interspace install apply jira corrects it.")
    if not row.get("bodies"):
        return fail("it sends no bodies", f"Take the choice back ({_ADMIN_PAGE} → Exclude body).")
    project = context.mapping.project
    if row.get("jql") and project.casefold() not in str(row["jql"]).casefold():
        return fail(f"it tells only of {row['jql']}", "interspace install apply jira corrects it.")
    return ok(f"{counted(len(EVENTS), 'event')} of {row.get('jql') or 'all projects'}")


def signature(context: Context) -> Observation:
    """Jira signs. It never shows the secret: that it is ours is proved by the round trip."""
    if not context.flavour.administers:
        return skipped("Data Center does not tell; the round trip does")
    if not used_webhook(context).get("secret"):
        return fail("the webhook signs nothing", "interspace install apply jira gives it our secret.")
    return ok("the webhook signs")


def receiver(context: Context) -> Observation:
    """The receiver behind the webhook's address has our secret: it accepts our signature."""
    url = str(used_webhook(context)["url"])
    signed = f"sha256={hmac.digest(context.webhook_secrets[0], _NO_MATTER, 'sha256').hex()}"
    lost = "Jira does not follow redirects, and the event is lost"
    return receives(context, url, Probe(_NO_MATTER, signed, lost))


def used_webhook(context: Context) -> Row:
    """The active one. The check "webhook" stands before those that use it."""
    active = [row for row in _webhooks(context) if row.get("enabled")]
    if not active:
        raise PermanentError("Jira has no active webhook that leads to the connector")
    return active[0]


def _webhooks(context: Context) -> list[Row]:
    path = hook_path(context.flavour)
    rows = context.once(path, lambda: listed(context.admin, path))
    webhooks = [hook_row(row, context.flavour) for row in rows]
    return [row for row in webhooks if "/webhooks/jira/" in str(row["url"])]
