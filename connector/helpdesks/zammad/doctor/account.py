"""Are the tokens valid, whose are they, and may they do what is needed? One finding for each permission."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from connector.doctor.connection import token_until
from connector.doctor.context import Row
from connector.doctor.finding import Check, Observation, fail, ok, skipped, warn
from connector.domain.vocabulary import Channel
from connector.helpdesks.answer import objects
from connector.helpdesks.errors import ForbiddenError, PermanentError, TransientError, UnavailableError
from connector.helpdesks.zammad.doctor.context import ANY_TICKET, Context
from connector.helpdesks.zammad.install.tables import KINDS

TOKEN, ADMIN_TOKEN = "token", "admin token"
_EXPIRED = "token expired"
"""Zammad's words with the 401 for a token that had an end (6.4, extra/refused)."""


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
)
_READ_BY_AGENTS = frozenset({"ticket_priorities", "macros", "text_modules", "templates"})
"""Every agent may read these. What an admin's permission adds shows itself when an object without a name is refused for
that (422, recordings 078, 237), and not for the permission (403)."""
_NOT_TO_BE_SEEN = frozenset({"users"})
"""Every agent may read users, and create customers."""
ADMIN_PERMISSIONS = (
    *(
        Permission(kind.permission, "POST" if path in _READ_BY_AGENTS else "GET", path, f"installs every {kind.label}")
        for path, kind in KINDS.items()
        if path not in _NOT_TO_BE_SEEN
    ),
    Permission("admin.scheduler", "GET", "jobs", "proves that the background worker stores the attributes"),
)


def token(context: Context) -> Observation:
    """The connector's own token, and a user who is nobody else's."""
    try:
        me = context.me
    except UnavailableError as error:
        return fail(
            f"{'the token has expired; ' if _EXPIRED in str(error) else ''}{error}",
            "As the connector's user, make a new token (Profile → Token Access), and set INTERSPACE_ZAMMAD_TOKEN.",
        )
    text = f"{_person(me)}, id {me['id']}"
    if me.get("active") is False:
        return fail(f"{text}, is not active", "Activate the user in Zammad.")
    try:
        context.bot.get("macros")
    except ForbiddenError:
        return fail(
            f"{text}, is no agent: its internal notes would be public",
            "Use the token of the connector's own user, with the role Agent and the permission ticket.agent.",
        )
    return ok(text)


def token_end(context: Context) -> Observation:
    """The connector's token lives some weeks more. Zammad tells of tokens without
    themselves: ours is the one that was used last, just now (recording 253)."""
    variable, today = context.own.variable("token_ends"), context.clock().date()
    renew = "As the connector's user, make a new token (Profile → Token Access), and set INTERSPACE_ZAMMAD_TOKEN."
    try:
        answer = context.bot.get("user_access_token")
    except ForbiddenError:
        if context.own.token_ends is not None:
            return token_until(context.own.token_ends, today, variable, f"{renew} Set {variable} to its last day.")
        return skipped(
            "Zammad does not tell this token of itself",
            f"If it has a last day, set {variable}, or give it the permission user_preferences.access_token.",
        )
    tokens = objects(answer.get("tokens") if isinstance(answer, dict) else None, "Zammad GET user_access_token")
    ours = max(tokens, key=lambda row: str(row.get("last_used_at") or ""), default={})
    if not ours.get("expires_at"):
        return ok("it has no end")
    last_day = datetime.fromisoformat(str(ours["expires_at"])).date()
    return token_until(last_day, today, "Zammad", renew)


def notifications(context: Context) -> Observation:
    """The connector's user is told of nothing: it would get a mail for every ticket."""
    matrix = (((context.me.get("preferences") or {}).get("notification_config") or {}).get("matrix")) or {}
    loud = sorted(event for event, told in matrix.items() if any((told.get("channel") or {}).values()))
    if not loud:
        return ok("the connector's user gets no notifications")
    return warn(
        f"{_person(context.me)} is notified of: {', '.join(loud)}",
        "interspace install apply switches its notifications off.",
    )


def admin_token(context: Context) -> Observation:
    """A token of another user, who may look into the configuration."""
    if context.own.admin_token is None:
        return skipped(
            "INTERSPACE_ZAMMAD_ADMIN_TOKEN is not set",
            "Set it for a whole examination: most of the installation shows itself to admins only.",
        )
    try:
        user = context.admin.get("users/me")
    except UnavailableError as error:
        expired = "the admin's token has expired; " if _EXPIRED in str(error) else ""
        return fail(f"{expired}{error}", "Make a new token as an admin and set INTERSPACE_ZAMMAD_ADMIN_TOKEN.")
    if user.get("id") == context.me["id"]:
        return fail(
            f"the admin token belongs to {_person(user)}, the connector's own user",
            "Give the connector a user of its own: what its user does counts as the connector's doing.",
        )
    return ok(f"{_person(user)}, id {user['id']}")


def own_mails(context: Context) -> Observation:
    """Mails that name the connector's user as their sender are somebody else's: they prove nothing, and are read as a
    stranger's (P20)."""
    mine = {"ticket.created_by_id": {"operator": "is", "pre_condition": "specific", "value": [str(context.me["id"])]}}
    asked = {"condition": mine, "sort_by": "created_at", "order_by": "desc", "limit": 50}
    rows = context.bot.post("tickets/search", asked, {"expand": "true"})
    by_mail = context.mapping.articles.types[Channel.EMAIL]
    found = [row for row in rows if isinstance(row, dict) and row.get("create_article_type_id") == by_mail]
    if found:
        return warn(
            f"ticket {found[0].get('number')} was opened by a mail from the connector's own address",
            "Take the address from the connector's user, or stop what sends from it: such mails are a stranger's.",
        )
    return ok("no ticket was opened by a mail from the connector's address")


