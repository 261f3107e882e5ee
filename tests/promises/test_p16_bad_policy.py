"""P16: a bad policy never goes live: the old one stays, exit code, log and metric say so, nothing is notified twice.

Tried, and red: a bad policy ends the worker; the metric is not counted; only the first problem is told;
receivers are not read again.
"""

import dataclasses
import shutil
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connector.cli.reload import reload
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority
from connector.helpdesks.errors import UnavailableError
from connector.messages.words import Language
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.sandbox.clock import SteppedClock
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.builders import T0, default_policy, incident
from tests.chaos.connector_group import Group, running, wait_until_alive
from tests.chaos.zammad import zammad_process
from tests.counted import total
from tests.listener import listening
from tests.ports import free_port
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, outcome, proofs
from tests.promises.small_helpdesk import Client, SmallHelpdesk
from tests.waiting import PATIENCE_S, wait_until

CELL = "service_affecting:     {high: P1,"
_LINES = (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8").splitlines()
PLACE = f"interspace.yaml:{next(number for number, line in enumerate(_LINES, 1) if CELL in line)}: "
"""Where the cell stands."""


class Files:
    """Copies of policy and catalogue that an admin edits."""

    def __init__(self, directory: Path) -> None:
        self.policy, self.services = directory / "interspace.yaml", directory / "services.yaml"
        for file in (self.policy, self.services):
            shutil.copy(MAPPINGS / file.name, file)
        self._sound = self.policy.read_text(encoding="utf-8")
        self.telling = directory / "telling.yaml"
        self.telling.write_text("receivers: {}\n", encoding="utf-8")

    def edit(self, old: str, new: str) -> None:
        """The sound policy with one change."""
        assert old in self._sound
        self.policy.write_text(self._sound.replace(old, new), encoding="utf-8")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def read_again(cast: Cast, files: Files) -> bool:
    """What SIGHUP does in the worker."""
    stage = cast.stage
    return reload(stage.worker, lambda: (stage.house.open_desk(None), load_policy(files.policy, files.services)))


def reloads(result: str) -> float:
    """What the metric tells."""
    return total("policy_reloads_total", result=result)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (CELL, "service_affecting:     {", f"{PLACE}matrix.service_affecting.high: "),
        (CELL, "service_affecting:     {high: P9,", f"{PLACE}matrix.service_affecting.high: "),
        (CELL, "service_affecting:     [high: P1,", PLACE),
        ("default_priority: P3", "default_priorities: P3", "default_priorities"),
    ],
    ids=["cell missing", "no such priority", "not YAML", "misspelt"],
)
def test_a_bad_policy_changes_nothing_and_every_problem_is_told(
    cast: Cast, files: Files, old: str, new: str, told: str
) -> None:
    stage, failed = cast.stage, reloads("failed")
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    before = outcome(stage.ticket(ticket))
    files.edit(old, new)

    with capture_logs() as log:
        assert read_again(cast, files) is False
    stage.settle()

    (error,) = [entry for entry in log if entry["log_level"] == "error"]
    assert any(told in problem for problem in error["problems"])
    assert reloads("failed") == failed + 1
    assert outcome(stage.ticket(ticket)) == before
    second = cast.customer.writes("Another line down", COMPLETE)
    stage.settle()
    assert stage.ticket(second).fields.priority is Priority.P1


@pytest.mark.parametrize(
    ("old", "new", "event"),
    [
        (CELL, CELL, "the files were read again, the policy is the same"),
        (CELL, "service_affecting:     {high: P2,", "another policy is in use"),
    ],
    ids=["the same", "another"],
)
def test_the_log_says_whether_the_policy_is_another(cast: Cast, files: Files, old: str, new: str, event: str) -> None:
    read_again(cast, files)
    files.edit(old, new)

    with capture_logs() as log:
        assert read_again(cast, files) is True

    assert [entry["event"] for entry in log] == [event]


