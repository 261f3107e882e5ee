"""A third helpdesk enters the whole product through the registry alone: nothing else knows it."""

import gc
import hmac
import json
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import cli
from connector.cli.reference import reference, schemas
from connector.domain.model import TicketId
from connector.helpdesks import registry
from connector.settings import SettingsError, load
from connector.work.table import WorkTable
from tests.builders import incident
from tests.promises.small_helpdesk import WRITE, SmallHelpdesk
from tests.promises.small_plugin import SmallMapping, small_plugin, write_mapping
from webhooks.app import create_app
from webhooks.receiver import open_receiver

SECRET = "the-secret-of-the-small-desk"
Run = Callable[..., Result]


class Server(SmallHelpdesk):
    """Once a ticket is written, the worker has shown what it can, and is asked to end."""

    def ask(self, endpoint: str, ticket: str) -> None:
        super().ask(endpoint, ticket)
        if endpoint == WRITE:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """With one ticket, registered, and named by the environment alone."""
    now = datetime.now(UTC).replace(microsecond=0)
    made = Server(
        lambda: datetime.now(UTC),
        [incident(helpdesk="small", id="7", number="no.7", created_at=now, updated_at=now)],
    )
    for name in [name for name in os.environ if name.startswith("INTERSPACE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write_mapping(tmp_path / "small.yaml")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("INTERSPACE_SMALL_URL", "https://small.example")
    monkeypatch.setenv("INTERSPACE_SMALL_TOKEN", "the-token-of-the-small-desk")
    monkeypatch.setenv("INTERSPACE_SMALL_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("INTERSPACE_PROOF_KEY", "the-proof-key-of-this-test")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    registry.register(small_plugin(made))
    yield made
    registry.unregister("small")
    for number, handler in handlers.items():
        signal.signal(number, handler)
    gc.unfreeze()


@pytest.fixture
def run(server: Server) -> Run:
    """The command line in this process, which alone knows the small helpdesk."""
    return lambda *words: CliRunner().invoke(cli, [*words], prog_name="interspace", catch_exceptions=False)


def test_from_its_settings_to_a_worked_ticket(run: Run, server: Server) -> None:
    checked = run("check")
    delivered = create_app(open_receiver(load(os.environ))).test_client()
    body = json.dumps({"number": 7}).encode()
    signature = {"X-Small-Signature": f"sha256={hmac.digest(SECRET.encode(), body, 'sha256').hex()}"}
    forged = delivered.post("/webhooks/small/main", data=body, content_type="application/json")
    accepted = delivered.post("/webhooks/small/main", data=body, content_type="application/json", headers=signature)
    explained = run("explain", "no.7")
    worked = run("work")

    assert checked.exit_code == 0, checked.output
    assert "small.yaml: sound" in checked.output
    assert (forged.status_code, accepted.status_code) == (401, 202)
    assert "would become" in explained.output
    assert worked.exit_code == 0, worked.output
    assert server.tickets[TicketId("7")].fields.next_escalation_at is not None
    table = WorkTable.open_existing(load(os.environ).database_url.get_secret_value())
    assert table.seen("small", ["7"])["7"].seen is not None
    table.close()


def test_it_is_examined_swept_and_asked_for(run: Run) -> None:
    swept = run("sweep")
    examined = run("doctor", "--json")
    problems = run("doctor", "--problems")
    letters = run("dead-letters", "list")

    assert swept.exit_code == 0, swept.output
    assert {finding["verdict"] for finding in json.loads(examined.stdout)} == {"ok"}, examined.output
    assert "1 tickets" in examined.stdout
    assert problems.stdout == "6 ok\n"
    assert letters.output == "no dead letters\n"


def test_its_settings_are_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("work", "--help").output
    monkeypatch.setenv("INTERSPACE_SMALL_COLOR", "red")

    assert "Small Desk:" in shown
    assert "[zammad|jira|small]" in shown
    assert "--small-colour TEXT" in shown
    assert "INTERSPACE_SMALL_TOKEN_FILE" in reference()
    assert schemas()["small.schema.json"] is SmallMapping
    with pytest.raises(SettingsError, match="did you mean INTERSPACE_SMALL_COLOUR"):
        load(os.environ)


def test_a_mapping_at_fault_and_a_wrong_reference_are_named(run: Run, tmp_path: Path) -> None:
    write_mapping(tmp_path / "small.yaml", groups={"intake": "intake"})

    assert "small.yaml:" in run("check").output
    assert run("explain", "7-8").exit_code == 2
    assert "neither a number after no. nor an id" in run("explain", "7-8").output
    assert "Small Desk is set up by hand" in run("install", "plan", "small").output
