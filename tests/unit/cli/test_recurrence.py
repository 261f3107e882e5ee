"""``interspace recurrence``: shows what comes back, and writes nothing in a dry run (R31)."""

import json

from tests.unit.cli.conftest import Live, Run
from tests.unit.cli.test_commands import new_ticket


def test_a_dry_run_reads_only_and_tells_what_was_counted(run: Run, live: Live) -> None:
    new_ticket(live)
    before = len(live.desk.requests)

    shown = run("recurrence", "--since", "90d", "--dry-run", **live.environment)
    as_json = run("recurrence", "--dry-run", "--json", **live.environment)

    assert shown.returncode == as_json.returncode == 0, shown.stderr + as_json.stderr
    assert "Nothing comes back." in shown.stdout
    assert json.loads(as_json.stdout)["recurring"] == []
    asked = [request for request in live.desk.requests[before:] if request.method != "GET"]
    assert {request.path.partition("?")[0].rpartition("/")[2] for request in asked} <= {"search"}
