"""Do Zammad's processes really store the attributes? The known trap: those that were running at the migration do not.

Triggers on what comes in by the browser or the API run in the web processes (recording 301). The background worker
runs the scheduler's jobs, and the triggers on what comes in by e-mail; it stores new attributes only after a restart
(recordings 298, 341, 381). So each is tried by what it runs itself.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any

from connector.counted import counted
from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok, skipped
from connector.doctor.round_trip import TrialTicket, fresh_name
from connector.domain.fields import CATALOGUE, CUSTOM
from connector.helpdesks.zammad.doctor.context import Context
from connector.helpdesks.zammad.doctor.trial import trial_object, trial_ticket
from connector.helpdesks.zammad.values import decode, encode

_WISHES = {"rfo_requested", "escalation_request", "deferral_support", "deferral_customer"}
_LEFT_ALONE = frozenset({*_WISHES, "rfo_status", "connector_key"})
"""The rules would act on these."""
_TYPED = frozenset(CUSTOM)
_RESTART = (
    "Restart Zammad's background worker (systemctl restart zammad-worker, or the scheduler container): it learns new "
    "attributes only at its start."
)
LOOK_AT_WORKER = (
    "Look whether Zammad's background worker (zammad-worker, or the scheduler container) runs, and restart it."
)
_LONG = timedelta(minutes=1)
"""A job for one ticket takes seconds."""
_ALWAYS = {
    "days": dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), True),
    "hours": {str(hour): True for hour in range(24)},
    "minutes": {str(minute): True for minute in range(0, 60, 10)},
}


def triggers_store(context: Context) -> Observation:
    """A temporary trigger sets every attribute on a test ticket."""
    if not context.test_tickets:
        return skipped("no test ticket is wanted")
    title, wanted = fresh_name("test of triggers"), _values(context)
    body = {
        "name": title,
        "condition": {
            "ticket.action": {"operator": "is", "value": "create"},
            "ticket.title": {"operator": "contains", "value": title},
        },
        "perform": _perform(context, wanted),
        "active": True,
    }
    with trial_object(context, "triggers", body), trial_ticket(context, title) as ticket:
        stored = context.until(context.patience.delivery, lambda: not any(_unset(context, ticket, wanted)) or None)
        lacking = [] if stored else sorted(_unset(context, ticket, wanted))
    if lacking:
        names = ", ".join(context.mapping.attribute(name) for name in lacking)
        return fail(
            f"a trigger could not store {names} in {context.patience.delivery:.0f} s",
            f"{_RESTART} If that does not help, restart all of Zammad.",
        )
    return ok(f"a trigger stored {counted(len(wanted), 'attribute')}")


def worker_stores(context: Context) -> Observation:
    """A temporary job sets every attribute on a test ticket. The scheduler looks for jobs every 5 minutes."""
    if not context.test_tickets:
        return skipped("no test ticket is wanted")
    if context.scheduler_wait <= 0:
        return skipped("the scheduler is not waited for", "Run once without --scheduler-wait 0 after each migration.")
    title, wanted = fresh_name("test of the background worker"), _values(context)
    body = {
        "name": title,
        "object": "Ticket",
        "timeplan": _ALWAYS,
        "condition": {"ticket.title": {"operator": "is", "value": title}},
        "perform": _perform(context, wanted),
        "disable_notification": True,
        "active": True,
    }
    with trial_ticket(context, title) as ticket, trial_object(context, "jobs", body) as job:
        ran = context.until(context.scheduler_wait, lambda: _has_run(context, job))
        # The job says that it has run as its last step: what is not there now does not come.
        lacking = sorted(_unset(context, ticket, wanted)) if ran is _Run.ENDED else []
    if ran is None:
        return fail(f"the scheduler ran no job in {context.scheduler_wait / 60:.0f} min", LOOK_AT_WORKER)
    if ran is _Run.STUCK:
        return fail("the background worker took the job and stopped: it does not know the attributes", _RESTART)
    if lacking:
        names = ", ".join(context.mapping.attribute(name) for name in lacking)
        return fail(f"the background worker does not store {names}", _RESTART)
    return ok(f"the background worker stored {counted(len(wanted), 'attribute')}")


def _values(context: Context) -> dict[str, Any]:
    """A harmless value for each field, another one than the test ticket starts with."""
    moment = context.clock().replace(microsecond=0) + timedelta(days=365)
    return {field: _value(field, moment) for field in context.mapping.fields if field not in _LEFT_ALONE}


def _value(field: str, moment: datetime) -> Any:
    kind = CATALOGUE[field].kind
    if issubclass(kind, StrEnum):
        return list(kind)[1] if field in ("impact", "urgency") else next(iter(kind))
    if kind is datetime:
        return moment
    if kind is int:
        return 0
    return "192.0.2.1" if field == "ip_addresses" else "doctor"


def _perform(context: Context, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"ticket.{context.mapping.attribute(field)}": (
            {"operator": "static", "value": encode(value)}
            if isinstance(value, datetime)
            else {"value": str(encode(value))}
        )
        for field, value in wanted.items()
    }


def _unset(context: Context, ticket: TrialTicket, wanted: Mapping[str, Any]) -> Iterator[str]:
    """The fields that never held the wanted value; for one changed since, the history's "changed from" tells."""
    row = context.bot.get(f"tickets/{ticket.id}")
    stored: Row = row if isinstance(row, dict) else {}
    lacking = [
        name for name, value in wanted.items() if decode(name, stored.get(context.mapping.attribute(name))) != value
    ]
    if not lacking:
        return
    once = _once_held(context, ticket)
    yield from (name for name in lacking if (name, wanted[name]) not in once)


def _once_held(context: Context, ticket: TrialTicket) -> set[tuple[str, Any]]:
    """Fields with values that somebody changed again. What a change was to proves nothing: the history has it also
    where the value was lost (recording 344)."""
    answer = context.bot.get(f"ticket_history/{ticket.id}")
    rows = answer.get("history", ()) if isinstance(answer, dict) else ()
    changed = ((context.mapping.field(str(row.get("attribute"))), row.get("value_from")) for row in rows)
    return {(field, decode(field, old)) for field, old in changed if field is not None and field in _TYPED}


class _Run(Enum):
    ENDED = auto()
    STUCK = auto()


def _has_run(context: Context, job: str) -> _Run | None:
    """``None`` while nothing tells. From 6.4 on a worker that does not know an attribute leaves the job as running, and
    nothing of it is done (extra/worker); 5.5 ends it and loses the values."""
    row = context.admin.get(f"jobs/{job}")
    if not isinstance(row, dict) or not (began := row.get("last_run_at")):
        return None
    if not row.get("running"):
        return _Run.ENDED
    return _Run.STUCK if context.clock() - datetime.fromisoformat(str(began)) > _LONG else None
