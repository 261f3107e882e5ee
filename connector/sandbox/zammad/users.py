"""Users: oneself, search, and what an admin needs to set people up (recordings 001-003, 191, 196, 242-251, 332)."""

from connector.sandbox.zammad import seed
from connector.sandbox.zammad.access import has, require
from connector.sandbox.zammad.assets import user_json
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.errors import ApiError, not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

_HIDDEN_FROM_CUSTOMERS = frozenset(
    {"web", "phone", "fax", "mobile", "department", "street", "zip", "city", "country", "address", "note"}
)
_PLAIN = frozenset(seed.BLANK_USER) - {"role_ids", "group_ids", "organization_id", "organization_ids", "login", "email"}


def me(call: Call) -> Answer:
    """`GET /users/me`."""
    return 200, user_json(call.world, call.user)


def index(call: Call) -> Answer:
    """`GET /users`: everybody for agents and admins, only oneself for customers."""
    return 200, [_seen_by(call, user) for user in _visible(call)]


def show(call: Call, user_id: str) -> Answer:
    """`GET /users/{id}`."""
    user = call.world.find("User", user_id)
    if user not in _visible(call):
        raise not_authorized()
    return 200, _seen_by(call, user)


def search(call: Call) -> Answer:
    """`GET /users/search?query=…`: part of login, name or e-mail address."""
    query = str(call.params.get("query") or "").strip("*").lower()
    limit = max(1, call.number("limit", 50))
    names = ("login", "email", "firstname", "lastname")
    found = [user for user in _visible(call) if any(query in str(user[name]).lower() for name in names)]
    return 200, [_seen_by(call, user) for user in found if user["id"] != seed.NOBODY][:limit]


def create(call: Call) -> Answer:
    """`POST /users`: roles, groups and organization by name or id; without roles the user is a customer. Agents may
    make customers (6.4, extra/perm 90)."""
    is_admin = has(call, "admin.user")
    if not has(call, "ticket.agent"):
        require(call, "admin.user")
    email = str(call.params.get("email") or "").lower()
    login = str(call.params.get("login") or email).lower()
    if call.world.user_named(email) is not None:
        raise ApiError(422, f"Email address '{email}' is already used for another user.")
    given = _settings(call)
    if not is_admin:
        given = {name: value for name, value in given.items() if name not in {"role_ids", "group_ids"}}
    fields = {**seed.BLANK_USER, **given, "login": login, "email": email}
    user = new_user(call.world, fields, call.user["id"])
    return 201, user_json(call.world, user)


def new_user(world: World, fields: Record, actor_id: int) -> Record:
    """A user with the notification settings that agents start with."""
    fields["role_ids"] = fields["role_ids"] or [seed.CUSTOMER]
    works = any(seed.PERMISSION_AGENT in world.tables["Role"][r]["permission_ids"] for r in fields["role_ids"])
    fields["preferences"] = seed.agent_preferences() if works else {}
    return world.insert("User", fields, actor_id)


def update(call: Call, user_id: str) -> Answer:
    """`PUT /users/{id}`, for admins."""
    require(call, "admin.user")
    user = call.world.find("User", user_id)
    if "email" in call.params:
        user["email"] = str(call.params["email"] or "").lower()
    user.update(_settings(call), updated_by_id=call.user["id"], updated_at=call.world.now())
    call.world.remember_user(user)
    return 200, user_json(call.world, user)


def _settings(call: Call) -> Record:
    params, world = call.params, call.world
    found = {name: params[name] for name in _PLAIN if name in params}
    if "roles" in params:
        found["role_ids"] = [_id_of(world, "Role", "roles", name) for name in params["roles"]]
    if "role_ids" in params:
        found["role_ids"] = [int(str(role_id)) for role_id in params["role_ids"]]
    if "groups" in params:
        groups = params["groups"]
        found["group_ids"] = {str(_id_of(world, "Group", "groups", n)): access for n, access in groups.items()}
    if "group_ids" in params:
        found["group_ids"] = {str(group_id): access for group_id, access in params["group_ids"].items()}
    if params.get("organization"):
        found["organization_id"] = _id_of(world, "Organization", "organization", params["organization"])
    if "organization_id" in params:
        found["organization_id"] = params["organization_id"]
    return found


def _id_of(world: World, model: str, param: str, name: str) -> int:
    record = world.named(model, name)
    if record is None:
        raise ApiError(422, f"No lookup value found for '{param}': \"{name}\"")
    return int(record["id"])


def _visible(call: Call) -> list[Record]:
    if has(call, "ticket.agent", "admin.user"):
        return list(call.world.table("User").values())
    return [call.user]


def _seen_by(call: Call, user: Record) -> Record:
    shown = user_json(call.world, user)
    if has(call, "ticket.agent", "admin.user"):
        return shown
    return {name: value for name, value in shown.items() if name not in _HIDDEN_FROM_CUSTOMERS}
