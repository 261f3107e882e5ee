"""P21: secrets never appear in logs, errors, metrics, pages or notes.

All output of the whole test suite is read by ``tests/secret_scan.py``. Here are a day full of trouble, and the proof
that the reading finds something.
"""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from connector import logs
from connector.sandbox.faults import Fault
from connector.sandbox.house import SECRET
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.zammad.house import ZammadHouse
from connector.settings import Settings, compose
from tests.promises.conftest import COMPLETE, Cast

ROOT = Path(__file__).parents[2]


def test_no_secret_in_anything_that_a_troubled_day_leaves_behind(cast: Cast, capfd: pytest.CaptureFixture[str]) -> None:
    stage, house = cast.stage, cast.stage.house
    assert isinstance(house, ZammadHouse | JiraHouse)
    token = house.accounts.bot
    # Without the token among the settings, so that the last filter cannot hide a mistake before it.
    logs.configure(Settings(log_format="json", log_level="debug"))
    ticket = cast.customer.writes("Line down", COMPLETE)
    one_ticket = r"(tickets|issue)/\d"
    for fault in (
        Fault("refuse", path=one_ticket, times=1),
        Fault("hang", path=one_ticket, times=1),
        Fault("status", path=one_ticket, times=1, status=401),
        Fault("status", path=one_ticket, times=1, status=422),
    ):
        stage.sandbox.faults.add(fault)
    stage.advance(timedelta(minutes=10))
    client = stage.receiver.test_client()
    pages = [client.get(path).text for path in ("/healthz", "/readyz", "/metrics", "/")]
    pages.append(client.post(f"/webhooks/{house.name}/main", data=b"{}", content_type="application/json").text)

    printed = capfd.readouterr()
    letters = [letter.error for letter in stage.table.dead_letters()]
    bodies = [article.body + article.subject for article in stage.ticket(ticket).articles]
    everything = "\n".join([printed.out, printed.err, *pages, *letters, *bodies, repr(stage.desk)])
    assert len(letters) == 1
    for secret in (token, SECRET, b64encode(token.encode()).decode(), b64encode(SECRET.encode()).decode()):
        assert secret not in everything
    assert printed.err.count('"event"') > 3, "there was something to look at"


def test_a_secret_in_a_foreign_text_is_hidden_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    import structlog

    logs.configure(compose({"log_format": "json", "zammad_token": "tok-0123456789abcdef"}))

    structlog.get_logger("test").warning(
        "library says", cause="GET https://x/?token=tok-0123456789abcdef failed", more=["tok-0123456789abcdef"]
    )

    said = capfd.readouterr().err
    assert "library says" in said
    assert "tok-0123456789abcdef" not in said


TALKATIVE = '''
import os, secrets, subprocess, sys
import pytest
from pydantic import SecretStr
from tests.chaos.zammad import zammad_process


@pytest.fixture(autouse=True)
def scan(secret_scan):
    """Started in the root of another project, the plugin is there all the same."""


def test_quiet():
    secrets.token_urlsafe(32)
    SecretStr("a long word of settings")
    print("nothing to see")


def test_quiet_files(tmp_path):
    SecretStr("a long word of settings")
    (tmp_path / "settings").write_text("token=a long word of settings")
    os.close(os.open(tmp_path / "store", os.O_WRONLY | os.O_CREAT, 0o600))
    with (tmp_path / "store").open("w") as store:
        store.write("a long word of settings")


def test_prints():
    print("the token is", secrets.token_urlsafe(32))


def test_takes_what_was_printed(capsys):
    print(f"token={secrets.token_hex(32)}", file=sys.stderr)
    assert capsys.readouterr().err


def test_child():
    SecretStr("a password of a child")
    subprocess.run([sys.executable, "-c", "print('a password of a child')"], capture_output=True, check=True)


def test_child_with_settings():
    token = str(os.getpid()) * 8
    settings = {**os.environ, "INTERSPACE_JIRA_TOKEN": token}
    command = [sys.executable, "-c", "import os; print(os.environ['INTERSPACE_JIRA_TOKEN'])"]
    assert subprocess.Popen(command, env=settings, stdout=subprocess.PIPE).communicate()[0]


def test_sandbox():
    with zammad_process() as sandbox:
        print(sandbox.environment["INTERSPACE_ZAMMAD_TOKEN"])


def leave(path, *texts):
    """As a process does."""
    with path.open("a") as file:
        file.writelines(texts)


def test_leaves_a_log(tmp_path):
    leave(tmp_path / "first", "whsec-local-0123456789")


def test_leaves_a_large_log(tmp_path):
    token = secrets.token_hex(32)
    leave(tmp_path / "second", "." * (24 * 2**20 - 32), token, "." * 2**20)


def test_adds_to_its_settings(tmp_path):
    (tmp_path / "settings").write_text("whsec-local-0123456789")
    leave(tmp_path / "settings", "pssst-this-is-the-token")


def test_password_of_a_database():
    SecretStr("postgresql://connector:correct-horse-battery@db/work")
    print("cannot connect: password correct-horse-battery refused")


def test_a_header():
    import base64
    token = secrets.token_urlsafe(32)
    print("Authorization: Basic " + base64.b64encode(f"bot@example.com:{token}".encode()).decode())
'''


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A directory that the scanner of this session does not read."""
    with TemporaryDirectory() as directory:
        yield Path(directory)


def test_the_scanner_of_the_test_suite_finds_a_secret_wherever_it_shows(elsewhere: Path) -> None:
    """The session fails although every test passes, and the summary names the places but not the secrets."""
    (elsewhere / "test_talkative.py").write_text(TALKATIVE)
    (elsewhere / "conftest.py").write_text('pytest_plugins = ("tests.secret_scan",)\n')
    (elsewhere / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(elsewhere / "base")]

    ran = subprocess.run(
        command,
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        stdout=subprocess.PIPE,
        check=False,
    )

    places = [line for line in ran.stdout.partition("(P21)")[2].splitlines() if "…" in line]
    named = "\n".join(places)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout
    assert len(places) == 10, ran.stdout
    assert "test_quiet" not in named
    for test in (
        "prints",
        "takes_what_was_printed",
        "child",
        "child_with_settings",
        "sandbox",
        "password_of_a_database",
        "a_header",
    ):
        assert f"::test_{test}:" in named
    assert "test_leaves_a_log0/first: whsec-…" in named
    assert "test_leaves_a_large_log0/second: " in named
    assert "test_adds_to_its_settings0/settings: pssst-…" in named
    assert "correct-horse-battery" not in named
