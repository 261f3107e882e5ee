"""Are the tokens valid, whose are they, and may they do what is needed? One finding for each permission."""

from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from connector.doctor.connection import token_until
from connector.doctor.context import Row
from connector.doctor.finding import Check, Observation, fail, ok, skipped, warn
from connector.helpdesks.errors import PermanentError, UnavailableError
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.pages import row_of
from connector.helpdesks.jira.scopes import SCOPES
from connector.helpdesks.jira.site import is_customer

TOKEN, ADMIN_TOKEN = "token", "admin token"


class Permission(NamedTuple):
    """A permission of Jira, by its key and as admins see it, and what for."""

    key: str
    name: str
    purpose: str


BOT_PERMISSIONS = (
    Permission("BROWSE_PROJECTS", "Browse Projects", "finds and reads issues"),
    Permission("CREATE_ISSUES", "Create Issues", "makes RFO tasks and problem records"),
    Permission("EDIT_ISSUES", "Edit Issues", "sets fields, priority and group"),
    Permission("TRANSITION_ISSUES", "Transition Issues", "opens a problem record again"),
    Permission("ADD_COMMENTS", "Add Comments", "writes notes and messages"),
    Permission("LINK_ISSUES", "Link Issues", "links tasks and records to their incident"),
    Permission("SCHEDULE_ISSUES", "Schedule Issues", "sets the due date of RFO tasks"),
    Permission("SERVICEDESK_AGENT", "Service Project Agent", "writes internal comments, reads SLAs"),
    Permission("USER_PICKER", "Browse users and groups (global)", "knows the members of roles that are groups"),
)
ADMIN_PERMISSIONS = (
    Permission("ADMINISTER", "Administer Jira (global)", "installs"),
    Permission("CREATE_SHARED_OBJECTS", "Share dashboards and filters (global)", "installs filters and dashboard"),
    Permission("ADMINISTER_PROJECTS", "Administer Projects", "lets the connector's user join the team"),
)


def token(context: Context) -> Observation:
    """The connector's own token, and an account that is no customer's."""
    try:
        me = context.me
    except (UnavailableError, PermanentError) as error:
        return fail(
            str(error),
            "As the connector's user, make a new token, and set INTERSPACE_JIRA_TOKEN; on Cloud also its user. A token "
            f"with scopes needs {', '.join(SCOPES)}, and INTERSPACE_JIRA_API_URL.",
        )
    text = person(me)
    if me.get("active") is False:
        return fail(f"{text} is not active", "Activate the account.")
    if is_customer(me):
        return fail(f"{text} is a portal customer", "Give the connector an account of its own with access to Jira.")
    return ok(text)


def token_end(context: Context) -> Observation:
    """The token lives some weeks more. Jira does not tell: the day is the one that the settings name."""
    ends, variable = context.own.token_ends, context.own.variable("token_ends")
    if ends is None and not context.flavour.administers:
        return skipped(f"a personal access token may have an end: {variable} is not set", "Set it, if it has one.")
    if ends is None:
        return warn(
            f"an API token ends after a year at the latest, and {variable} is not set",
            f"Set {variable} to its last day (id.atlassian.com → Security → API tokens).",
        )
    renew = f"Make a new token, set it, and set {variable} to its last day."
    return token_until(ends, context.clock().date(), variable, renew)


def time_zone(context: Context) -> Observation:
    """The time zone in which Jira reads the connector's searches."""
    try:
        return ok(f"searches are written in {context.site.bot.zone.key}")
    except UnavailableError as error:
        return fail(str(error), "Set a time zone in the profile of the connector's user, best UTC.")


def admin_token(context: Context) -> Observation:
    """A token of another user, who may look into the configuration."""
    if context.own.admin_token is None:
        return skipped(
            "INTERSPACE_JIRA_ADMIN_TOKEN is not set",
            "Set it for a whole examination: most of the installation shows itself to admins only.",
        )
    try:
        user = row_of(context.admin, "api/2/myself")
    except (UnavailableError, PermanentError) as error:
        return fail(str(error), "Make a new token as an admin and set INTERSPACE_JIRA_ADMIN_TOKEN.")
    key = context.flavour.user_id
    if user.get(key) == context.me.get(key):
        return fail(
            f"the admin token belongs to {person(user)}, the connector's own user",
            "Give the connector a user of its own: what its user does counts as the connector's doing.",
        )
    return ok(person(user))


def permission_checks() -> tuple[Check[Context], ...]:
    """One for each permission."""
    bot = [
        Check(named("connector", permission), partial(_bot_may, permission), (TOKEN,)) for permission in BOT_PERMISSIONS
    ]
    admin = [
        Check(named("admin", permission), partial(_admin_may, permission), (ADMIN_TOKEN,))
        for permission in ADMIN_PERMISSIONS
    ]
    return (*bot, *admin)


def named(who: str, permission: Permission) -> str:
    """The name of a permission's check."""
    return f"{who}: {permission.key}"


def person(user: Row) -> str:
    """An account as people know it."""
    return str(user.get("emailAddress") or user.get("displayName") or user.get("name") or "an account without a name")


def _bot_may(permission: Permission, context: Context) -> Observation:
    verdict = _may(permission, context, context.bot, "the connector's user")
    if permission.key == "USER_PICKER" and verdict.do:
        return warn(verdict.text, f"{verdict.do} Without it, put agents into the roles one by one.")
    return verdict


def _admin_may(permission: Permission, context: Context) -> Observation:
    return _may(permission, context, context.admin, "the admin")


def _may(permission: Permission, context: Context, client: JiraClient, whom: str) -> Observation:
    # Data Center tells all of them, and knows no choice.
    asked = {"permissions": permission.key} if context.flavour.administers else {}
    query = urlencode({"projectKey": context.mapping.project, **asked})
    rows = row_of(client, "api/2/mypermissions", query).get("permissions")
    row = rows.get(permission.key) if isinstance(rows, dict) else None
    if isinstance(row, dict) and row.get("havePermission") is True:
        return ok(permission.purpose)
    return fail(
        f"{whom} may not: {permission.name}; {permission.purpose}",
        f"Give {whom} the permission {permission.name}, best by its project role.",
    )
