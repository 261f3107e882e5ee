"""The object manager: custom ticket attributes, which exist only after a migration (043-060, 352-358)."""

import re
from collections.abc import Callable
from copy import deepcopy

from connector.sandbox.zammad import seed, values
from connector.sandbox.zammad.call import Answer, Call, Handler, route
from connector.sandbox.zammad.errors import ApiError, already_exists
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

MODEL = "ObjectManagerAttribute"
_INPUT_TYPES = frozenset({"text", "password", "tel", "fax", "email", "url"})
_TYPES = frozenset(
    {"input", "textarea", "select", "multiselect", "tree_select", "multi_tree_select", "integer", "boolean",
     "datetime", "date", "richtext"}
)  # fmt: skip
_CHANGEABLE = ("display", "data_type", "active", "screens", "position")


def _route(path: str) -> Callable[[Handler], Handler]:
    return route(path, needs="admin.object")


_PATH = "object_manager_attributes"
_route(f"GET {_PATH}")(lambda call: (200, [_listed(row) for row in call.world.table(MODEL).values()]))
_route(f"GET {_PATH}/:id")(lambda call, number: (200, _shown(call.world.find(MODEL, number))))
_route(f"POST {_PATH}")(lambda call: (201, _shown(new_attribute(call.world, call.params, call.user["id"]))))
_route(f"POST {_PATH}_execute_migrations")(lambda call: (200, migrate(call.world)))


@_route(f"PUT {_PATH}/:id")
def update(call: Call, attribute_id: str) -> Answer:
    """Changed options wait for the next migration (recording 352)."""
    attribute = _editable(call, attribute_id)
    attribute.update({name: call.params[name] for name in _CHANGEABLE if name in call.params})
    if call.params.get("data_option") is not None:
        option = _checked_option(attribute["data_type"], call.params["data_option"])
        waits = {"data_option_new": option, "to_config": True}
        attribute |= {"data_option": option} if attribute["to_create"] else waits
    attribute.update(updated_by_id=call.user["id"], updated_at=call.world.now())
    return 200, _shown(attribute)


@_route(f"DELETE {_PATH}/:id")
def delete(call: Call, attribute_id: str) -> Answer:
    """The column goes with the next migration."""
    attribute = _editable(call, attribute_id)
    if attribute["to_create"]:
        del call.world.tables[MODEL][attribute["id"]]
    else:
        attribute.update(to_delete=True, to_migrate=True)
    return 200, {}


def _editable(call: Call, attribute_id: str) -> Record:
    attribute = call.world.find(MODEL, attribute_id)
    if not attribute["editable"]:
        raise ApiError(422, "Validation failed: Name attribute is not editable")
    return attribute


def _shown(attribute: Record) -> Record:
    return {name: value for name, value in attribute.items() if name != "object"}


def _listed(attribute: Record) -> Record:
    shown = {name: value for name, value in attribute.items() if name != "object_lookup_id"}
    return shown | {"deletable": attribute["editable"]}


def install(world: World) -> None:
    """The attributes that every Zammad has."""
    for name, (data_type, position, display, option) in seed.FRESH["attributes"].items():
        own = name == "type"
        row = {"name": name, "display": display, "position": position, "data_option": option}
        row["data_type"] = "tree_select" if world.newer and name == "group_id" else data_type
        world.insert(MODEL, deepcopy(seed.FRESH["attribute"]) | row | {"editable": own, "active": not own}, seed.NOBODY)
    world.skip_to(MODEL, seed.FIRST_CUSTOM_ID)


def new_attribute(world: World, params: Record, actor_id: int) -> Record:
    """A checked attribute that waits for its migration.

    Raises ApiError 422 for a reserved or unclean name, a name in use, or missing options.
    """
    name, data_type = str(params.get("name") or ""), str(params.get("data_type") or "")
    if any(attribute["name"] == name for attribute in world.table(MODEL).values()):
        raise already_exists()
    if re.fullmatch(r".*_(id|ids)", name):
        raise ApiError(422, "Validation failed: Name can't be used because *_id and *_ids are not allowed")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise ApiError(422, "Validation failed: Name only lowercase letters, numbers, and '_' are allowed")
    if data_type not in _TYPES:
        raise ApiError(422, "Validation failed: Data type is not included in the list")
    option = _checked_option(data_type, params.get("data_option") or {})
    last = max((attribute["position"] for attribute in world.table(MODEL).values()), default=1549)
    given = {"name": name, "data_type": data_type, "data_option": option, "display": params.get("display") or name}
    given |= {"active": params.get("active", True), "screens": params.get("screens") or {}}
    given |= {"to_create": True, "to_migrate": True, "position": params.get("position") or last + 1}
    return world.insert(MODEL, deepcopy(seed.FRESH["attribute"]) | given, actor_id)


def migrate(world: World) -> Record:
    """Carry out what waits: add and drop columns, take over changed options. Nothing to do is no error (060)."""
    for attribute in list(world.table(MODEL).values()):
        name, tickets = attribute["name"], world.table("Ticket").values()
        if attribute["to_delete"]:
            del world.tables[MODEL][attribute["id"]]
            for ticket in tickets:
                ticket.pop(name, None)
        elif attribute["to_create"]:
            empty = attribute["data_option"].get("default") if attribute["data_type"] == "boolean" else None
            for ticket in tickets:
                ticket.setdefault(name, empty)
        if attribute["to_config"]:
            attribute.update(data_option=attribute["data_option_new"], data_option_new={})
        attribute.update(to_create=False, to_migrate=False, to_config=False)
    world.migrated()
    return {}


def _checked_option(data_type: str, given: Record) -> Record:
    """The options of an attribute, completed. Raises ApiError 422 for those that are missing (053-054)."""
    empty = None if data_type in {"integer", "datetime", "date"} else ""
    option: Record = {"default": empty, "null": True, "options": {}, "relation": "", **deepcopy(given)}
    if data_type.startswith("multi"):
        option["multiple"] = True
    numbers = {"input": ("maxlength",), "textarea": ("maxlength",), "integer": ("min", "max")}.get(data_type, ())
    problems = []
    if data_type == "input" and option.get("type") not in _INPUT_TYPES:
        problems.append("Data option must have one of text/password/tel/fax/email/url for :type")
    problems += [f"Data option must have integer for :{n}" for n in numbers if not str(option.get(n)).isdigit()]
    if data_type == "datetime":
        problems += [f"Data option must have boolean for :{n}" for n in ("future", "past") if n not in option]
    if "select" in data_type and not values.options({"data_option": option}):
        problems.append("Data option must have non-nil value for either :options or :relation")
    if problems:
        raise ApiError(422, "Validation failed: " + ", ".join(problems))
    return option
