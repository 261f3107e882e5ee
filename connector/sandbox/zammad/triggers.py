"""When triggers fire, and what they do: webhooks are queued, other actions stored only (085-147, 306-314)."""

from connector.sandbox.zammad.conditions import Event, UnknownFieldError, compiled, fields
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import Delivery, World

__all__ = ["Event", "fire"]

WEBHOOK_ACTION = "notification.webhook"


def fire(world: World, event: Event) -> None:
    """Queue a delivery for every active trigger, in the order of their names, that the event meets.

    A trigger on a field that does not exist fails when it runs and keeps those after it from running.
    """
    active = [trigger for trigger in world.table("Trigger").values() if trigger["active"]]
    for trigger in sorted(active, key=lambda trigger: trigger["name"]):
        try:
            met = _met(world, trigger["condition"], event)
        except UnknownFieldError as unknown:
            world.log.append(f"trigger {trigger['name']!r}: {unknown}")
            return
        action = trigger["perform"].get(WEBHOOK_ACTION)
        if met and action is not None:
            _queue(world, trigger, int(action["webhook_id"]), event)


def _met(world: World, condition: Record, event: Event) -> bool:
    named = list(fields(condition))
    on_update = any(field == "ticket.action" and spec.get("value") == "update" for field, spec in named)
    if on_update and event.action == "update" and event.article is None:
        mentioned = {field.partition(".")[2] for field, _ in named if field.startswith("ticket.")}
        if mentioned.isdisjoint(event.changes):
            return False
    return compiled(condition, world, event.ticket["updated_by_id"])(event.ticket, event)


def _queue(world: World, trigger: Record, webhook_id: int, event: Event) -> None:
    webhook = world.table("Webhook").get(webhook_id)
    if webhook is None or not webhook["active"]:
        return
    article_id = event.article["id"] if event.article else None
    world.deliveries.append(Delivery(trigger["name"], webhook_id, event.ticket["id"], article_id, due=world.clock()))