def permission_checks() -> tuple[Check[Context], ...]:
    """One for each permission."""
    bot = [
        Check(_named("connector", permission), partial(_bot_may, permission), (TOKEN,))
        for permission in BOT_PERMISSIONS
    ]
    admin = [
        Check(_named("admin", permission), partial(_admin_may, permission), (ADMIN_TOKEN,))
        for permission in ADMIN_PERMISSIONS
    ]
    return (*bot, *admin)


def permission_check(path: str) -> str:
    """The name of the check of the admin's permission for a call."""
    return next(_named("admin", permission) for permission in ADMIN_PERMISSIONS if permission.path == path)


def group_access(context: Context) -> Observation:
    """The connector's user works in every group of the mapping: reads, creates, changes; and so may link tickets of two
    groups, for which Zammad wants *change* in the one and *read* in the other."""
    ids = {str(row.get("name")): str(row.get("id")) for row in context.rows("groups")}
    access = _access(context)
    named = {*context.mapping.groups.values(), *context.mapping.groups_in_scope}
    needed = {name: ids[name] for name in sorted(named) if name in ids}
    missing = []
    for name, group_id in needed.items():
        granted = access.get(group_id, frozenset())
        lacking = [] if "full" in granted else sorted({"read", "create", "change"} - granted)
        if lacking:
            missing.append(f"{name} ({', '.join(lacking)})")
    if not missing:
        return ok(f"read, create and change in {', '.join(needed) or 'no group: none of the mapping exists'}")
    text = f"{_person(context.me)} lacks access to: {', '.join(missing)}"
    do = "Give the connector's user full access to these groups; a new group starts without access for anybody."
    if _roles(context) is None:
        return warn(f"{text}; what its roles add cannot be seen without admin.role", do)
    return fail(text, do)


def agents_access(context: Context) -> Observation:
    """The owner keeps a ticket that rises (R38): agents must be able to work in the groups of the levels too."""
    ids = {str(row.get("name")): str(row.get("id")) for row in context.rows("groups")}
    agents = set(context.mapping.roles.agents)
    granted: dict[str, set[str]] = {}
    for row in context.rows("roles"):
        groups = row.get("group_ids")
        if row.get("name") in agents and isinstance(groups, dict):
            for group_id, access in groups.items():
                granted.setdefault(str(group_id), set()).update(map(str, access))
    named = sorted(set(context.mapping.groups.values()) & ids.keys())
    closed = [name for name in named if not granted.get(ids[name], set()) & {"full", "change"}]
    if not closed:
        return ok(f"{', '.join(sorted(agents))} may work in {', '.join(named)}")
    return warn(
        f"by role alone, {', '.join(sorted(agents))} may not work in {', '.join(closed)}",
        "Unless your agents have access as persons: give it to the role, or apply the installation with --adopt.",
    )


def _bot_may(permission: Permission, context: Context) -> Observation:
    def call() -> None:
        if permission.method == "POST":
            context.bot.post(permission.path, {"condition": ANY_TICKET, "limit": 1}, {"expand": "true"})
        else:
            context.names(permission.path)

    return _may(permission, call, "the connector's user and its token")


def _admin_may(permission: Permission, context: Context) -> Observation:
    def call() -> None:
        if permission.method == "POST":
            _refused_for_its_name(permission.path, context)
        else:
            context.rows(permission.path)

    return _may(permission, call, "the admin and the admin's token")


def _may(permission: Permission, call: Callable[[], None], whom: str) -> Observation:
    try:
        call()
    except ForbiddenError as error:
        return fail(str(error), f"Give {whom} the permission {permission.name}.")
    return ok(f"allowed by {permission.name}; {permission.purpose}")


def _refused_for_its_name(path: str, context: Context) -> None:
    try:
        # Without options, a template would fail with 500 (recording 261).
        made = context.admin.post(path, {"name": "", "options": {}})
    except (ForbiddenError, UnavailableError):
        raise
    except (PermanentError, TransientError):
        return
    context.left_behind.append(f"{path} {made.get('id') if isinstance(made, dict) else ''}")


def _access(context: Context) -> dict[str, frozenset[str]]:
    """Group id → access, by the user's own groups and those of its roles."""
    granted: dict[str, frozenset[str]] = {}
    for source in (context.me, *(_roles(context) or ())):
        groups = source.get("group_ids")
        for group_id, access in groups.items() if isinstance(groups, dict) else ():
            granted[str(group_id)] = granted.get(str(group_id), frozenset()) | frozenset(map(str, access))
    return granted


def _roles(context: Context) -> list[Row] | None:
    """The roles of the connector's user; ``None`` if the admin's token may not see roles."""
    mine = set(context.me.get("role_ids") or ())
    try:
        return [row for row in context.rows("roles") if row.get("id") in mine]
    except ForbiddenError:
        return None


def _person(user: Row) -> str:
    return str(user.get("login") or user.get("email") or "a user without a name")


def _named(who: str, permission: Permission) -> str:
    return f"{who}: {permission.method} {permission.path}"
