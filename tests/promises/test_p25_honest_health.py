"""P25: whoever asks ``/readyz`` or the metrics learns within a minute that nothing is written, read or answered; and
asking costs next to nothing, holds nobody up and reaches no helpdesk.

Tried, and red: a wrong token counts as an answer; a worker that is gone is not missed; a full disk is not noticed,
because nothing is written; a policy with mistakes is told of only in the log; each question reads the work table;
whoever asks waits for a database that does not answer; a request that hangs counts as a worker that is gone.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from werkzeug.test import Client as Web

from connector.cli.reload import reload
from connector.helpdesks.errors import UnavailableError
from connector.helpdesks.sender import Hook
from connector.policy.problem import PolicyError
from connector.receiver import Receiver, create_app
from connector.sandbox.clock import SteppedClock
from connector.work.errors import StoreUnavailable
from connector.work.jobs import Counts
from connector.work.table import Key, WorkTable
from connector.work.watch import EVERY_S, Watch
from connector.work.worker import Worker
from tests.builders import T0, default_policy
from tests.counted import figures
from tests.promises.small_helpdesk import Client, SmallHelpdesk
from tests.waiting import PATIENCE_S
from webhooks import health

MINUTE = timedelta(minutes=1)
DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "alerts.yaml"
NAME = "zammad"


class Desk(Client):
    """A helpdesk that may refuse the token."""

    name = NAME
    refuses = False
    probes = 0
    goes: threading.Event | None = None

    def probe(self) -> None:
        self.probes += 1
        if self.goes is not None:
            self.goes.wait(PATIENCE_S)
        if self.refuses:
            raise UnavailableError("answered 401: token invalid")


@dataclass
class Site:
    """A receiver and a worker on one work table, whose watch tells four times a minute."""

    table: WorkTable
    clock: SteppedClock
    desk: Desk
    worker: Worker
    full: bool = False
    reads: int = 0
    web: Web = field(init=False)

    def __post_init__(self) -> None:
        hooks = [Hook(NAME, secrets=(b"0123456789abcdef",))]
        table = self.table
        told = Receiver(hooks, lambda *_: None, table.now, self.counts, health=table.health.all, commit=self.commit)
        self.web = create_app(told).test_client()

    def counts(self) -> Mapping[str, Counts]:
        self.reads += 1
        return self.table.counts()

    def commit(self) -> datetime:
        if self.full:
            raise StoreUnavailable("database or disk is full")
        return self.table.health.commit()

    def passes(self, length: timedelta, *, alive: bool = True) -> None:
        """Time with a worker that lives, or without."""
        until = self.clock() + length
        while self.clock() < until:
            self.clock.advance(timedelta(seconds=EVERY_S))
            if alive:
                self.worker.watch.ask(self.desk)
                self.worker.watch.tell()

    def ready(self) -> tuple[int, Any]:
        answer = self.web.get("/readyz")
        return answer.status_code, answer.get_json()

    def figure(self, name: str) -> float | None:
        shown = {key: value for (key, _), value in figures(self.web.get("/metrics").data).items()}
        return shown.get(f"interspace_{name}")

    def assert_tells(self, problem: str) -> None:
        code, told = self.ready()
        assert code == 503
        assert problem in told["detail"]
        assert any(problem in each for each in told["problems"])


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real seconds do not pass here."""
    monkeypatch.setattr("webhooks.health._FRESH_S", 0.0)
    monkeypatch.setattr("webhooks.health._COMMIT_EVERY_S", 0.0)
    monkeypatch.setattr("connector.work.figures._FRESH_S", 0.0)


@pytest.fixture
def table(sqlite_url: str, clock: SteppedClock) -> WorkTable:
    """One store is enough: nothing here depends on it."""
    return WorkTable.open(sqlite_url, clock)


@pytest.fixture
def site(table: WorkTable, clock: SteppedClock) -> Site:
    desk = Desk(SmallHelpdesk(clock, []))
    made = Site(table, clock, desk, Worker(table, desk, default_policy()))
    made.passes(MINUTE)
    return made


def test_when_all_is_well_it_says_so(site: Site) -> None:
    code, told = site.ready()
    assert code == 200
    assert (told["status"], told["last_commit"]) == ("ready", site.clock().isoformat())
    shown = told["helpdesks"][NAME]
    assert (shown["up"], shown["policy_up"], shown["policy"]) == (True, True, default_policy().version)
    assert (site.figure("helpdesk_up"), site.figure("policy_up")) == (1, 1)
    assert site.figure("worker_alive_timestamp_seconds") == site.clock().timestamp()


def test_before_the_first_worker_nothing_is_ready(table: WorkTable, clock: SteppedClock) -> None:
    desk = Desk(SmallHelpdesk(clock, []))
    Site(table, clock, desk, Worker(table, desk, default_policy())).assert_tells("zammad: no worker has begun")


