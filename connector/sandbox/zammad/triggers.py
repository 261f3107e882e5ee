"""When triggers fire (085-147, 300-302, 306-314). What they do does not fire triggers again, as is Zammad's default."""

from connector.sandbox.zammad import actions
from connector.sandbox.zammad.conditions import Event, UnknownFieldError, compiled, fields
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import World

__all__ = ["Event", "fire"]


def fire(world: World, event: Event) -> None:
    """Run every active trigger that the event meets, in the order of their names; each sees what those before it did.

    A change of attributes alone fires a trigger on updates only if its condition names one of them; from 6.4 on that
    goes for every trigger without `execution_condition_mode: always` (extra/hooks). A trigger on a field that does not
    exist fails when it runs and keeps those after it from running.
    """
    active = [trigger for trigger in world.table("Trigger").values() if trigger["active"]]
    for trigger in sorted(active, key=lambda trigger: trigger["name"]):
        try:
            met = _met(world, trigger, event)
        except UnknownFieldError as unknown:
            world.log.append(f"trigger {trigger['name']!r}: {unknown}")
            return
        if met:
            with world.acts("Trigger", trigger):
                actions.run(world, trigger["name"], trigger["perform"], event.ticket, event.article)


def _met(world: World, trigger: Record, event: Event) -> bool:
    condition = trigger["condition"]
    named = list(fields(condition))
    on_update = any(field == "ticket.action" and spec.get("value") == "update" for field, spec in named)
    selective = world.newer and trigger.get("execution_condition_mode", "selective") == "selective"
    if (on_update or selective) and event.action == "update" and event.article is None:
        mentioned = {field.partition(".")[2] for field, _ in named if field.startswith("ticket.")}
        if mentioned.isdisjoint(event.changes):
            return False
    if world.newer and event.article is None and _needs_article(condition):
        return False
    return compiled(condition, world, event.ticket["updated_by_id"])(event.ticket, event)


def _needs_article(condition: Record) -> bool:
    """All of it has to hold, and something of it is about an article (6.4, recording 338)."""
    return "conditions" not in condition and any(field.startswith("article.") for field, _ in fields(condition))
