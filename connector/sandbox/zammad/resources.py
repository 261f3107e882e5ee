"""What all configuration tables have in common: list, show, create, update, delete (recordings 076-096, 211-303).

The tables themselves are in `tables.py`.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

from connector.sandbox.zammad.access import has, require
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.errors import ApiError, already_exists, not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World


def _no_check(_world: World, _record: Record) -> None:
    pass


def _as_given(_world: World, params: Record) -> Record:
    return params


def _as_stored(_world: World, record: Record) -> Record:
    return record


@dataclass(frozen=True)
class Resource:
    """One table: its model name, the values a new record starts with, who may use it, and what is particular to it.

    `change` and `read` are permissions of which one is enough. `required` are columns that the database wants, `blank`
    those that must say something, by the name in the message. `kept_by` are the columns of other models that keep a
    record from being deleted (Zammad's REST documentation, "Delete" of a resource).
    `given` turns parameters into columns, `check` raises ApiError for a record that Zammad refuses, `after` sees
    each written record, `shown` is what the API answers.
    """

    model: str
    table: str
    defaults: Mapping[str, object]
    change: tuple[str, ...]
    read: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    blank: Mapping[str, str] = field(default_factory=lambda: {"name": "Name"})
    kept_by: tuple[tuple[str, str], ...] = ()
    unique: str = "name"
    newer: Mapping[str, object] = field(default_factory=dict)
    """Columns that 5.5 does not have, with the values that a new record starts with."""
    newest: Mapping[str, object] = field(default_factory=dict)
    """Columns that even 6.4 does not have, as the source of 7.0 to 7.2 has them."""
    given: Callable[[World, Record], Record] = _as_given
    check: Callable[[World, Record], None] = _no_check
    unused: Callable[[World, Record], None] = _no_check
    """Raises ApiError for a record that must stay for another reason than ``kept_by``."""
    after: Callable[[World, Record], None] = _no_check
    shown: Callable[[World, Record], Record] = _as_stored
    only_newest: bool = False
    """There is no such table before 7.0."""
    to_agents: Callable[[World, Record, Record], bool] | None = None
    """From 7.0 on: which records an agent (the second one) sees without those permissions."""

    def columns(self, world: World) -> Mapping[str, object]:
        """The columns that this version has."""
        newer = self.newer if world.newer else {}
        return {**self.defaults, **newer, **(self.newest if world.newest else {})}


def routes(resource: Resource) -> dict[str, Callable[..., Answer]]:
    """The five actions of a table by method and path."""
    path = resource.table
    return {
        f"GET {path}": partial(index, resource),
        f"GET {path}/:id": partial(show, resource),
        f"POST {path}": partial(create, resource),
        f"PUT {path}/:id": partial(update, resource),
        f"DELETE {path}/:id": partial(delete, resource),
    }


def index(resource: Resource, call: Call) -> Answer:
    """All records that the caller may see, with the logins of authors if `expand` is on."""
    seen = _reads(resource, call)
    return 200, [_shown(resource, call, record) for record in call.world.table(resource.model).values() if seen(record)]


def show(resource: Resource, call: Call, record_id: str) -> Answer:
    """One record."""
    seen, record = _reads(resource, call), call.world.find(resource.model, record_id)
    if not seen(record):
        raise not_authorized()
    return 200, _shown(resource, call, record)


def _reads(resource: Resource, call: Call) -> Callable[[Record], bool]:
    """Which records the caller may see. Raises ApiError 403 if none."""
    by_agents = call.world.newest and resource.to_agents is not None
    require(call, *resource.change, *resource.read, *(("ticket.agent",) if by_agents else ()))
    some = resource.to_agents if by_agents and not has(call, *resource.change) else None
    return lambda record: some is None or some(call.world, call.user, record)


def create(resource: Resource, call: Call) -> Answer:
    """A new record; unknown parameters are ignored."""
    require(call, *resource.change)
    record = new_record(call.world, resource, call.params, call.user["id"])
    return 201, _shown(resource, call, record)


def new_record(world: World, resource: Resource, params: Mapping[str, object], actor_id: int) -> Record:
    """A checked new record.

    Raises ApiError 422 if a check, a required column or the uniqueness of the name refuses it.
    """
    given = resource.given(world, dict(params))
    fields = {name: deepcopy(given.get(name, value)) for name, value in resource.columns(world).items()}
    _check(resource, world, fields)
    record = world.insert(resource.model, fields, actor_id)
    resource.after(world, record)
    return record


def update(resource: Resource, call: Call, record_id: str) -> Answer:
    """Change a record; unknown parameters are ignored."""
    require(call, *resource.change)
    record = call.world.find(resource.model, record_id)
    given = resource.given(call.world, call.params)
    changed = {name: given[name] for name in resource.columns(call.world) if name in given}
    _check(resource, call.world, {**record, **changed})
    if any(record[name] != value for name, value in changed.items()):
        record.update(changed, updated_by_id=call.user["id"], updated_at=call.world.now())
        resource.after(call.world, record)
    return 200, _shown(resource, call, record)


def delete(resource: Resource, call: Call, record_id: str) -> Answer:
    """Remove a record. One that tickets or other records refer to stays (422)."""
    require(call, *resource.change)
    record = call.world.find(resource.model, record_id)
    for other, column in resource.kept_by:
        held = (row[column] for row in call.world.table(other).values())
        if any(record["id"] in value if isinstance(value, list) else value == record["id"] for value in held):
            raise ApiError(422, "Can't delete, object has references.")
    resource.unused(call.world, record)
    del call.world.tables[resource.model][record["id"]]
    return 200, {}


def _check(resource: Resource, world: World, record: Record) -> None:
    if resource.model == "Group":
        resource.check(world, record)
    for column, label in resource.blank.items():
        if not record.get(column) or not str(record[column]).strip():
            raise ApiError(422, f"{label} can't be blank")
    for column in resource.required:
        if record.get(column) is None:
            raise ApiError(422, f"Attribute '{column}\" of relation \"{resource.table}' required!")
    resource.check(world, record)
    if not resource.unique:
        return
    mine, others = record[resource.unique], world.table(resource.model).values()
    if any(other[resource.unique] == mine and other["id"] != record.get("id") for other in others):
        raise already_exists()


def _shown(resource: Resource, call: Call, record: Record) -> Record:
    shown = dict(resource.shown(call.world, record))
    if not call.flag("expand"):
        return shown
    users = call.world.tables["User"]
    people = {name: users[record[f"{name}_id"]]["login"] for name in ("created_by", "updated_by")}
    return {**shown, **people}
