"""Are the tokens valid, whose are they, and may they do what is needed? One finding for each permission."""

from functools import partial
from typing import NamedTuple

from connector.doctor.context import Context, Row
from connector.doctor.finding import Check, Seen, fail, ok, skipped, warn
from connector.helpdesks.errors import ForbiddenError, UnavailableError

TOKEN, ADMIN_TOKEN = "token", "admin token"  # noqa: S105 - names of checks


class Permission(NamedTuple):
    """A permission of Zammad, the call that shows whether the token has it, and what for."""

    name: str
    method: str
    path: str
    purpose: str


BOT_PERMISSIONS = (
    Permission("ticket.agent", "POST", "tickets/search", "finds and reads tickets"),
    Permission("ticket.agent", "GET", "ticket_states", "reads the names of states"),
    Permission("ticket.agent", "GET", "ticket_priorities", "reads the names of priorities"),
    Permission("admin.group", "GET", "groups", "reads the names of groups"),
)
ADMIN_PERMISSIONS = (
    Permission("admin.object", "GET", "object_manager_attributes", "installs the attributes"),
    Permission("admin.group", "GET", "groups", "installs the groups"),
    Permission("admin.role", "GET", "roles", "installs the roles"),
    Permission("admin.webhook", "GET", "webhooks", "installs the webhook and reads its deliveries"),
    Permission("admin.trigger", "GET", "triggers", "installs the triggers"),
    Permission("admin.scheduler", "GET", "jobs", "proves that the background worker stores the attributes"),
    Permission("admin.calendar", "GET", "calendars", "installs the calendars"),
    Permission("admin.sla", "GET", "slas", "installs the SLAs"),
    Permission("admin.core_workflow", "GET", "core_workflows", "installs the mandatory fields"),
    Permission("admin.macro", "GET", "macros", "installs the macros"),
    Permission("admin.overview", "GET", "overviews", "installs the overviews"),
    Permission("admin.template", "GET", "templates", "installs the ticket template"),
    Permission("admin.text_module", "GET", "text_modules", "installs the text modules"),
    Permission("admin.report_profile", "GET", "report_profiles", "installs the report profiles"),
)


def token(context: Context) -> Seen:
    """The connector's own token, and a user who is nobody else's."""
    try:
        me = context.me
    except UnavailableError as error:
        return fail(
            str(error),
            "Make a new token as the connector's user (avatar → Profile → Token Access) and set INTERSPACE_ZAMMAD_TOKEN.",
        )
    text = f"{_person(me)}, id {me['id']}"
    if me.get("active") is False:
        return fail(f"{text}, is not active", "Activate the user in Zammad.")
    return ok(text)


def admin_token(context: Context) -> Seen:
    """A token of another user, who may look into the configuration."""
    if context.settings.zammad_admin_token is None:
        return skipped(
            "INTERSPACE_ZAMMAD_ADMIN_TOKEN is not set",
            "Set it for a whole examination: most of the installation shows itself to admins only.",
        )
    try:
        user = context.admin.get("users/me")
    except UnavailableError as error:
        return fail(str(error), "Make a new token as an admin and set INTERSPACE_ZAMMAD_ADMIN_TOKEN.")
    if user.get("id") == context.me["id"]:
        return fail(
            f"the admin token belongs to {_person(user)}, the connector's own user",
            "Give the connector a user of its own: what its user does counts as the connector's doing.",
        )
    return ok(f"{_person(user)}, id {user['id']}")


def permission_checks() -> tuple[Check, ...]:
    """One for each permission."""
    bot = [Check(_named("", one), partial(_bot_may, one), (TOKEN,)) for one in BOT_PERMISSIONS]
    admin = [Check(_named("admin ", one), partial(_admin_may, one), (ADMIN_TOKEN,)) for one in ADMIN_PERMISSIONS]
    return (*bot, *admin)


def permission_check(path: str) -> str:
    """The name of the check of the admin's permission for a call."""
    return next(_named("admin ", one) for one in ADMIN_PERMISSIONS if one.path == path)


def group_access(context: Context) -> Seen:
    """The connector's user works in every group of the mapping: reads, creates, changes."""
    ids = {str(row.get("name")): str(row.get("id")) for row in context.names("groups")}
    access = _access(context)
    needed = {name: ids[name] for name in sorted(set(context.mapping.groups.values())) if name in ids}
    missing = []
    for name, number in needed.items():
        held = access.get(number, frozenset())
        lacking = [] if "full" in held else sorted({"read", "create", "change"} - held)
        if lacking:
            missing.append(f"{name} ({', '.join(lacking)})")
    if not missing:
        return ok(f"read, create and change in {', '.join(needed) or 'no group: none of the mapping exists'}")
    text = f"{_person(context.me)} lacks access to: {', '.join(missing)}"
    do = "Give the connector's user full access to these groups; a new group starts without access for anybody."
    if not _sees_roles(context):
        return warn(f"{text}; what its roles add is shown to admins only", do)
    return fail(text, do)


def _bot_may(permission: Permission, context: Context) -> Seen:
    try:
        if permission.method == "POST":
            context.bot.post(permission.path, {"condition": {}, "limit": 1}, {"expand": "true"})
        else:
            context.names(permission.path)
    except ForbiddenError as error:
        return fail(str(error), f"Give the connector's user and its token the permission {permission.name}.")
    return ok(f"{permission.method} {permission.path} is allowed: it {permission.purpose}")


def _admin_may(permission: Permission, context: Context) -> Seen:
    try:
        context.rows(permission.path)
    except ForbiddenError as error:
        return fail(str(error), f"Give the admin and the admin's token the permission {permission.name}.")
    return ok(f"{permission.method} {permission.path} is allowed: it {permission.purpose}")


def _access(context: Context) -> dict[str, frozenset[str]]:
    """Group id → access, by the user's own groups and those of its roles."""
    held: dict[str, frozenset[str]] = {}
    for source in (context.me, *_roles(context)):
        groups = source.get("group_ids")
        for number, access in groups.items() if isinstance(groups, dict) else ():
            held[str(number)] = held.get(str(number), frozenset()) | frozenset(map(str, access))
    return held


def _roles(context: Context) -> list[Row]:
    mine = set(context.me.get("role_ids") or ())
    return [row for row in context.rows("roles") if row.get("id") in mine] if _sees_roles(context) else []


def _sees_roles(context: Context) -> bool:
    if context.settings.zammad_admin_token is None:
        return False
    try:
        context.rows("roles")
    except (ForbiddenError, UnavailableError):
        return False
    return True


def _person(user: Row) -> str:
    return str(user.get("login") or user.get("email") or "a user without a name")


def _named(prefix: str, permission: Permission) -> str:
    return f"{prefix}permission {permission.name}: {permission.path}"
