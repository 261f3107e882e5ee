"""Receivers outside the helpdesk, for admins: check names mistakes, doctor sends a test, dead-letters shows what nobody
could be told."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import cli
from connector.doctor.context import Examination
from connector.doctor.finding import CheckStatus
from connector.doctor.telling import receivers
from connector.settings import load
from connector.work.table import WorkTable
from connector.work.tellings import TellingKey
from tests.listener import listening
from tests.mail_server import mail_server


class Examined(Examination):
    """Of a helpdesk that mails nobody itself."""

    HELPDESK = "jira"


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Say = Callable[..., Result]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """A command in this process, with its settings."""
    monkeypatch.chdir(tmp_path)

    def said(*words: str, **environment: str) -> Result:
        return CliRunner().invoke(cli, words, env=environment)

    return said


def test_check_looks_at_the_file(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "telling.yaml"
    file.write_text(f"receivers:\n  pager: {{url: 'https://a.example', secret: {SECRET}}}\n")

    assert f"{file}: sound, 1 receiver\n" in say("check", "--telling", str(file)).output
    file.write_text(f"receivers:\n  pager: {{url: 'http://a.example', secret: {SECRET}}}\n")
    wrong = say("check", INTERSPACE_TELLING=str(file))

    assert wrong.exit_code == 1
    assert f"{file}:2: receivers.pager: url must begin with https://" in wrong.output
    assert SECRET not in wrong.output


@pytest.mark.parametrize("receiver", ["pager", "chat:Shift / Berlin:1"])
def test_what_could_not_be_told_is_listed_shown_replayed_and_dropped(say: Say, tmp_path: Path, receiver: str) -> None:
    url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    environment = {"INTERSPACE_DATABASE_URL": url}
    table = WorkTable.open(url)
    table.tellings.add([(TellingKey("zammad", "41", event, receiver), "{}") for event in ("level-2", "level-3")])
    for telling in table.tellings.claim("zammad", 2, timedelta(minutes=1)):
        table.tellings.failed(telling, "it answers 503", None)

    listed = json.loads(say("dead-letters", "list", "--json", **environment).output)
    asked = ("--helpdesk", "zammad")
    shown = say("dead-letters", "show", f"41/level-2/{receiver}", *asked, **environment)
    replayed = say("dead-letters", "replay", f"41/level-2/{receiver}", *asked, **environment)
    dropped = say("dead-letters", "drop", "--all", *asked, **environment)

    assert [(one["ticket"], one["error"]) for one in listed] == [
        (f"41/level-2/{receiver}", "it answers 503"),
        (f"41/level-3/{receiver}", "it answers 503"),
    ]
    assert "it answers 503" in shown.output
    assert replayed.output == "1 of 1 will be tried again\n"
    assert dropped.output == "1 of 1 dropped\n"
    assert [one.key.event for one in table.tellings.of("zammad", "41")] == ["level-2"]
    table.close()


def test_doctor_sends_each_receiver_a_signed_test(tmp_path: Path) -> None:
    file = tmp_path / "telling.yaml"

    def examination(values: Mapping[str, str], *, test_tickets: bool = True) -> Examination:
        return Examined(load(values, with_file=False), test_tickets=test_tickets)

    with listening() as listener:
        file.write_text(f"receivers:\n  pager: {{url: '{listener.url}', secret: {SECRET}}}\n")
        with mail_server() as server:
            with_mail = tmp_path / "mail.yaml"
            where = f"{{host: 127.0.0.1, port: {server.port}, tls: none, sender: a@isp.example}}"
            with_mail.write_text(f"{file.read_text()}mail: {where}\n")
            all_good = receivers(examination({"INTERSPACE_TELLING": str(with_mail)}))
        assert (all_good.text, server.got) == ("pager, mail took a test", [])
        good = receivers(examination({"INTERSPACE_TELLING": str(file)}))
        listener.answer = lambda: (401, {})
        bad = receivers(examination({"INTERSPACE_TELLING": str(file)}))
        nothing_sent = receivers(examination({"INTERSPACE_TELLING": str(file)}, test_tickets=False))
        nobody = receivers(examination({}))

    assert (good.verdict, good.text) == (CheckStatus.OK, "pager took a test")
    assert (bad.verdict, bad.text) == (CheckStatus.FAIL, "pager: it answers 401")
    assert (nothing_sent.verdict, nobody.verdict) == (CheckStatus.SKIPPED, CheckStatus.OK)
    assert [json.loads(one.body)["type"] for one in listener.got] == ["interspace.test"] * 3
    assert all(one.headers["webhook-signature"].startswith("v1,") for one in listener.got)
