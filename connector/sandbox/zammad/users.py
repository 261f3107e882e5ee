"""Users: oneself, search, and what an admin needs to set people up and to let them go (recordings 001-003, 191, 196,
242-251, 332; 6.4, extra/people)."""

from connector.sandbox.zammad import history, seed
from connector.sandbox.zammad.access import has
from connector.sandbox.zammad.assets import shown
from connector.sandbox.zammad.call import Answer, Call, route
from connector.sandbox.zammad.errors import ApiError, not_authorized
from connector.sandbox.zammad.particulars import group_ids, id_of
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

_HIDDEN_FROM_CUSTOMERS = frozenset(
    {"web", "phone", "fax", "mobile", "department", "street", "zip", "city", "country", "address", "note"}
)
_PLAIN = frozenset(seed.BLANK_USER) - {"role_ids", "group_ids", "organization_id", "organization_ids", "login", "email"}


route("GET users/me")(lambda call: (200, shown(call.world, "User", call.user)))
route("GET users")(lambda call: (200, _seen(call)))


@route("GET users/:id")
def show(call: Call, user_id: str) -> Answer:
    """One of those whom the caller sees."""
    wanted = call.world.find("User", user_id)
    found = [user for user in _seen(call) if user["id"] == wanted["id"]]
    if not found:
        raise not_authorized()
    return 200, found[0]


@route("GET users/search")
def search(call: Call) -> Answer:
    """Part of login, name or e-mail address."""
    query, names = str(call.params.get("query") or "").strip("*").lower(), ("login", "email", "firstname", "lastname")
    found = [user for user in _seen(call) if any(query in str(user[name]).lower() for name in names)]
    return 200, [user for user in found if user["id"] != seed.NOBODY][: max(1, call.number("limit", 50))]


def _seen(call: Call) -> list[Record]:
    """Everybody for agents and admins, only oneself for customers."""
    everybody = has(call, "ticket.agent", "admin.user")
    hidden = frozenset() if everybody else _HIDDEN_FROM_CUSTOMERS
    rows = [
        shown(call.world, "User", user) for user in (call.world.table("User").values() if everybody else [call.user])
    ]
    return [{name: value for name, value in row.items() if name not in hidden} for row in rows]


@route("POST users", needs="ticket.agent admin.user")
def create(call: Call) -> Answer:
    """Roles, groups and organization by name or id; without roles the user is a customer. Agents may make customers
    (6.4, extra/perm 90)."""
    email = str(call.params.get("email") or "").lower()
    if call.world.user_named(email) is not None:
        raise ApiError(422, f"Email address '{email}' is already used for another user.")
    given = _columns(call)
    if not has(call, "admin.user"):
        given = {name: value for name, value in given.items() if name not in {"role_ids", "group_ids"}}
    login = str(call.params.get("login") or email).lower()
    return 201, shown(call.world, "User", new_user(call.world, email, call.user["id"], login=login, **given))


def new_user(world: World, email: str, actor_id: int, **fields: object) -> Record:
    """A user, a customer without roles, with the notification settings that agents start with."""
    user: Record = {**seed.BLANK_USER, "login": email.lower(), "email": email.lower(), **fields}
    user["role_ids"] = user["role_ids"] or [seed.CUSTOMER]
    agent = seed.PERMISSIONS["ticket.agent"]
    works = any(agent in world.tables["Role"][role_id]["permission_ids"] for role_id in user["role_ids"])
    user |= {"preferences": seed.agent_preferences() if works else {}, "group_ids": dict(user["group_ids"])}
    return world.insert("User", user, actor_id)


@route("PUT users/:id", needs="admin.user")
def update(call: Call, user_id: str) -> Answer:
    """For admins."""
    user = call.world.find("User", user_id)
    if "email" in call.params:
        user["email"] = str(call.params["email"] or "").lower()
    user.update(_columns(call), updated_by_id=call.user["id"], updated_at=call.world.now())
    call.world.remember_user(user)
    return 200, shown(call.world, "User", user)


def _columns(call: Call) -> Record:
    params, world = call.params, call.world
    found = {name: params[name] for name in _PLAIN if name in params} | group_ids(world, params)
    if "roles" in params:
        found["role_ids"] = [id_of(world, "Role", "roles", name) for name in params["roles"]]
    if "role_ids" in params:
        found["role_ids"] = [int(str(role_id)) for role_id in params["role_ids"]]
    if params.get("organization"):
        found["organization_id"] = id_of(world, "Organization", "organization", params["organization"])
    return found | ({"organization_id": params["organization_id"]} if "organization_id" in params else {})


@route("DELETE users/:id", needs="admin.user")
def refuse(call: Call, user_id: str) -> Answer:
    """Of somebody who ever did something."""
    call.world.find("User", user_id)
    raise ApiError(422, "Can't delete, object has references.")


@route("POST data_privacy_tasks", needs="admin.data_privacy")
def forget(call: Call) -> Answer:
    """The person's tickets as a customer go; all else that the person did is user 1's, in the history too. The
    scheduler does it later on a real server, here it is done at once."""
    world, user = call.world, call.world.find("User", call.params.get("deletable_id"))
    for ticket in list(world.table("Ticket").values()):
        if ticket["customer_id"] == user["id"]:
            world.drop_ticket(ticket)
    for entries in world.history.values():
        _hand_over(entries, user["id"])
    for ticket in world.table("Ticket").values():
        if ticket["owner_id"] == user["id"]:
            history.change(world, ticket, {"owner_id": seed.NOBODY}, ticket["updated_by_id"])
    for model in ("Ticket", "TicketArticle"):
        _hand_over(list(world.table(model).values()), user["id"])
    world.forget_user(user)
    about = {"deletable_type": "User", "deletable_id": user["id"], "preferences": {}}
    return 201, {"id": world.next_id("DataPrivacyTask"), "state": "in process", **about}


def _hand_over(records: list[Record], user_id: int) -> None:
    for record in records:
        authors = ("created_by_id", "updated_by_id", "origin_by_id")
        record.update({name: seed.NOBODY for name in authors if record.get(name) == user_id})
