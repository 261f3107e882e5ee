"""All checks of an examination of Jira, foundations first."""

from connector.doctor import configuration, round_trip, telling
from connector.doctor.belonging import belonging, touched
from connector.doctor.connection import clocks, dead_letters, not_the_helpdesk, reached, table_clock, tls, work_table
from connector.doctor.finding import Check, Observation, fail, ok, warn
from connector.doctor.panels import PANELS
from connector.helpdesks.errors import UnavailableError
from connector.helpdesks.jira.doctor import by_hand, fields, project
from connector.helpdesks.jira.doctor.account import (
    ADMIN_PERMISSIONS,
    ADMIN_TOKEN,
    TOKEN,
    admin_token,
    named,
    permission_checks,
    time_zone,
    token,
    token_end,
)
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.trial import leftovers, trial_issue
from connector.helpdesks.jira.doctor.webhook import events, receiver, signature, used_webhook, webhook
from connector.helpdesks.jira.doctor.writers import writers
from connector.helpdesks.jira.flavour import flavour_of
from connector.helpdesks.jira.install.pages import row_of
from connector.helpdesks.jira.install.planning import FIRST_SIGNING, plan_jira
from connector.helpdesks.jira.settings import WEBHOOK_SECRET
from connector.helpdesks.versions import doubt, proved


def drift(context: Context) -> Observation:
    """Everything in Jira is as ``interspace install`` would make it."""
    secrets = {WEBHOOK_SECRET: context.webhook_secrets[0].decode()}
    receiver = context.settings.receiver_url or str(used_webhook(context)["url"])
    return configuration.drift(context, lambda: plan_jira(context.setup, secrets, receiver_url=receiver))


def jira_answers(context: Context) -> Observation:
    """Jira answers at the address and describes itself without a token."""
    answer = reached(context)
    if isinstance(answer, Observation):
        return answer
    try:
        flavour = flavour_of(answer.json().get("deploymentType"))
    except (ValueError, AttributeError, UnavailableError):
        return not_the_helpdesk(context, answer)
    user, text = context.own.user, f"{flavour.title} at {context.base} answers"
    if flavour.administers and user is None:
        return fail(
            f"{text}, and INTERSPACE_JIRA_USER is not set",
            "Cloud needs the e-mail address of the connector's user besides its API token.",
        )
    if not flavour.administers and user is not None:
        return fail(
            f"{text}, and INTERSPACE_JIRA_USER is set",
            "Data Center takes a personal access token alone: take the variable away.",
        )
    return ok(f"{text} within {answer.elapsed.total_seconds():.1f} s")


def version(context: Context) -> Observation:
    """One on which the connector was proved; of Data Center, one that signs webhooks."""
    info = row_of(context.bot, "api/2/serverInfo")
    text = str(info.get("version", ""))
    major = int((info.get("versionNumbers") or [0])[0])
    if major < FIRST_SIGNING:
        return fail(
            f"Jira Data Center {text} does not sign its webhooks",
            "Upgrade to 10, or let an Automation rule call the receiver (interspace install checklist jira).",
        )
    known = proved(context.HELPDESK, text)
    if known is None:
        return warn(f"{context.flavour.title}: {doubt(context.HELPDESK, text)}", "Try it on a test system.")
    return ok(f"{context.flavour.title} {text}, {known.proof.words}")


def travels(context: Context) -> Observation:
    """A test issue makes the whole way."""
    return round_trip.round_trip(context, trial_issue, "Jira's log of webhooks (Settings → System → WebHooks)")


def left_behind(context: Context) -> Observation:
    """Issues of tests are gone."""
    return round_trip.nothing_left(context, leftovers(context))


