"""The object manager: custom ticket attributes, which exist only after a migration (043-060, 352-358)."""

import re
from copy import deepcopy

from connector.sandbox.zammad import values
from connector.sandbox.zammad.access import require
from connector.sandbox.zammad.call import Answer, Call
from connector.sandbox.zammad.errors import ApiError, already_exists
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

MODEL = "ObjectManagerAttribute"
_TICKET = 1
_RESERVED = re.compile(r".*_(id|ids)")
_NAME = re.compile(r"[a-z0-9_]+")
_INPUT_TYPES = frozenset({"text", "password", "tel", "fax", "email", "url"})
_TYPES = frozenset(
    {"input", "textarea", "select", "multiselect", "tree_select", "multi_tree_select", "integer", "boolean",
     "datetime", "date", "richtext"}
)  # fmt: skip
_CHANGEABLE = ("display", "data_type", "active", "screens", "position")


def index(call: Call) -> Answer:
    """`GET /object_manager_attributes`."""
    require(call, "admin.object")
    return 200, [_listed(attribute) for attribute in call.world.table(MODEL).values()]


def show(call: Call, attribute_id: str) -> Answer:
    """`GET /object_manager_attributes/{id}`."""
    require(call, "admin.object")
    return 200, _answered(call.world.find(MODEL, attribute_id))


def create(call: Call) -> Answer:
    """`POST /object_manager_attributes`: the attribute waits for the next migration."""
    require(call, "admin.object")
    return 201, _answered(new_attribute(call.world, call.params, call.user["id"]))


def update(call: Call, attribute_id: str) -> Answer:
    """`PUT /object_manager_attributes/{id}`: changed options wait for the next migration (recording 352)."""
    require(call, "admin.object")
    attribute = call.world.find(MODEL, attribute_id)
    if not attribute["editable"]:
        raise ApiError(422, "Validation failed: Name attribute is not editable")
    attribute.update({name: call.params[name] for name in _CHANGEABLE if name in call.params})
    option = call.params.get("data_option")
    if option is not None:
        complete = _complete_option(attribute["data_type"], option)
        _check_option(attribute["data_type"], complete)
        if attribute["to_create"]:
            attribute["data_option"] = complete
        else:
            attribute.update(data_option_new=complete, to_config=True)
    attribute.update(updated_by_id=call.user["id"], updated_at=call.world.now())
    return 200, _answered(attribute)


def delete(call: Call, attribute_id: str) -> Answer:
    """`DELETE /object_manager_attributes/{id}`: the column goes with the next migration."""
    require(call, "admin.object")
    attribute = call.world.find(MODEL, attribute_id)
    if not attribute["editable"]:
        raise ApiError(422, "Validation failed: Name attribute is not editable")
    if attribute["to_create"]:
        del call.world.tables[MODEL][attribute["id"]]
    else:
        attribute.update(to_delete=True, to_migrate=True)
    return 200, {}


def execute_migrations(call: Call) -> Answer:
    """`POST /object_manager_attributes_execute_migrations`; nothing to do is no error (recording 060)."""
    require(call, "admin.object")
    migrate(call.world)
    return 200, {}


def new_attribute(world: World, params: Record, actor_id: int) -> Record:
    """A checked attribute that waits for its migration.

    Raises ApiError 422 for a reserved or unclean name, a name in use, or missing options.
    """
    name, data_type = str(params.get("name") or ""), str(params.get("data_type") or "")
    if any(attribute["name"] == name and attribute["object"] == "Ticket" for attribute in world.table(MODEL).values()):
        raise already_exists()
    if _RESERVED.fullmatch(name):
        raise ApiError(422, "Validation failed: Name can't be used because *_id and *_ids are not allowed")
    if not _NAME.fullmatch(name):
        raise ApiError(422, "Validation failed: Name only lowercase letters, numbers, and '_' are allowed")
    if data_type not in _TYPES:
        raise ApiError(422, "Validation failed: Data type is not included in the list")
    option = _complete_option(data_type, params.get("data_option") or {})
    _check_option(data_type, option)
    positions = [attribute["position"] for attribute in world.table(MODEL).values()]
    fields = {
        "object_lookup_id": _TICKET,
        "object": "Ticket",
        "name": name,
        "display": params.get("display") or name,
        "data_type": data_type,
        "data_option": option,
        "data_option_new": {},
        "editable": True,
        "active": params.get("active", True),
        "screens": params.get("screens") or {},
        "to_create": True,
        "to_migrate": True,
        "to_delete": False,
        "to_config": False,
        "position": params.get("position") or max(positions, default=1549) + 1,
    }
    return world.insert(MODEL, fields, actor_id)


def migrate(world: World) -> None:
    """Carry out what waits: add and drop columns, take over changed options."""
    for attribute in list(world.table(MODEL).values()):
        name = attribute["name"]
        if attribute["to_delete"]:
            del world.tables[MODEL][attribute["id"]]
            for ticket in world.table("Ticket").values():
                ticket.pop(name, None)
        elif attribute["to_create"]:
            empty = attribute["data_option"].get("default") if attribute["data_type"] == "boolean" else None
            for ticket in world.table("Ticket").values():
                ticket.setdefault(name, empty)
        if attribute["to_config"]:
            attribute.update(data_option=attribute["data_option_new"], data_option_new={})
        attribute.update(to_create=False, to_migrate=False, to_config=False)
    world.migrated()


def _complete_option(data_type: str, given: Record) -> Record:
    option: Record = deepcopy(given)
    option.setdefault("default", None if data_type in {"integer", "datetime", "date"} else "")
    option.setdefault("null", True)
    option.setdefault("options", {})
    option.setdefault("relation", "")
    if data_type.startswith("multi"):
        option["multiple"] = True
    return option


def _check_option(data_type: str, option: Record) -> None:
    problems = []
    if data_type == "input" and option.get("type") not in _INPUT_TYPES:
        problems.append("Data option must have one of text/password/tel/fax/email/url for :type")
    if data_type in {"input", "textarea"} and not _is_whole(option.get("maxlength")):
        problems.append("Data option must have integer for :maxlength")
    if data_type == "integer":
        problems += [f"Data option must have integer for :{n}" for n in ("min", "max") if not _is_whole(option.get(n))]
    if data_type == "datetime":
        problems += [f"Data option must have boolean for :{n}" for n in ("future", "past") if n not in option]
    if "select" in data_type and not values.options({"data_option": option}):
        problems.append("Data option must have non-nil value for either :options or :relation")
    if problems:
        raise ApiError(422, "Validation failed: " + ", ".join(problems))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) or str(value).isdigit()


def _answered(attribute: Record) -> Record:
    return {name: value for name, value in attribute.items() if name != "object"}


def _listed(attribute: Record) -> Record:
    shown = {name: value for name, value in attribute.items() if name != "object_lookup_id"}
    return {**shown, "deletable": attribute["editable"]}
