"""The SLA values that Service Management measures itself, for ``explain``. Deadlines come from our policy, never from
here (R36): JSM's goals can be set up by hand only, and know no ladder."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import NotFoundError, PermanentError
from connector.helpdesks.jira.answer import JiraAnswer
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.plugin import Measure


class Sla(NamedTuple):
    """One goal of Service Management on one request, as it stands now."""

    name: str
    breach_at: datetime | None
    """When the running cycle breaks the goal (UTC); ``None`` if no cycle runs."""
    remaining: timedelta | None
    """Negative once it is broken."""
    breached: bool
    paused: bool
    completed: int
    """Cycles that are over."""


class _Moment(JiraAnswer):
    epoch_millis: int | None = None


class _Length(JiraAnswer):
    millis: int


class _Cycle(JiraAnswer):
    breach_time: _Moment | None = None
    remaining_time: _Length | None = None
    breached: bool = False
    paused: bool = False


class _Row(JiraAnswer):
    name: str
    ongoing_cycle: _Cycle | None = None
    completed_cycles: tuple[_Cycle, ...] = ()


class _Page(JiraAnswer):
    values: tuple[_Row, ...] = ()


def read_slas(client: JiraClient, issue_id: str) -> tuple[Sla, ...]:
    """One request. Nothing for an issue that is no customer request, or where Service Management is not installed."""
    path = f"servicedeskapi/request/{issue_id}/sla"
    try:
        answer: Any = client.get(path, "limit=100")
    except NotFoundError:
        return ()
    except PermanentError as error:
        if "answered 400" in str(error):
            return ()
        raise
    return tuple(_sla(row) for row in parsed(_Page, answer, f"GET {path}").values)


def _sla(row: _Row) -> Sla:
    cycle = row.ongoing_cycle or _Cycle()
    millis = cycle.breach_time.epoch_millis if cycle.breach_time else None
    last = row.ongoing_cycle or (row.completed_cycles[-1] if row.completed_cycles else _Cycle())
    return Sla(
        name=row.name,
        breach_at=datetime.fromtimestamp(millis / 1000, UTC) if millis is not None else None,
        remaining=timedelta(milliseconds=cycle.remaining_time.millis) if cycle.remaining_time else None,
        breached=last.breached,
        paused=cycle.paused,
        completed=len(row.completed_cycles),
    )


def measure(slas: Sequence[Sla]) -> Measure | None:
    """The values to be shown; ``None`` if there are none."""
    title = "SLAs as Service Management measures them (only shown: deadlines come from the policy)"
    rows = []
    for sla in slas:
        state = "paused" if sla.paused else "running" if sla.remaining is not None else f"completed {sla.completed}×"
        rows.append((sla.name, state, "breached" if sla.breached else sla.breach_at or ""))
    data = [sla._asdict() for sla in slas]
    return Measure("slas", title, ("SLA", "now", "breach"), rows, data) if slas else None