_SETTINGS, _FILES, _URL, _TABLE = "settings", "policy and mapping", "Jira answers", "work table"
_SECRET, _PROJECT, _FIELDS, _TYPES, _WEBHOOK = "webhook secret", "project", "custom fields", "issue types", "webhook"
_SCREENS, _STATUSES, _OPTIONS = "fields on screens", "statuses", "options"
_ADMIN = tuple(named("admin", one) for one in ADMIN_PERMISSIONS)
"""The permission to administer Jira. It alone is needed to read webhooks."""

CHECKS: tuple[Check[Context], ...] = (
    Check(_SETTINGS, configuration.settings),
    Check(_SECRET, configuration.webhook_secret),
    Check("proof key", configuration.proof_key),
    Check("secret files", configuration.secret_files),
    Check(_FILES, configuration.files),
    Check(_URL, jira_answers, (_SETTINGS,)),
    Check("TLS", tls, (_URL,)),
    Check("Jira's clock", clocks, (_URL,)),
    Check(_TABLE, work_table),
    Check("work table's clock", table_clock, (_TABLE,)),
    Check("dead letters", dead_letters, (_TABLE,)),
    Check(TOKEN, token, (_URL, _FILES)),
    Check("token's end", token_end, (TOKEN,)),
    Check("time zone", time_zone, (TOKEN,)),
    Check(ADMIN_TOKEN, admin_token, (TOKEN,)),
    Check("Jira's version", version, (TOKEN,)),
    Check(_PROJECT, project.project, (TOKEN,)),
    *permission_checks(),
    Check(_TYPES, project.issue_types, (_PROJECT,)),
    Check(_STATUSES, project.statuses, (_PROJECT,)),
    Check("priorities", project.priorities, (_TYPES,)),
    Check("roles", project.roles, (_PROJECT,)),
    Check("link type", project.link_type, (_PROJECT,)),
    Check(_FIELDS, fields.fields, (_PROJECT,)),
    Check("organizations", project.organizations, (_FIELDS,)),
    Check("project's fields", fields.associated, (_FIELDS, *_ADMIN)),
    Check(_SCREENS, fields.on_screens, (_FIELDS, _TYPES)),
    Check("fields on edit screens", fields.on_edit_screens, (_FIELDS,)),
    Check(_OPTIONS, fields.options, (_SCREENS,)),
    Check("whose installation", lambda context: belonging(context, context.desk.identity()), (_PROJECT,)),
    Check(
        "open tickets",
        lambda context: touched(context, context.desk, context.desk.identity()),
        ("whose installation", _FIELDS),
    ),
    Check(_WEBHOOK, webhook, _ADMIN[:1]),
    Check("webhook's events", events, (_WEBHOOK,)),
    Check("signature", signature, (_WEBHOOK,)),
    Check("receiver", receiver, (_WEBHOOK, _SECRET)),
    Check("installation", drift, (_FILES, _WEBHOOK, _SECRET, *_ADMIN)),
    Check("checklist: request types", by_hand.request_types, (_FIELDS, _TYPES)),
    Check("checklist: required details", by_hand.required, (_FIELDS, _TYPES)),
    Check("checklist: queues", by_hand.queues_there, (_FIELDS, *_ADMIN)),
    Check("checklist: goals", by_hand.goals, (_FIELDS,)),
    Check("letterhead", configuration.letterhead, (_FILES,)),
    Check("checklist: documents", by_hand.documents, (_FIELDS, _TYPES)),
    Check("escalation mail", by_hand.escalation_mail, (_FILES,)),
    Check("receivers outside", telling.receivers),
    *PANELS,
    Check("checklist: notifications", by_hand.unseen, (TOKEN,)),
    *writers(_FIELDS, _TYPES),
    Check("transitions", project.transitions, (_OPTIONS, _STATUSES, ADMIN_TOKEN)),
    Check("round trip", travels, (_WEBHOOK, _TABLE, _OPTIONS, _STATUSES)),
    Check("test objects removed", left_behind, (ADMIN_TOKEN, _PROJECT)),
)
"""The tests that make something on the helpdesk come last: what they need has been looked at before."""
