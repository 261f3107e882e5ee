"""Who calls, and what they may see and change."""

from collections.abc import Mapping

from connector.sandbox.wire import header
from connector.sandbox.zammad import permissions, seed
from connector.sandbox.zammad.call import Call
from connector.sandbox.zammad.errors import ApiError, not_authorized, token_not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

_TICKET_PERMISSIONS = tuple(permissions.NAMES[name] for name in ("ticket.agent", "ticket.customer", "ticket"))


def authenticate(world: World, headers: Mapping[str, str]) -> tuple[Record, frozenset[str] | None]:
    """The user behind a request, and the permissions that the token is limited to (None: all that the user has).

    The sandbox knows tokens only, no passwords.

    Raises ApiError 403 without credentials, 401 with wrong ones (recordings 186-188) or one that has expired (6.4,
    extra/refused), 403 for an unknown user to act for (recording 201).
    """
    token = _token(header(headers, "Authorization"))
    user_id = world.tokens.get(token)
    if user_id is None:
        raise ApiError(401, "Can't find User for Token")
    if token in world.expired_tokens:
        raise ApiError(401, "Not authorized (token expired)!")
    world.token_uses[token] = world.now()
    user, limits = world.tables["User"][user_id], world.token_limits.get(token)
    if not user["active"]:
        raise ApiError(
            401, "Login failed. Have you double-checked your credentials and completed the email verification step?"
        )
    on_behalf = header(headers, "From") or header(headers, "X-On-Behalf-Of")
    if not on_behalf or not is_admin(world, user):
        return user, limits
    other = world.user_named(on_behalf)
    if other is None:
        raise ApiError(403, f"No such user '{on_behalf}'")
    return other, None


def _token(authorization: str) -> str:
    scheme, _, credential = authorization.strip().partition(" ")
    if scheme.lower() == "basic":
        raise ApiError(401, "Invalid BasicAuth credentials")
    if scheme.lower() not in {"token", "bearer"} or not credential.strip():
        raise ApiError(403, "Authentication required")
    return credential.strip().removeprefix("token=").strip('"')


def _has(world: World, user: Record, permission: int) -> bool:
    roles = world.tables["Role"]
    return any(permission in roles[role_id]["permission_ids"] for role_id in user["role_ids"])


def is_admin(world: World, user: Record) -> bool:
    """Whether the user may change the configuration."""
    return _has(world, user, seed.PERMISSION_ADMIN)


def is_agent(world: World, user: Record) -> bool:
    """Whether the user works on tickets."""
    return _has(world, user, seed.PERMISSION_AGENT)


def has(call: Call, *wanted: str) -> bool:
    """Whether the caller has one of these permissions, as a user and by the token."""
    user = permissions.of_user(call.world, call.user)
    granted = [name for name in wanted if permissions.opens(user, name)]
    return any(call.limits is None or permissions.opens(call.limits, name) for name in granted)


def opens_tickets(call: Call) -> bool:
    """Whether user and token have to do with tickets at all. Asked on every call, so it looks at ids."""
    roles = call.world.tables["Role"]
    held = (roles[role_id]["permission_ids"] for role_id in call.user["role_ids"])
    if not any(number in ids for ids in held for number in _TICKET_PERMISSIONS):
        return False
    return call.limits is None or has(call, "ticket.agent", "ticket.customer")


def require(call: Call, *wanted: str) -> None:
    """Raises ApiError 403 if the caller has none of these permissions (recordings 057, 094, 192, 252)."""
    if not has(call, *wanted):
        raise token_not_authorized()


def in_group(world: World, user: Record, group_id: int, need: str) -> bool:
    """Whether the user has this access (`read`, `create`, `change`) or `full` to a group, directly or by a role."""
    key = str(group_id)
    access = user["group_ids"].get(key, ())
    if "full" in access or need in access:
        return True
    roles = world.tables["Role"]
    by_roles = (roles[role_id]["group_ids"].get(key, ()) for role_id in user["role_ids"] if roles[role_id]["active"])
    return any("full" in granted or need in granted for granted in by_roles)


def may(world: World, user: Record, ticket: Record, need: str) -> bool:
    """Whether the user has this access: agents by group, customers to their own tickets and their organization's."""
    if is_agent(world, user) and in_group(world, user, ticket["group_id"], need):
        return True
    if ticket["customer_id"] == user["id"]:
        return True
    organization = ticket["organization_id"]
    return organization is not None and organization == user["organization_id"] and _shared(world, organization)


def reads_everything(world: World, user: Record) -> bool:
    """Whether the user is an agent with access to every group."""
    return is_agent(world, user) and all(in_group(world, user, group_id, "read") for group_id in world.table("Group"))


def _shared(world: World, organization_id: int) -> bool:
    return bool(world.tables["Organization"][organization_id]["shared"])


def ticket_for(call: Call, ticket_id: object, need: str) -> Record:
    """The ticket if the caller has this access to it.

    Raises ApiError 404 for an unknown ticket, 403 without access.
    """
    ticket = call.world.find("Ticket", ticket_id)
    if not may(call.world, call.user, ticket, need):
        raise not_authorized()
    return ticket


def sees_internal(call: Call, ticket: Record) -> bool:
    """Whether the caller may read the internal articles of a ticket."""
    return is_agent(call.world, call.user) and in_group(call.world, call.user, ticket["group_id"], "read")