def test_a_helpdesk_that_cannot_be_opened_again_leaves_the_old_policy(table: WorkTable, clock: SteppedClock) -> None:
    worker = Worker(table, Client(SmallHelpdesk(clock, [])), default_policy())

    def open_again() -> tuple[Client, object]:
        raise UnavailableError("Jira does not answer")

    with capture_logs() as log:
        assert reload(worker, open_again) is False  # type: ignore[arg-type] # it never returns
    assert log[0]["problems"] == ["UnavailableError: Jira does not answer"]


def test_another_policy_holds_from_the_next_job_on_and_nothing_is_notified_twice(cast: Cast, files: Files) -> None:
    stage, live = cast.stage, reloads("ok")
    escalated = cast.customer.writes("Line down", COMPLETE)
    asked = cast.customer.writes("It is broken", "Nothing works.")
    stage.settle()
    cast.agent.replies(escalated, "We are on it.")
    stage.advance(timedelta(hours=2))
    before = {ticket: outcome(stage.ticket(ticket)) for ticket in (escalated, asked)}
    assert len(levels_noted(stage.ticket(escalated))) == 2

    files.edit("after: {P1: 4 h,", "after: {P1: 3 h,")
    for _ in range(3):
        assert read_again(cast, files) is True
        stage.settle()

    assert reloads("ok") == live + 3
    for ticket in (escalated, asked):
        assert outcome(stage.ticket(ticket))["proofs"] == before[ticket]["proofs"]
        assert outcome(stage.ticket(ticket))["notes"] == before[ticket]["notes"]
    deadline = stage.ticket(escalated).fields.next_escalation_at
    assert deadline is not None
    assert deadline - stage.ticket(escalated).created_at == timedelta(hours=3)
    stage.advance(timedelta(hours=1))
    assert stage.ticket(escalated).fields.escalation_level == 4
    assert len(levels_noted(stage.ticket(escalated))) == 3
    assert set(proofs(stage.ticket(escalated)).values()) == {1}


