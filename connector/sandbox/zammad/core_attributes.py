"""The ticket attributes that every Zammad has, as the object manager lists them (recording 043)."""

from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import STATE_CHOICES
from connector.sandbox.zammad.world import World

FIRST_CUSTOM_ID = 54
"""The first id after the attributes of tickets, articles, users, organizations and groups."""


def install(world: World, model: str, actor_id: int) -> None:
    """Add the built-in attributes to a fresh world."""
    for name, display, data_type, position, option in _attributes():
        fields = {
            "object_lookup_id": 1,
            "object": "Ticket",
            "name": name,
            "display": display,
            "data_type": "tree_select" if world.newer and name == "group_id" else data_type,
            "data_option": option,
            "data_option_new": {},
            "editable": name == "type",
            "active": name != "type",
            "screens": {},
            "to_create": False,
            "to_migrate": False,
            "to_delete": False,
            "to_config": False,
            "position": position,
        }
        world.insert(model, fields, actor_id)
    world.skip_to(model, FIRST_CUSTOM_ID)


def _attributes() -> list[tuple[str, str, str, int, Record]]:
    states = sorted(STATE_CHOICES["create", "agent"] | {6})
    kinds = {kind: kind for kind in ("Incident", "Problem", "Request for Change")}
    return [
        ("number", "#", "input", 5, {"type": "text", "null": True, "maxlength": 60}),
        ("title", "Title", "input", 8, {"type": "text", "null": False, "maxlength": 200}),
        ("customer_id", "Customer", "user_autocompletion", 10, {"relation": "User", "null": False}),
        (
            "organization_id",
            "Organization",
            "autocompletion_ajax_customer_organization",
            12,
            {"relation": "Organization", "null": True},
        ),
        ("type", "Type", "select", 20, {"options": kinds, "nulloption": True, "null": True, "maxlength": 255}),
        ("group_id", "Group", "select", 25, {"relation": "Group", "null": False, "maxlength": 255}),
        ("owner_id", "Owner", "select", 30, {"relation": "User", "null": True, "maxlength": 255}),
        ("state_id", "State", "select", 40, {"relation": "TicketState", "filter": states, "maxlength": 255}),
        ("pending_time", "Pending till", "datetime", 41, {"future": True, "past": False, "diff": None}),
        ("priority_id", "Priority", "select", 80, {"relation": "TicketPriority", "default": 2}),
        ("tags", "Tags", "tag", 900, {"type": "text", "null": True}),
    ]
