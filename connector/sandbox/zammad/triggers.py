"""Triggers and jobs: when they run (085-147, 273-314, 340-347), and what they do to a ticket (300-302, 340-381).

They set fields, tag, add notes, send e-mail, call webhooks. Triggers run inside the request that caused them: its
answer shows what they set already (recording 301). What they do does not fire triggers again, as is Zammad's default.
Jobs and incoming e-mail run in the background worker, which knows only the attributes that were migrated when it
started: it writes others to the history and moves `updated_at`, but the value is lost (recordings 341, 344, 381).
"""

from typing import Any, NamedTuple

from connector.sandbox.zammad import article_store, history, mailing, particulars, seed, tags, values
from connector.sandbox.zammad.conditions import Event, UnknownFieldError, compiled, fields, span
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.history import Changes
from connector.sandbox.zammad.mailing import filled
from connector.sandbox.zammad.records import Record, is_on, parse_stamp, stamp
from connector.sandbox.zammad.world import Delivery, World

__all__ = ["Event", "fire", "run_due_jobs"]

WEBHOOK, EMAIL, NOTE, TAGS = "notification.webhook", "notification.email", "article.note", "ticket.tags"
MOST_TICKETS = 2000
"""A job takes at most so many in one run."""


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
                run(world, trigger["name"], trigger["perform"], event.ticket, event.article)


def _met(world: World, trigger: Record, event: Event) -> bool:
    condition = trigger["condition"]
    named = list(fields(condition))
    on_update = any(field == "ticket.action" and spec.get("value") == "update" for field, spec in named)
    selective = world.newer and trigger.get("execution_condition_mode", "selective") == "selective"
    if (on_update or selective) and event.action == "update" and event.article is None:
        mentioned = {field.partition(".")[2] for field, _ in named if field.startswith("ticket.")}
        if mentioned.isdisjoint(event.changes):
            return False
    # Where all of it has to hold, and something of it is about an article, there has to be one (6.4, recording 338).
    about_article = "conditions" not in condition and any(field.startswith("article.") for field, _ in named)
    if world.newer and about_article and event.article is None:
        return False
    return compiled(condition, world, event.ticket["updated_by_id"])(event.ticket, event)


def run_due_jobs(world: World) -> int:
    """Run every active job whose time has come; returns how many ran. Other times are not made up for."""
    jobs = [job for job in world.table("Job").values() if job["active"] and not job["running"]]
    due = [job for job in jobs if (job["next_run_at"] or "~") <= world.now()]
    with world.worker():
        for job in due:
            _run_job(world, job)
    return len(due)


def _run_job(world: World, job: Record) -> None:
    if world.newer and world.lost_on_write(written_fields(job["perform"])):
        # It is left as running, and left out for a day, until an admin sets `running` back (6.4, extra/worker).
        world.log.append(f"job {job['name']!r}: The given job contains invalid attributes, stopping!")
        job |= {"running": True, "last_run_at": world.now()}
        return
    matching: list[Record] = []
    try:
        holds = compiled(job["condition"], world, seed.NOBODY)
        matching = [ticket for ticket in world.table("Ticket").values() if holds(ticket, None)]
    except UnknownFieldError as unknown:
        world.log.append(f"job {job['name']!r}: {unknown}")
    taken, now = matching[:MOST_TICKETS], world.now()
    for ticket in taken:
        with world.acts("Job", job):
            done = run(world, job["name"], job["perform"], ticket, None)
        if done.changes or done.note:
            fire(world, Event("update", ticket, done.note, done.changes))
    job |= {"last_run_at": now, "processed": len(taken), "matching": len(matching)}
    job |= {"updated_by_id": seed.NOBODY, "updated_at": now}
    particulars.next_run(world, job)


class Done(NamedTuple):
    """What came of a run: changed attributes, and the note if one was added."""

    changes: Changes
    note: Record | None


def run(world: World, name: str, perform: Record, ticket: Record, article: Record | None) -> Done:
    """Carry out the actions of a trigger or job in Zammad's order: fields and tags, then notes, then notifications."""
    changes, note = _set_fields(world, name, perform, ticket, article), None
    if TAGS in perform:
        spec = perform[TAGS]
        for item in str(spec.get("value") or "").split(","):
            tags.change(world, ticket, item.strip(), seed.NOBODY, remove=spec.get("operator") == "remove")
    if NOTE in perform:
        spec = perform[NOTE]
        body, subject = (filled(world, str(spec.get(part) or ""), ticket, article) for part in ("body", "subject"))
        written = article_store.written("note", "System", body, subject=subject, internal=is_on(spec.get("internal")))
        note = article_store.store(world, ticket, written, seed.NOBODY)
    if EMAIL in perform:
        mailing.send(world, name, perform[EMAIL], ticket, article)
    webhook = world.table("Webhook").get(int(perform.get(WEBHOOK, {}).get("webhook_id", 0)))
    if webhook is not None and webhook["active"]:
        article_id = article["id"] if article else None
        world.deliveries.append(Delivery(name, webhook["id"], ticket["id"], article_id, due=world.clock()))
    return Done(changes, note)


def written_fields(perform: Record) -> dict[str, Record]:
    """The attributes that actions set, with how."""
    parts = {key.partition("."): spec for key, spec in perform.items() if key != TAGS}
    return {field: spec for (kind, _, field), spec in parts.items() if kind == "ticket"}


def _set_fields(world: World, name: str, perform: Record, ticket: Record, article: Record | None) -> Changes:
    wanted: Record = {}
    for field, spec in written_fields(perform).items():
        try:
            wanted[field] = _value(world, field, spec, ticket, article)
        except (ApiError, ValueError) as refused:
            world.log.append(f"{name!r} cannot set ticket.{field}: {refused}")
        except KeyError:
            world.log.append(f"{name!r} cannot set ticket.{field}: unknown attribute")
    draft = {**ticket, **wanted}
    history.apply_consequences(world, ticket, draft)
    if draft == ticket:
        return {}
    lost = world.lost_on_write(wanted)
    changes = history.commit(world, ticket, draft | {field: ticket[field] for field in lost}, seed.NOBODY)
    history.note_changes(world, ticket, {field: (ticket[field], wanted[field]) for field in lost}, seed.NOBODY)
    return changes


def _value(world: World, field: str, spec: Record, ticket: Record, article: Record | None) -> Any:
    """Raises KeyError for a field that does not exist, ApiError or ValueError for a value that it cannot hold."""
    given = spec.get("value")
    if spec.get("operator") == "relative":
        return stamp(world.clock() + span(spec))
    if spec.get("pre_condition") == "not_set":
        given = seed.NOBODY if field == "owner_id" else None
    if isinstance(given, str):
        given = filled(world, given, ticket, article)
    if field in {"state_id", "priority_id", "group_id", "owner_id", "customer_id"}:
        return int(str(given))
    if field in {"title", "note", "type"}:
        return given
    if field == "pending_time":
        return parse_stamp(given)
    stored = values.coerced(world.attributes()[field], given, escaped=False)
    values.check_options(world.attributes()[field], stored)
    return stored