def test_a_helpdesk_that_takes_requests_and_never_answers_is_told_as_that(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.work.watch._PATIENCE_S", 0.01)
    site.desk.goes, before = threading.Event(), site.desk.probes
    site.passes(MINUTE)
    site.assert_tells("zammad: the helpdesk does not answer or refuses the token since")
    assert site.desk.probes == before + 1, "one request waits, and the worker lives on"
    assert "no worker" not in site.ready()[1]["detail"]
    monkeypatch.setattr("connector.work.watch._PATIENCE_S", PATIENCE_S)
    site.desk.goes.set()
    site.passes(MINUTE)
    assert site.ready()[0] == 200


def test_a_wrong_token_is_told_within_a_minute_and_cannot_be_overlooked(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.desk.refuses = True
    site.passes(MINUTE)
    site.assert_tells("zammad: the helpdesk does not answer or refuses the token since")
    assert site.figure("helpdesk_up") == 0
    said = capsys.readouterr()
    assert (said.out + said.err).count("the helpdesk does not answer, or refuses the token") == 1

    site.desk.refuses = False
    site.passes(MINUTE)
    assert site.ready()[0] == 200
    assert site.figure("helpdesk_up") == 1


def test_during_a_pause_it_is_not_up_and_nobody_asks(site: Site) -> None:
    site.table.pause(NAME, site.clock() + 5 * MINUTE, "answered 429")
    before = site.desk.probes
    site.passes(2 * MINUTE)
    assert site.figure("helpdesk_up") == 0
    assert site.desk.probes == before


def test_a_worker_that_is_gone_is_missed(site: Site) -> None:
    site.passes(MINUTE + timedelta(seconds=EVERY_S), alive=False)
    site.assert_tells("zammad: no worker since")


def test_work_that_nobody_does_is_told(site: Site) -> None:
    site.table.touch([Key(NAME, "1")], site.clock())
    site.passes(6 * MINUTE)
    site.assert_tells("zammad: a ticket has been due since")


def test_a_disk_that_takes_nothing_is_told_although_nothing_is_delivered(site: Site) -> None:
    site.full = True
    site.assert_tells("the work table cannot be written now: nothing is accepted")
    site.full = False
    assert site.ready()[0] == 200


def test_a_policy_with_mistakes_is_told_until_it_has_none(site: Site) -> None:
    def broken() -> Any:
        raise PolicyError([])

    assert not reload(site.worker, broken)
    site.passes(MINUTE)
    site.assert_tells("zammad: a newer policy or file of receivers is not in use")
    assert site.figure("policy_up") == 0

    assert reload(site.worker, lambda: (site.desk, default_policy()))
    site.passes(MINUTE)
    assert site.figure("policy_up") == 1


def test_the_end_of_a_token_is_told(site: Site) -> None:
    site.worker.watch = Watch(site.table, NAME, date(2026, 11, 24))
    site.passes(MINUTE)
    assert site.ready()[0] == 200
    assert site.figure("token_expires_timestamp_seconds") == pytest.approx(
        datetime(2026, 11, 25, tzinfo=T0.tzinfo).timestamp(), abs=1
    )
    site.passes(timedelta(days=1) - 5 * MINUTE, alive=False)
    site.clock.advance(timedelta(days=1))
    site.passes(MINUTE)
    site.assert_tells("zammad: the token has ended")


def test_asking_reaches_no_helpdesk_and_reads_the_work_table_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhooks.health._FRESH_S", 5.0)
    monkeypatch.setattr("connector.work.figures._FRESH_S", 5.0)
    reads, probes = site.reads, site.desk.probes
    for _ in range(100):
        site.ready()
        site.figure("helpdesk_up")
    assert site.reads <= reads + 2
    assert site.desk.probes == probes


def test_one_asks_a_database_that_does_not_answer_and_nobody_waits_behind_it(site: Site) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slow() -> Mapping[str, Counts]:
        asked.set()
        assert answer.wait(PATIENCE_S)
        return {}

    check = health.HealthCheck([NAME], slow, site.clock, health=None, commit=None)
    first = threading.Thread(target=check.state)
    first.start()
    assert asked.wait(PATIENCE_S)
    told: list[health.State] = []
    second = threading.Thread(target=lambda: told.append(check.state()))
    second.start()
    try:
        # It is much less than the patience of whoever asks first, and takes no time at all.
        second.join(10)
        assert [state.problems for state in told] == [("the work table has not answered yet",)]
    finally:
        answer.set()
        first.join(PATIENCE_S)
        second.join(PATIENCE_S)
    assert check.state().problems == []


def test_alerts_and_the_dashboard_know_only_figures_that_there_are(site: Site) -> None:
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    named = {name for rule in rules for name in re.findall(r"interspace_\w+", rule["expr"])}
    shown = set(re.findall(r"^# TYPE (\w+) ", site.web.get("/metrics").text, re.MULTILINE))
    dashboard = re.findall(r"interspace_\w+?(?=_bucket\b|\b)", (DEPLOY / "grafana" / "dashboard.json").read_text())
    assert {name for name in (*named, *dashboard) if name not in shown} == set()
    assert {"interspace_helpdesk_up", "interspace_last_look_timestamp_seconds"} <= named
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)


def test_every_alert_has_its_page_in_the_runbook_and_its_trials() -> None:
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    pages = re.findall(r"^## (\w+)$", (DEPLOY.parent / "docs" / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE)
    calm, *trials = yaml.safe_load((DEPLOY / "alerts.test.yaml").read_text())["tests"]
    names = [rule["alert"] for rule in rules]
    assert sorted(pages) == sorted(names)
    assert {rule["annotations"]["runbook_url"].rpartition("#")[2] for rule in rules} == {name.lower() for name in names}
    assert [trial["name"] for trial in trials] == names
    assert {one["alertname"] for one in calm["alert_rule_test"]} == set(names)
