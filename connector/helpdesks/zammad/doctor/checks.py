"""All checks of an examination of Zammad, foundations first."""

import requests

from connector.doctor import configuration, round_trip, telling
from connector.doctor.belonging import belonging, touched
from connector.doctor.connection import clocks, dead_letters, not_the_helpdesk, reached, table_clock, tls, work_table
from connector.doctor.finding import Check, CheckStatus, Observation, fail, ok, skipped, warn
from connector.doctor.panels import PANELS
from connector.helpdesks.versions import doubt, proved
from connector.helpdesks.zammad.doctor import names
from connector.helpdesks.zammad.doctor.account import (
    ADMIN_PERMISSIONS,
    ADMIN_TOKEN,
    TOKEN,
    admin_token,
    agents_access,
    group_access,
    notifications,
    own_mails,
    permission_check,
    permission_checks,
    token,
    token_end,
)
from connector.helpdesks.zammad.doctor.attributes import attributes, attributes_on_a_ticket, labels, migrations
from connector.helpdesks.zammad.doctor.context import Context
from connector.helpdesks.zammad.doctor.customers_mails import customers_mails
from connector.helpdesks.zammad.doctor.storing import LOOK_AT_WORKER, triggers_store, worker_stores
from connector.helpdesks.zammad.doctor.trial import leftovers, trial_ticket
from connector.helpdesks.zammad.doctor.webhook import (
    SECRET,
    WEBHOOK,
    failed_deliveries,
    receiver,
    signature,
    triggers,
    used_webhook,
    was_tried_since,
    webhook,
)
from connector.helpdesks.zammad.doctor.writers import WRITERS
from connector.helpdesks.zammad.identity import told_version
from connector.helpdesks.zammad.install.planning import Setup, plan_zammad
from connector.helpdesks.zammad.install.tables import KINDS
from connector.helpdesks.zammad.settings import WEBHOOK_SECRET


def drift(context: Context) -> Observation:
    """Everything in Zammad is as ``interspace install`` would make it."""
    secrets = {WEBHOOK_SECRET: context.webhook_secrets[0].decode()}
    setup = Setup(context.admin, context.bot, context.policy, context.mapping)
    receiver = context.settings.receiver_url or str(used_webhook(context)["endpoint"])
    today, ops = context.clock().date(), context.settings.ops_url
    return configuration.drift(context, lambda: plan_zammad(setup, secrets, today, receiver_url=receiver, ops_url=ops))


def zammad_answers(context: Context) -> Observation:
    """A request without a token is refused in the way in which Zammad refuses it."""
    answer = reached(context)
    if isinstance(answer, Observation):
        return answer
    if not _is_zammad(answer):
        return not_the_helpdesk(context, answer)
    return ok(f"{context.base} answers within {answer.elapsed.total_seconds():.1f} s")


def version(context: Context) -> Observation:
    """The version is one on which the connector was proved."""
    text = told_version(context.admin if context.own.admin_token else context.bot)
    if text is None:
        return skipped("Zammad tells its version to admins only", "Set INTERSPACE_ZAMMAD_ADMIN_TOKEN.")
    known = proved(context.HELPDESK, text)
    if known is None:
        return warn(
            f"Zammad {text or 'of unknown version'}: {doubt(context.HELPDESK, text)}", "Try it on a test system."
        )
    return ok(f"Zammad {text}, {known.proof.words}")


def _is_zammad(answer: requests.Response) -> bool:
    try:
        body = answer.json()
    except ValueError:
        return False
    return isinstance(body, dict) and "error" in body and answer.status_code in (401, 403)


def travels(context: Context) -> Observation:
    """A test ticket makes the whole way."""
    began = context.clock()
    found = round_trip.round_trip(context, trial_ticket, "Zammad's log (Manage → Webhook)")
    if found.verdict is CheckStatus.FAIL and not was_tried_since(context, began):
        return fail(f"{found.text}; Zammad's log shows no attempt: its background worker delivers", LOOK_AT_WORKER)
    return found


