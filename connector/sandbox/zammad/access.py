"""Who calls, and what they may see and change."""

from collections.abc import Mapping

from connector.sandbox.zammad import seed
from connector.sandbox.zammad.call import Call, header
from connector.sandbox.zammad.errors import ApiError, not_authorized, token_not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World


def authenticate(world: World, headers: Mapping[str, str]) -> Record:
    """The user behind a request.

    The sandbox knows tokens only, no passwords.

    Raises ApiError 403 without credentials, 401 with wrong ones (recordings 186-188), 403 for an unknown
    user to act for (recording 201).
    """
    user = _holder(world, header(headers, "Authorization"))
    on_behalf = header(headers, "From") or header(headers, "X-On-Behalf-Of")
    if not on_behalf or not is_admin(world, user):
        return user
    other = world.user_named(on_behalf)
    if other is None:
        raise ApiError(403, f"No such user '{on_behalf}'")
    return other


def _holder(world: World, authorization: str) -> Record:
    scheme, _, credential = authorization.strip().partition(" ")
    if scheme.lower() == "basic":
        raise ApiError(401, "Invalid BasicAuth credentials")
    if scheme.lower() not in {"token", "bearer"} or not credential.strip():
        raise ApiError(403, "Authentication required")
    token = credential.strip().removeprefix("token=").strip('"')
    user_id = world.tokens.get(token)
    if user_id is None:
        raise ApiError(401, "Can't find User for Token")
    return world.tables["User"][user_id]


def _has(world: World, user: Record, permission: int) -> bool:
    roles = world.tables["Role"]
    return any(permission in roles[role_id]["permission_ids"] for role_id in user["role_ids"])


def is_admin(world: World, user: Record) -> bool:
    """Whether the user may change the configuration."""
    return _has(world, user, seed.PERMISSION_ADMIN)


def is_agent(world: World, user: Record) -> bool:
    """Whether the user works on tickets."""
    return _has(world, user, seed.PERMISSION_AGENT)


def require_admin(call: Call) -> None:
    """Raises ApiError 403 if the caller is no admin."""
    if not is_admin(call.world, call.user):
        raise token_not_authorized()


def in_group(user: Record, group_id: int, need: str) -> bool:
    """Whether the user has this access (`read`, `create`, `change`) or full access to a group."""
    access = user["group_ids"].get(str(group_id), ())
    return "full" in access or need in access


def may(world: World, user: Record, ticket: Record, need: str) -> bool:
    """Whether the user has this access: agents by group, customers to their own tickets and their organization's."""
    if is_agent(world, user) and in_group(user, ticket["group_id"], need):
        return True
    if ticket["customer_id"] == user["id"]:
        return True
    organization = ticket["organization_id"]
    return organization is not None and organization == user["organization_id"] and _shared(world, organization)


def reads_everything(world: World, user: Record) -> bool:
    """Whether the user is an agent with access to every group."""
    return is_agent(world, user) and all(in_group(user, group_id, "read") for group_id in world.table("Group"))


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
    return is_agent(call.world, call.user) and in_group(call.user, ticket["group_id"], "read")
