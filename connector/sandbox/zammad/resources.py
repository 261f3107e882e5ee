"""The configuration tables that all work alike: list, show, create, update, delete (recordings 076-096, 237-288).

A new kind of configuration is one `Resource` here and its name in `RESOURCES`; the routes follow from that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from connector.sandbox.zammad import assets
from connector.sandbox.zammad.access import is_agent, require_admin
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.errors import ApiError, already_exists
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

Check = Callable[[Record], None]


def _named(record: Record) -> None:
    if not str(record.get("name") or "").strip():
        raise ApiError(422, "Name can't be blank")


def _webhook(record: Record) -> None:
    _named(record)
    parts = urlsplit(str(record.get("endpoint") or ""))
    if not record.get("endpoint") or not parts.hostname:
        raise ApiError(422, "Endpoint The provided endpoint is invalid.")
    if parts.scheme not in {"http", "https"}:
        text = "Endpoint The provided endpoint is invalid, no http or https protocol was specified."
        raise ApiError(422, text)


def _trigger(record: Record) -> None:
    for column in ("condition", "perform"):
        if record.get(column) is None:
            raise ApiError(422, f"Attribute '{column}\" of relation \"triggers' required!")
    for action, spec in record["perform"].items():
        if action == "notification.webhook" and not spec.get("webhook_id"):
            text = "The required 'perform' value for notification.webhook, webhook_id is missing!"
            raise ApiError(422, text)
    _named(record)


def _as_stored(_world: World, record: Record) -> Record:
    return record


@dataclass(frozen=True)
class Resource:
    """One table: its model name, the values a new record starts with, and its check."""

    model: str
    defaults: Mapping[str, object] = field(default_factory=dict)
    check: Check = _named
    unique_name: bool = True
    agents_may_read: bool = True
    shown: Callable[[World, Record], Record] = _as_stored


RESOURCES: dict[str, Resource] = {
    "ticket_states": Resource(
        "TicketState",
        {
            "state_type_id": None,
            "name": None,
            "next_state_id": None,
            "ignore_escalation": False,
            "default_create": False,
            "default_follow_up": False,
            "note": None,
            "active": True,
        },
    ),
    "ticket_priorities": Resource(
        "TicketPriority",
        {"name": None, "default_create": False, "ui_icon": None, "ui_color": None, "note": None, "active": True},
    ),
    "groups": Resource(
        "Group",
        {
            "signature_id": None,
            "email_address_id": None,
            "name": None,
            "assignment_timeout": None,
            "follow_up_possible": "yes",
            "reopen_time_in_days": None,
            "follow_up_assignment": True,
            "active": True,
            "shared_drafts": True,
            "note": None,
        },
        shown=assets.group_json,
    ),
    "roles": Resource(
        "Role",
        {
            "name": None,
            "preferences": {},
            "default_at_signup": False,
            "active": True,
            "note": None,
            "permission_ids": [],
            "knowledge_base_permission_ids": [],
            "group_ids": {},
        },
    ),
    "organizations": Resource(
        "Organization",
        {"name": None, "shared": True, "domain": "", "domain_assignment": False, "active": True, "note": ""},
        shown=assets.organization_json,
    ),
    "webhooks": Resource(
        "Webhook",
        {
            "name": None,
            "endpoint": None,
            "signature_token": None,
            "ssl_verify": True,
            "basic_auth_username": None,
            "basic_auth_password": None,
            "note": None,
            "active": True,
        },
        check=_webhook,
        unique_name=False,
        agents_may_read=False,
    ),
    "triggers": Resource(
        "Trigger",
        {
            "name": None,
            "condition": None,
            "perform": None,
            "disable_notification": True,
            "note": None,
            "active": True,
        },
        check=_trigger,
        agents_may_read=False,
    ),
}


def handlers(resource: Resource) -> dict[str, Callable[..., Answer]]:
    """The five actions of a table by name."""
    return {
        "index": partial(index, resource),
        "show": partial(show, resource),
        "create": partial(create, resource),
        "update": partial(update, resource),
        "delete": partial(delete, resource),
    }


def index(resource: Resource, call: Call) -> Answer:
    """All records, with the logins of authors if `expand` is on."""
    _require_reader(resource, call)
    return 200, [_shown(resource, call, record) for record in call.world.table(resource.model).values()]


def show(resource: Resource, call: Call, record_id: str) -> Answer:
    """One record."""
    _require_reader(resource, call)
    return 200, _shown(resource, call, call.world.find(resource.model, record_id))


def create(resource: Resource, call: Call) -> Answer:
    """A new record; unknown parameters are ignored."""
    require_admin(call)
    record = new_record(call.world, resource, call.params, call.user["id"])
    return 201, _shown(resource, call, record)


def new_record(world: World, resource: Resource, params: Mapping[str, object], actor_id: int) -> Record:
    """A checked new record.

    Raises ApiError 422 if the check or the uniqueness of the name refuses it.
    """
    fields = {name: params.get(name, value) for name, value in resource.defaults.items()}
    resource.check(fields)
    if resource.unique_name and world.named(resource.model, str(fields["name"])) is not None:
        raise already_exists()
    return world.insert(resource.model, fields, actor_id)


def update(resource: Resource, call: Call, record_id: str) -> Answer:
    """Change a record; unknown parameters are ignored."""
    require_admin(call)
    record = call.world.find(resource.model, record_id)
    changed = {name: call.params[name] for name in resource.defaults if name in call.params}
    resource.check({**record, **changed})
    if any(record[name] != value for name, value in changed.items()):
        record.update(changed, updated_by_id=call.user["id"], updated_at=call.world.now())
    return 200, _shown(resource, call, record)


def delete(resource: Resource, call: Call, record_id: str) -> Answer:
    """Remove a record."""
    require_admin(call)
    del call.world.tables[resource.model][call.world.find(resource.model, record_id)["id"]]
    return 200, {}


def _require_reader(resource: Resource, call: Call) -> None:
    if not (resource.agents_may_read and is_agent(call.world, call.user)):
        require_admin(call)


def _shown(resource: Resource, call: Call, record: Record) -> Record:
    shown = resource.shown(call.world, record)
    if not call.flag("expand"):
        return shown
    users = call.world.tables["User"]
    people = {name: users[record[f"{name}_id"]]["login"] for name in ("created_by", "updated_by")}
    return {**shown, **people}
