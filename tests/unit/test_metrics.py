"""The figures: what is counted, who counts together, and that nothing of a customer is in them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector import metrics
from connector.domain.decision import Decision, NewTicket, Note, Outcome
from connector.domain.mark import Mark
from connector.domain.vocabulary import TicketState
from connector.work.errand import SWEEP
from connector.work.errors import StoreUnavailable
from connector.work.figures import WorkTableRows
from connector.work.jobs import Counts
from connector.work.table import Failed, Key, WorkTable
from tests.counted import Counted, figures

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def counted() -> Counted:
    return Counted()


def decision(*marks: str, public: bool = False, **more: Any) -> Decision:
    note = Note(public=public, title="t", text="t", marks=frozenset(map(Mark.parse, marks))) if marks else None
    return Decision((Outcome(rule="r"),), note=note, **more)


def test_a_reconcile_that_changes_nothing_is_no_write(counted: Counted) -> None:
    metrics.reconciled("zammad", decision(), 0.02)

    assert counted("reconciles_total", helpdesk="zammad", outcome="unchanged") == 1
    assert counted("reconcile_seconds_count", helpdesk="zammad") == 1
    assert counted("reconcile_seconds_bucket", helpdesk="zammad", le="0.025") == 1
    assert counted("writes_total", helpdesk="zammad") == 0


@pytest.mark.parametrize("more", [{"changes": {"impact": None}}, {"state": TicketState.RESOLVED}])
def test_changes_and_states_are_writes(counted: Counted, more: dict[str, Any]) -> None:
    metrics.reconciled("jira", decision(**more), 0.3)

    assert counted("reconciles_total", helpdesk="jira", outcome="changed") == 1
    assert counted("writes_total", helpdesk="jira") == 1
    assert counted("reconcile_seconds_bucket", helpdesk="jira", le="0.25") == 0


def test_a_new_ticket_is_a_change_but_no_write_to_this_one(counted: Counted) -> None:
    new = NewTicket(key="rfo:1", title="t", text="t", group="g")
    metrics.reconciled("zammad", decision(creates=(new,)), 0.1)

    assert counted("reconciles_total", helpdesk="zammad", outcome="changed") == 1
    assert counted("writes_total", helpdesk="zammad") == 0


def test_what_a_note_proves_is_counted(counted: Counted) -> None:
    marks = (Mark("level", 2), Mark("level", 3), Mark("contested", "impact"), Mark("repaired", "escalation_level", 7))
    told = (Mark("update-missed", "20261123T1004"), Mark("warned", "repair", "P1", 80))
    metrics.reconciled("zammad", decision(*marks, *told, Mark("request", "a1")), 0.1)
    metrics.reconciled("zammad", decision(Mark("asked"), public=True), 0.1)

    assert counted("escalation_levels_total", helpdesk="zammad", level="2") == 1
    assert counted("escalation_levels_total", helpdesk="zammad", level="3") == 1
    assert counted("contested_fields_total", helpdesk="zammad") == 1
    assert counted("missed_updates_total", helpdesk="zammad") == 1
    assert counted("warnings_total", helpdesk="zammad", limit="repair") == 1
    assert counted("repairs_total", helpdesk="zammad") == 1
    assert counted("notes_total", helpdesk="zammad", visibility="internal") == 1
    assert counted("notes_total", helpdesk="zammad", visibility="public") == 1


def test_the_rest_is_counted(counted: Counted) -> None:
    metrics.failed("jira", final=False)
    metrics.failed("jira", final=True)
    metrics.paused("jira")
    metrics.swept("jira", 3)
    metrics.swept("jira", 0)
    metrics.policy_reload(ok=True)
    metrics.policy_reload(ok=False)
    metrics.accepted("jira")
    metrics.accepted("jira", "unknown")
    metrics.refused("jira", 401)

    assert counted("reconciles_total", helpdesk="jira", outcome="failed") == 1
    assert counted("reconciles_total", helpdesk="jira", outcome="dead_letter") == 1
    assert counted("helpdesk_pauses_total", helpdesk="jira") == 1
    assert counted("sweeps_total", helpdesk="jira") == 2
    assert counted("missed_webhooks_total", helpdesk="jira") == 3
    assert counted("policy_reloads_total", result="ok") == counted("policy_reloads_total", result="failed") == 1
    assert counted("webhooks_accepted_total", sender="jira", what="due") == 1
    assert counted("webhooks_accepted_total", sender="jira", what="unknown") == 1
    assert counted("webhooks_refused_total", sender="jira", status="401") == 1


class Rows:
    """A work table that can be down, and counts how often it is read."""

    def __init__(self) -> None:
        self.down = False
        self.reads = 0

    def counts(self) -> Mapping[str, Counts]:
        self.reads += 1
        if self.down:
            raise StoreUnavailable("away")
        return {"zammad": Counts(1, 2, 3, 4, NOW), "jira": Counts(0, 0, 0, 0, None)}


def test_the_work_tables_rows_are_shown_by_state() -> None:
    shown = figures(metrics.exposition(WorkTableRows(Rows().counts)))

    def tickets(helpdesk: str, state: str) -> float:
        return shown["interspace_tickets", frozenset({("helpdesk", helpdesk), ("state", state)})]

    assert [tickets("zammad", state) for state in ("due", "waiting", "leased", "dead")] == [1, 2, 3, 4]
    assert tickets("jira", "dead") == 0
    oldest = {labels: value for (name, labels), value in shown.items() if "oldest_due" in name}
    assert oldest == {frozenset({("helpdesk", "zammad")}): NOW.timestamp()}
    assert shown["interspace_work_table_up", frozenset()] == 1


def test_a_silent_work_table_is_a_figure_too() -> None:
    rows = Rows()
    rows.down = True
    shown = figures(metrics.exposition(WorkTableRows(rows.counts)))
    assert shown["interspace_work_table_up", frozenset()] == 0
    assert not any(name == "interspace_tickets" for name, _ in shown)


def test_whoever_asks_all_the_time_does_not_keep_the_work_table_busy() -> None:
    rows, seconds = Rows(), [0.0]
    held = WorkTableRows(rows.counts, lambda: seconds[0])
    for seconds[0] in (0.0, 1.0, 4.9, 5.0, 9.9):
        metrics.exposition(held)
    assert rows.reads == 2


def test_housekeeping_is_no_ticket_unless_it_is_dead(tmp_path: Path) -> None:
    table = WorkTable.open(f"sqlite:///{tmp_path / 'work.sqlite3'}", lambda: NOW)
    try:
        table.touch([Key("zammad", SWEEP), Key("zammad", "17")], NOW)
        assert table.counts()["zammad"] == Counts(1, 0, 0, 0, NOW)
        jobs = table.claim("zammad", 9, timedelta(minutes=1))
        assert table.counts()["zammad"].leased == 1
        table.fail([Failed(job, "broken", None) for job in jobs if job.key.ticket == SWEEP])
        assert table.counts()["zammad"] == Counts(0, 0, 1, 1, None)
    finally:
        table.close()
