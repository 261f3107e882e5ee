"""All checks of an examination of Jira, foundations first."""

from connector.doctor import configuration, round_trip, worktable
from connector.doctor.connection import clocks, tls
from connector.doctor.finding import Check, Observation
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
)
from connector.helpdesks.jira.doctor.address import jira_answers, version
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.drift import drift
from connector.helpdesks.jira.doctor.trial import leftovers, trial_issue
from connector.helpdesks.jira.doctor.webhook import events, receiver, signature, webhook


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
"""To administer Jira comes first: it is all that looking at webhooks needs."""

CHECKS: tuple[Check[Context], ...] = (
    Check(_SETTINGS, configuration.settings),
    Check(_SECRET, configuration.webhook_secret),
    Check("proof key", configuration.proof_key),
    Check("secret files", configuration.secret_files),
    Check(_FILES, configuration.files),
    Check(_URL, jira_answers, (_SETTINGS,)),
    Check("TLS", tls, (_URL,)),
    Check("Jira's clock", clocks, (_URL,)),
    Check(_TABLE, worktable.work_table),
    Check("work table's clock", worktable.table_clock, (_TABLE,)),
    Check("dead letters", worktable.dead_letters, (_TABLE,)),
    Check(TOKEN, token, (_URL, _FILES)),
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
    Check(_SCREENS, fields.on_screens, (_FIELDS, _TYPES)),
    Check(_OPTIONS, fields.options, (_SCREENS,)),
    Check(_WEBHOOK, webhook, _ADMIN[:1]),
    Check("webhook's events", events, (_WEBHOOK,)),
    Check("signature", signature, (_WEBHOOK,)),
    Check("receiver", receiver, (_WEBHOOK, _SECRET)),
    Check("installation", drift, (_FILES, _WEBHOOK, _SECRET, *_ADMIN)),
    Check("checklist: request types", by_hand.request_types, (_FIELDS, _TYPES)),
    Check("checklist: required details", by_hand.required, (_FIELDS, _TYPES)),
    Check("checklist: queues", by_hand.queues_there, (_FIELDS, *_ADMIN)),
    Check("checklist: goals", by_hand.goals, (_FIELDS,)),
    Check("escalation mail", by_hand.escalation_mail, (_FILES,)),
    Check("checklist: notifications", by_hand.unseen, (TOKEN,)),
    Check("transitions", project.transitions, (_OPTIONS, _STATUSES, ADMIN_TOKEN)),
    Check("round trip", travels, (_WEBHOOK, _TABLE, _OPTIONS, _STATUSES)),
    Check("test objects removed", left_behind, (ADMIN_TOKEN, _PROJECT)),
)
"""The tests that make something on the helpdesk come last: what they need has been looked at before."""