def left_behind(context: Context) -> Observation:
    """Tickets, triggers and jobs of tests are gone."""
    return round_trip.nothing_left(context, leftovers(context))


_SETTINGS, _FILES, _URL, _TABLE = "settings", "policy and mapping", "Zammad answers", "work table"
_GROUPS = permission_check("groups")
_STATES = "connector: GET ticket_states"
_OBJECTS, _HOOKS = permission_check("object_manager_attributes"), permission_check("webhooks")
_INSTALL = tuple(permission_check(one.path) for one in ADMIN_PERMISSIONS if one.path in KINDS)
_ATTRIBUTES, _MIGRATED = "attributes", "migrations"

CHECKS: tuple[Check[Context], ...] = (
    Check(_SETTINGS, configuration.settings),
    Check("webhook secret", configuration.webhook_secret),
    Check("proof key", configuration.proof_key),
    Check("secret files", configuration.secret_files),
    Check(_FILES, configuration.files),
    Check(_URL, zammad_answers, (_SETTINGS,)),
    Check("TLS", tls, (_URL,)),
    Check("Zammad's clock", clocks, (_URL,)),
    Check(_TABLE, work_table),
    Check("work table's clock", table_clock, (_TABLE,)),
    Check("dead letters", dead_letters, (_TABLE,)),
    Check(TOKEN, token, (_URL,)),
    Check("token's end", token_end, (TOKEN,)),
    Check("whose installation", lambda context: belonging(context, context.identity), (TOKEN, _FILES)),
    Check("notifications", notifications, (TOKEN,)),
    Check(ADMIN_TOKEN, admin_token, (TOKEN,)),
    Check("Zammad's version", version, (TOKEN,)),
    *permission_checks(),
    Check("mail from the connector", own_mails, (_FILES, "connector: POST tickets/search")),
    Check("states", names.states, (_FILES, _STATES)),
    Check("priorities", names.priorities, (_FILES, "connector: GET ticket_priorities")),
    Check("groups", names.groups, (_FILES, _GROUPS)),
    Check("access to groups", group_access, (_FILES, _GROUPS)),
    Check("agents' access to groups", agents_access, (_FILES, permission_check("roles"), _GROUPS)),
    Check("sender addresses", names.sender_addresses, (_FILES, _GROUPS)),
    Check("letterhead", configuration.letterhead, (_FILES,)),
    Check("escalation mail", names.escalation_mail, (_FILES,)),
    Check("receivers outside", telling.receivers),
    *PANELS,
    Check("mail to customers", customers_mails, (_FILES, permission_check("triggers"), _GROUPS)),
    Check("roles", names.roles, (_FILES, permission_check("roles"))),
    Check("attributes of a ticket", attributes_on_a_ticket, (_FILES, "connector: POST tickets/search")),
    Check(
        "open tickets",
        lambda context: touched(context, context.desk, context.identity),
        ("whose installation",),
    ),
    Check(_ATTRIBUTES, attributes, (_FILES, _OBJECTS)),
    Check("labels", labels, (_ATTRIBUTES,)),
    Check(_MIGRATED, migrations, (_ATTRIBUTES,)),
    Check(WEBHOOK, webhook, (_HOOKS,)),
    Check(SECRET, signature, (WEBHOOK, "webhook secret")),
    Check("trigger", triggers, (WEBHOOK, permission_check("triggers"))),
    Check("receiver", receiver, (WEBHOOK, "webhook secret")),
    Check("deliveries", failed_deliveries, (WEBHOOK,)),
    Check("installation", drift, (_FILES, WEBHOOK, "webhook secret", *_INSTALL)),
    *WRITERS,
    Check("triggers store attributes", triggers_store, (_MIGRATED, "states", permission_check("triggers"))),
    Check("background worker stores attributes", worker_stores, (_MIGRATED, "states", permission_check("jobs"))),
    Check("round trip", travels, ("trigger", _TABLE, "states")),
    Check("test objects removed", left_behind, (ADMIN_TOKEN,)),
)
"""The tests that make something on the helpdesk come last: what they need has been looked at before."""
