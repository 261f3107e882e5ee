"""What keeps a record from being deleted: others refer to it (Zammad's REST documentation, "Delete" of a resource)."""

from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

_COLUMNS = {
    "Group": (("Ticket", "group_id"),),
    "TicketState": (("Ticket", "state_id"),),
    "TicketPriority": (("Ticket", "priority_id"),),
    "Organization": (("User", "organization_id"), ("Ticket", "organization_id")),
    "Calendar": (("Sla", "calendar_id"),),
    "EmailAddress": (("Group", "email_address_id"),),
    "Role": (("User", "role_ids"),),
}


def check_unused(world: World, model: str, record: Record) -> None:
    """Raises ApiError 422 for a record that others refer to."""
    for other, column in _COLUMNS.get(model, ()):
        if any(_names(row[column], record["id"]) for row in world.table(other).values()):
            raise ApiError(422, "Can't delete, object has references.")
    if model == "Webhook":
        _check_webhook(world, record)


def _names(value: object, record_id: int) -> bool:
    return record_id in value if isinstance(value, list) else value == record_id


def _check_webhook(world: World, webhook: Record) -> None:
    for model in ("Trigger", "Job"):
        for row in world.table(model).values():
            called = row["perform"].get("notification.webhook", {}).get("webhook_id")
            if str(called) == str(webhook["id"]):
                text = f"Cannot delete! This webhook is referenced by {model}: {row['name']} (#{row['id']})"
                if world.newest:
                    text = (
                        "This object is referenced by other object(s) and thus cannot be deleted: "
                        f"{model} / {row['name']} (#{row['id']})"
                    )
                raise ApiError(422, text)
