"""What all configuration tables have in common: list, show, create, update, delete (recordings 076-096, 211-303).

`tables.yaml` lists them and says what its words mean; `particulars.py` has what is particular to one of them.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

from connector.sandbox.zammad import particulars, seed
from connector.sandbox.zammad.access import has, require
from connector.sandbox.zammad.assets import by_people, shown
from connector.sandbox.zammad.call import Answer, Call, Handler
from connector.sandbox.zammad.errors import ApiError, already_exists, not_authorized
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World


@dataclass(frozen=True)
class Resource:
    """One table."""

    model: str
    table: str
    columns: Record
    change: tuple[str, ...]
    read: tuple[str, ...] = ()
    newer: Record = field(default_factory=dict)
    newest: Record = field(default_factory=dict)
    required: tuple[str, ...] = ()
    blank: Mapping[str, str] = field(default_factory=lambda: {"name": "Name"})
    unique: str | None = "name"
    kept_by: tuple[str, ...] = ()
    only_newest: bool = False

    def columns_of(self, world: World) -> Record:
        """The columns that this version has."""
        return {**self.columns, **(self.newer if world.newer else {}), **(self.newest if world.newest else {})}


RESOURCES = {row["table"]: Resource(model=model, **row) for model, row in seed.read("tables.yaml").items()}
"""By their names in paths."""


def configuration(resource: Resource, method: str, ids: int) -> Handler | None:
    """What answers this method with so many ids in the path."""
    actions: dict[tuple[str, int], Callable[..., Answer]] = {
        ("GET", 0): _index, ("POST", 0): _create, ("GET", 1): _show, ("PUT", 1): _update, ("DELETE", 1): _delete,
    }  # fmt: skip
    action = actions.get((method, ids))
    return action and partial(action, resource)


def _index(resource: Resource, call: Call) -> Answer:
    seen = _reads(resource, call)
    return 200, [_shown(resource, call, record) for record in call.world.table(resource.model).values() if seen(record)]


def _show(resource: Resource, call: Call, record_id: str) -> Answer:
    seen, record = _reads(resource, call), call.world.find(resource.model, record_id)
    if not seen(record):
        raise not_authorized()
    return 200, _shown(resource, call, record)


def _reads(resource: Resource, call: Call) -> Callable[[Record], bool]:
    """Which records the caller may see: from 7.0 on, agents see some of tables that are for admins alone before.

    Raises ApiError 403 if none.
    """
    some = particulars.TO_AGENTS.get(resource.model) if call.world.newest else None
    require(call, *resource.change, *resource.read, *(("ticket.agent",) if some else ()))
    everything = some is None or has(call, *resource.change)
    return lambda record: everything or (some is not None and some(call.world, call.user, record))


def _create(resource: Resource, call: Call) -> Answer:
    """Unknown parameters are ignored."""
    require(call, *resource.change)
    return 201, _shown(resource, call, new_record(call.world, resource, call.params, call.user["id"]))


def new_record(world: World, resource: Resource, params: Mapping[str, object], actor_id: int) -> Record:
    """A checked new record.

    Raises ApiError 422 if a check, a required column or the uniqueness of the name refuses it.
    """
    given = particulars.given(world, resource.model, dict(params))
    fields = {name: deepcopy(given.get(name, value)) for name, value in resource.columns_of(world).items()}
    _check(resource, world, fields)
    record = world.insert(resource.model, fields, actor_id)
    particulars.written(world, resource.model, record)
    return record


def _update(resource: Resource, call: Call, record_id: str) -> Answer:
    """Unknown parameters are ignored."""
    require(call, *resource.change)
    world, record = call.world, call.world.find(resource.model, record_id)
    given = particulars.given(world, resource.model, call.params)
    changed = {name: given[name] for name in resource.columns_of(world) if name in given}
    _check(resource, world, {**record, **changed})
    if any(record[name] != value for name, value in changed.items()):
        record.update(changed, updated_by_id=call.user["id"], updated_at=world.now())
        particulars.written(world, resource.model, record)
    return 200, _shown(resource, call, record)


def _delete(resource: Resource, call: Call, record_id: str) -> Answer:
    """One that tickets or other records refer to stays (422)."""
    require(call, *resource.change)
    record = call.world.find(resource.model, record_id)
    for other, _, column in (place.partition(".") for place in resource.kept_by):
        held = (row[column] for row in call.world.table(other).values())
        if any(record["id"] in (value if isinstance(value, list) else [value]) for value in held):
            raise ApiError(422, "Can't delete, object has references.")
    if resource.model == "Webhook":
        particulars.check_unused(call.world, record)
    del call.world.tables[resource.model][record["id"]]
    return 200, {}


def _check(resource: Resource, world: World, record: Record) -> None:
    particulars.check_first(world, resource.model, record)
    for column, label in resource.blank.items():
        if not str(record[column] or "").strip():
            raise ApiError(422, f"{label} can't be blank")
    for column in resource.required:
        if record[column] is None:
            raise ApiError(422, f"Attribute '{column}\" of relation \"{resource.table}' required!")
    if resource.model in particulars.CHECKS:
        particulars.CHECKS[resource.model](world, record)
    others = [row for row in world.table(resource.model).values() if row["id"] != record.get("id")]
    if resource.unique and any(row[resource.unique] == record[resource.unique] for row in others):
        raise already_exists()


def _shown(resource: Resource, call: Call, record: Record) -> Record:
    """With the logins of authors if `expand` is on."""
    told = shown(call.world, resource.model, record)
    return by_people(call.world, told) if call.flag("expand") else dict(told)
