"""Who calls, and what they may see and change: by roles, groups and the token (recordings 186-201, 253)."""

from collections.abc import Iterable, Mapping

from connector.sandbox.wire import header
from connector.sandbox.zammad.call import Call
from connector.sandbox.zammad.errors import ApiError, not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import PERMISSIONS
from connector.sandbox.zammad.world import World

_BY_ID = {number: name for name, number in PERMISSIONS.items()}


def authenticate(world: World, headers: Mapping[str, str]) -> tuple[Record, frozenset[str] | None]:
    """The user behind a request, and the permissions that the token is limited to (None: all that the user has).

    The sandbox knows tokens only, no passwords. Raises ApiError 403 without credentials, 401 with wrong ones (186-188)
    or one that has expired (6.4, extra/refused), 403 for an unknown user to act for (201).
    """
    scheme, _, credential = header(headers, "Authorization").strip().partition(" ")
    if scheme.lower() == "basic":
        raise ApiError(401, "Invalid BasicAuth credentials")
    if scheme.lower() not in {"token", "bearer"} or not credential.strip():
        raise ApiError(403, "Authentication required")
    token = credential.strip().removeprefix("token=").strip('"')
    if token not in world.tokens:
        raise ApiError(401, "Can't find User for Token")
    if token in world.expired_tokens:
        raise ApiError(401, "Not authorized (token expired)!")
    world.token_uses[token] = world.now()
    user = world.tables["User"][world.tokens[token]]
    if not user["active"]:
        unsure = "Have you double-checked your credentials and completed the email verification step?"
        raise ApiError(401, f"Login failed. {unsure}")
    on_behalf = header(headers, "From") or header(headers, "X-On-Behalf-Of")
    if not on_behalf or not is_admin(world, user):
        return user, world.token_limits.get(token)
    other = world.user_named(on_behalf)
    if other is None:
        raise ApiError(403, f"No such user '{on_behalf}'")
    return other, None


def of_user(world: World, user: Record) -> frozenset[str]:
    """The permissions that the user's active roles give."""
    held = (world.tables["Role"][role_id] for role_id in user["role_ids"])
    return frozenset(_BY_ID[number] for role in held if role["active"] for number in role["permission_ids"])


def opens(held: Iterable[str], wanted: str) -> bool:
    """Whether held permissions include the wanted one: `admin` includes `admin.trigger`, and `admin.*` takes any."""
    area = wanted.removesuffix("*") if wanted.endswith(".*") else None
    return any(
        wanted == name or wanted.startswith(f"{name}.") or (area is not None and name.startswith(area)) for name in held
    )


def has(call: Call, *wanted: str) -> bool:
    """Whether the caller has one of these permissions, as a user and by the token."""
    user = of_user(call.world, call.user)
    granted = [name for name in wanted if opens(user, name)]
    return any(call.limits is None or opens(call.limits, name) for name in granted)


def require(call: Call, *wanted: str) -> None:
    """Raises ApiError 403 if the caller has none of these permissions (recordings 057, 094, 192, 252)."""
    if not has(call, *wanted):
        raise not_authorized("(token)!")


def _holds(world: World, user: Record, *permissions: str) -> bool:
    """By a role of any kind. Asked on every call, so it looks at ids."""
    held = [world.tables["Role"][role_id]["permission_ids"] for role_id in user["role_ids"]]
    return any(PERMISSIONS[name] in ids for ids in held for name in permissions)


def is_admin(world: World, user: Record) -> bool:
    """Whether the user may change the configuration."""
    return _holds(world, user, "admin")


def is_agent(world: World, user: Record) -> bool:
    """Whether the user works on tickets."""
    return _holds(world, user, "ticket.agent")


def opens_tickets(call: Call) -> bool:
    """Whether user and token have to do with tickets at all."""
    known = _holds(call.world, call.user, "ticket.agent", "ticket.customer", "ticket")
    return known and (call.limits is None or has(call, "ticket.agent", "ticket.customer"))


def in_group(world: World, user: Record, group_id: int, *needs: str) -> bool:
    """Whether the user has such access (`read`, `create`, `change`) or `full` to a group, directly or by a role."""
    key, roles = str(group_id), [world.tables["Role"][role_id] for role_id in user["role_ids"]]
    granted = [user["group_ids"].get(key, ()), *(role["group_ids"].get(key, ()) for role in roles if role["active"])]
    return any(need in access for access in granted for need in ("full", *needs))


def may(world: World, user: Record, ticket: Record, need: str) -> bool:
    """Whether the user has this access: agents by group, customers to their own tickets and their organization's."""
    if ticket["customer_id"] == user["id"]:
        return True
    if is_agent(world, user) and in_group(world, user, ticket["group_id"], need):
        return True
    organization = ticket["organization_id"]
    mine = organization is not None and organization == user["organization_id"]
    return mine and bool(world.tables["Organization"][organization]["shared"])


def reads_everything(world: World, user: Record) -> bool:
    """Whether the user is an agent with access to every group."""
    return is_agent(world, user) and all(in_group(world, user, group_id, "read") for group_id in world.table("Group"))


def ticket_for(call: Call, ticket_id: object, need: str) -> Record:
    """The ticket. Raises ApiError 404 for an unknown one, 403 if the caller does not have this access to it."""
    ticket = call.world.find("Ticket", ticket_id)
    if not may(call.world, call.user, ticket, need):
        raise not_authorized()
    return ticket


def sees_internal(call: Call, ticket: Record) -> bool:
    """Whether the caller may read the internal articles of a ticket."""
    return is_agent(call.world, call.user) and in_group(call.world, call.user, ticket["group_id"], "read")
