"""What triggers and jobs do to a ticket: set fields, tag, add notes, send e-mail, call webhooks (300-302, 340-381).

Triggers run inside the request that caused them: its answer shows what they set already (recording 301). Jobs and
incoming e-mail run in the background worker, which knows only the attributes that were migrated when it started: it
writes others to the history and moves `updated_at`, but the value is lost (recordings 341, 344, 381).
"""

from typing import Any, NamedTuple

from connector.sandbox.zammad import article_store, history, mailing, seed, tags, values
from connector.sandbox.zammad.changes import Changes, apply_consequences, commit
from connector.sandbox.zammad.conditions import span
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.placeholders import filled
from connector.sandbox.zammad.records import Record, parse_stamp, stamp
from connector.sandbox.zammad.world import Delivery, World

WEBHOOK, EMAIL, NOTE, TAGS = "notification.webhook", "notification.email", "article.note", "ticket.tags"
_NUMBERS = frozenset({"state_id", "priority_id", "group_id", "owner_id", "customer_id"})
_PLAIN = frozenset({"title", "note", "type"})


class Done(NamedTuple):
    """What came of a run: changed attributes, and the note if one was added."""

    changes: Changes
    note: Record | None


def run(world: World, name: str, perform: Record, ticket: Record, article: Record | None) -> Done:
    """Carry out the actions of a trigger or job in Zammad's order: fields and tags, then notes, then notifications."""
    changes = _set_fields(world, name, perform, ticket, article)
    if TAGS in perform:
        _tag(world, ticket, perform[TAGS])
    note = _add_note(world, perform[NOTE], ticket, article) if NOTE in perform else None
    if EMAIL in perform:
        mailing.send(world, name, perform[EMAIL], ticket, article)
    if WEBHOOK in perform:
        _queue(world, name, int(perform[WEBHOOK]["webhook_id"]), ticket, article)
    return Done(changes, note)


def _set_fields(world: World, name: str, perform: Record, ticket: Record, article: Record | None) -> Changes:
    wanted: Record = {}
    for key, spec in perform.items():
        kind, _, field = key.partition(".")
        if kind != "ticket" or key == TAGS:
            continue
        try:
            wanted[field] = _value(world, field, spec, ticket, article)
        except (ApiError, ValueError) as refused:
            world.log.append(f"{name!r} cannot set {key}: {refused}")
        except KeyError:
            world.log.append(f"{name!r} cannot set {key}: unknown attribute")
    draft = {**ticket, **wanted}
    apply_consequences(world, ticket, draft)
    if draft == ticket:
        return {}
    lost = world.lost_on_write(wanted)
    for field in lost:
        draft[field] = ticket[field]
    changes = commit(world, ticket, draft, seed.NOBODY)
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
    if field in _NUMBERS:
        return int(str(given))
    if field in _PLAIN:
        return given
    if field == "pending_time":
        return parse_stamp(given)
    stored = values.coerced(world.attributes()[field], given, escaped=False)
    values.check_options(world.attributes()[field], stored)
    return stored


def _tag(world: World, ticket: Record, spec: Record) -> None:
    for item in str(spec.get("value") or "").split(","):
        tags.change(world, ticket, item.strip(), seed.NOBODY, remove=spec.get("operator") == "remove")


def _add_note(world: World, spec: Record, ticket: Record, article: Record | None) -> Record:
    internal = str(spec.get("internal")).lower() == "true"
    body, subject = (filled(world, str(spec.get(part) or ""), ticket, article) for part in ("body", "subject"))
    note = article_store.written("note", "System", subject, body, to=None, internal=internal)
    return article_store.store(world, ticket, note, seed.NOBODY)


def _queue(world: World, name: str, webhook_id: int, ticket: Record, article: Record | None) -> None:
    webhook = world.table("Webhook").get(webhook_id)
    if webhook is not None and webhook["active"]:
        article_id = article["id"] if article else None
        world.deliveries.append(Delivery(name, webhook_id, ticket["id"], article_id, due=world.clock()))