def test_a_job_that_has_begun_ends_as_it_began(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk = SmallHelpdesk(clock, [incident(id=number, created_at=T0 - timedelta(hours=10)) for number in "12"])
    policies = [default_policy().model_copy(update={"version": version}) for version in ("old", "new")]

    class Interrupted(Client):
        def read(self, ticket_id: TicketId) -> Ticket:
            seen = super().read(ticket_id)
            worker.use(Client(helpdesk), policies[1])
            return seen

    worker = Worker(table, Interrupted(helpdesk), policies[0])
    for ticket in helpdesk.tickets:
        table.touch([Key("small", ticket)], clock())
        worker.run_due()

    texts = [ticket.articles[-1].body.rpartition("policy ")[2] for ticket in helpdesk.tickets.values()]
    assert texts == ["old", "new"]
    assert [set(proofs(ticket).values()) for ticket in helpdesk.tickets.values()] == [{1}, {1}]


# Real processes


def deliver(port: int, delivery: bytes) -> None:
    """Until the answer has come."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)) as connection:
        connection.sendall(delivery)
        assert connection.recv(4096).startswith(b"HTTP/1.1 202 ")


def test_sighup_reads_the_policy_again(sqlite_url: str, tmp_path: Path, files: Files) -> None:
    port, log = free_port(), tmp_path / "log"

    def is_logged(text: str) -> Callable[[], bool]:
        return lambda: text in log.read_text()

    with zammad_process() as helpdesk:
        settings = {
            **helpdesk.environment,
            "INTERSPACE_DATABASE_URL": sqlite_url,
            "INTERSPACE_POLICY": str(files.policy),
            "INTERSPACE_SERVICES": str(files.services),
            "INTERSPACE_TELLING": str(files.telling),
            "INTERSPACE_PORT": str(port),
            "INTERSPACE_RECEIVER_PROCESSES": "1",
            "INTERSPACE_SETTLE_SECONDS": "0",
        }
        desk = helpdesk.desk()

        def becomes(priority: Priority) -> None:
            (ticket,) = helpdesk.opens(1, timedelta(0))
            deliver(port, helpdesk.delivery(ticket))
            wait_until(lambda: desk.read(TicketId(ticket)).fields.priority is priority, f"it is {priority}")

        with running(["run"], settings, log) as connector:
            wait_until_alive(connector, "127.0.0.1", port)
            wait_until(is_logged("worker started"), "the worker has started")
            files.edit(CELL, "service_affecting:     {high: P9,")
            connector.send(signal.SIGHUP)
            wait_until(is_logged("the files cannot be used, the old ones stay"), "the mistake is told")
            assert f"{PLACE}matrix.service_affecting.high" in log.read_text()
            becomes(Priority.P1)

            files.edit(CELL, "service_affecting:     {high: P2,")
            files.telling.write_text("receivers:\n  pager: {}\n", encoding="utf-8")
            connector.send(signal.SIGHUP)
            wait_until(is_logged("telling.yaml:2: receivers.pager: needs url or url_file"), "the other mistake is told")
            becomes(Priority.P1)

            with listening() as listener:
                files.telling.write_text(
                    f"receivers:\n  pager: {{url: '{listener.url}', secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}\n",
                    encoding="utf-8",
                )
                connector.send(signal.SIGHUP)
                wait_until(is_logged("another policy is in use"), "it is in use")
                becomes(Priority.P2)
                (ticket,) = helpdesk.opens(1, timedelta(0))
                helpdesk.customer_asks_to_escalate(ticket)
                deliver(port, helpdesk.delivery(ticket))
                wait_until(lambda: any(b"level-2" in one.body for one in listener.got), "the receiver is told")

            connector.send(signal.SIGTERM)
            assert connector.exit_code() == 0


@pytest.mark.parametrize("command", ["run", "work"])
def test_a_bad_policy_at_the_start_is_an_exit_code(command: str, sqlite_url: str, tmp_path: Path, files: Files) -> None:
    files.edit("group: level_3", "group: level_33")
    settings = {
        "INTERSPACE_ZAMMAD_URL": "http://127.0.0.1:9",
        "INTERSPACE_ZAMMAD_TOKEN": "a token of nobody",
        "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": "a secret of nobody",
        "INTERSPACE_DATABASE_URL": sqlite_url,
        "INTERSPACE_POLICY": str(files.policy),
    }
    group = Group([command], settings, tmp_path / "log")
    assert group.exit_code() == 2
    assert "level_33" in (tmp_path / "log").read_text()


def test_a_text_that_fails_on_a_ticket_is_replaced_and_the_ticket_goes_on(cast: Cast) -> None:
    """`check` tries texts with sample data; should one still fail, levels, fields and letters come with other words."""
    stage = cast.stage
    texts = stage.policy.messages
    broken = {
        key: dataclasses.replace(message, body="{{ ticket.priority }}", instead=message if instead else None)
        for name, instead in (("escalated", True), ("priority_by_matrix", False), ("details_complete", False))
        for key, message in [((Language.EN, name), texts.messages[Language.EN, name])]
    }
    messages = dataclasses.replace(texts, messages={**texts.messages, **broken})
    stage.worker.use(stage.house.open_desk(None), stage.policy.model_copy(update={"messages": messages}))
    before = total("failed_texts_total", message="escalated")
    with capture_logs() as logs:
        ticket_id = cast.customer.writes("Line to Hamburg is down", COMPLETE)
        stage.settle()
        stage.advance(timedelta(hours=30))

    ticket = stage.ticket(ticket_id)
    assert not any(counts.dead for counts in stage.table.counts().values())
    assert levels_noted(ticket)[-1].startswith("Escalation level 5")
    assert ticket.fields.priority_reason
    (note, *_) = [article for article in ticket.articles if "Escalation level" in article.subject]
    assert "Reached" in note.body
    assert total("failed_texts_total", message="escalated") > before
    (told, *_) = [entry for entry in logs if entry.get("name") == "escalated"]
    assert (told["ticket"], told["log_level"], told["error"]) == (ticket_id, "error", "there is no data 'priority'")
