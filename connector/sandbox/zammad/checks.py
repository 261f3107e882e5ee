"""What Zammad refuses in configuration, in its words (recordings 077-087, 213-221, 254-264, 273-274)."""

from urllib.parse import urlsplit

from connector.sandbox.zammad.conditions import UnknownFieldError, compiled
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import NOBODY
from connector.sandbox.zammad.world import World

_ACTION_NEEDS = {
    "article.note": ("internal", "body", "subject"),
    "notification.email": ("body", "recipient", "subject"),
    "notification.webhook": ("webhook_id",),
}


def group(world: World, record: Record) -> None:
    """From 6.4 on a name is a path, whose last part is asked for by itself (237, 240)."""
    if not world.newer:
        return
    if not str(record["name"] or "").strip():
        raise ApiError(422, "Name last can't be blank")
    if any(row["name"] == record["name"] and row["id"] != record.get("id") for row in world.table("Group").values()):
        raise ApiError(422, "Name has already been taken")


def webhook(_world: World, record: Record) -> None:
    """An endpoint with a host that is reached by http or https."""
    parts = urlsplit(str(record.get("endpoint") or ""))
    if not record.get("endpoint") or not parts.hostname:
        raise ApiError(422, "Endpoint The provided endpoint is invalid.")
    if parts.scheme not in {"http", "https"}:
        text = "Endpoint The provided endpoint is invalid, no http or https protocol was specified."
        raise ApiError(422, text)


def actions(_world: World, record: Record) -> None:
    """Actions of triggers, macros and jobs are complete. Fields that do not exist are accepted (recording 088)."""
    for action, needs in _ACTION_NEEDS.items():
        spec = record["perform"].get(action)
        for need in needs if spec is not None else ():
            if spec.get(need) in (None, "", []):
                raise ApiError(422, f"The required 'perform' value for {action}, {need} is missing!")


def trigger(world: World, record: Record) -> None:
    """Conditions too name fields that exist, from 6.4 on (088)."""
    actions(world, record)
    if world.newer:
        try:
            compiled(record["condition"], world, NOBODY)
        except UnknownFieldError:
            raise ApiError(422, "Invalid object selector conditions") from None


def job(world: World, record: Record) -> None:
    """What it is about, from 6.4 on (275); only then when, which, and what to do (274)."""
    if world.newer and not record["object"]:
        raise ApiError(422, "Object can't be blank")
    for column in ("timeplan", "condition", "perform"):
        if record[column] is None:
            raise ApiError(422, f"Attribute '{column}\" of relation \"jobs' required!")
    actions(world, record)


def calendar(_world: World, record: Record) -> None:
    """Some business hours that end after they begin. A time zone that does not exist is accepted (recording 214)."""
    active = [day for day in (record["business_hours"] or {}).values() if day.get("active") and day.get("timeframes")]
    if not active:
        raise ApiError(422, "There are no business hours configured.")
    if any(str(end) <= str(start) for day in active for start, end in day["timeframes"]):
        raise ApiError(422, "nonsensical hours provided")


def sla(_world: World, record: Record) -> None:
    """Not both kinds of update times (recording 221)."""
    if record["response_time"] is not None and record["update_time"] is not None:
        raise ApiError(422, "Cannot have both response time and update time.")


def email_address(_world: World, record: Record) -> None:
    """An address."""
    if "@" not in str(record["email"] or ""):
        raise ApiError(422, "Email is invalid")


def webhook_unused(world: World, webhook: Record) -> None:
    """No trigger and no job calls it."""
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
