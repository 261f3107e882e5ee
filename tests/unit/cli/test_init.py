"""``interspace init zammad``: asked, tried, written for its owner only; nothing secret on the screen."""

import re
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli.init import init
from connector.cli.settings_draft import called
from connector.settings import SettingsError, load
from connector.settings.store import with_secret
from tests.unit.cli.conftest import ROOT, TOKEN, Live, Run

URL = "INTERSPACE_ZAMMAD_URL"


pytestmark = pytest.mark.usefixtures("bare")


def ask(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(init, ["zammad", *arguments], input=typed)


def test_what_is_typed_is_tried_and_written(live: Live, tmp_path: Path) -> None:
    ran = ask(typed=f"{live.environment[URL]}\n{live.accounts.bot}\n")

    file = tmp_path / "interspace.env"
    assert ran.exit_code == 0, ran.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = load({})
    assert settings.value("zammad_url") == live.environment[URL]
    assert settings.value("zammad_token").get_secret_value() == live.accounts.bot
    assert live.accounts.bot not in ran.output
    assert "interspace install plan zammad" in ran.output
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path / 'interspace.sqlite3'}"
    assert settings.secret_store == tmp_path / "interspace.secrets"
    assert [path.name for path in tmp_path.iterdir()] == ["interspace.env"]


def test_the_commands_read_what_it_wrote(run: Run, live: Live, tmp_path: Path) -> None:
    written = run("init", "zammad", "--url", live.environment[URL], "--file", "mine.env", **{TOKEN: live.accounts.bot})
    swept = run("sweep", INTERSPACE_SETTINGS_FILE="mine.env")

    assert written.returncode == 0, written.stderr
    assert f"export INTERSPACE_SETTINGS_FILE={tmp_path / 'mine.env'}" in written.stdout
    assert swept.returncode == 0, swept.stderr
    assert live.accounts.bot not in written.stdout + written.stderr


def test_a_service_keeps_its_work_table_elsewhere(live: Live, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    arguments = ("--file", "etc/interspace.env", "--state", "var")

    ran = ask(*arguments, typed=f"{live.environment[URL]}\n{live.accounts.bot}\n")

    assert ran.exit_code == 0, ran.output
    settings = load({"INTERSPACE_SETTINGS_FILE": "etc/interspace.env"})
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path / 'var' / 'interspace.sqlite3'}"
    assert settings.secret_store == tmp_path / "etc" / "interspace.secrets"


def test_the_services_unit_reads_copies_of_what_was_written(live: Live, tmp_path: Path) -> None:
    """systemd copies each credential into a directory that the unit calls %d; the originals are root's alone."""
    etc, copies = tmp_path / "etc", tmp_path / "credentials"
    etc.mkdir()
    copies.mkdir()
    arguments = ("--file", "etc/interspace.env", "--state", "var")
    assert ask(*arguments, typed=f"{live.environment[URL]}\n{live.accounts.bot}\n").exit_code == 0
    store = load({"INTERSPACE_SETTINGS_FILE": "etc/interspace.env"}).secret_store
    made = with_secret(store, {}, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET")["INTERSPACE_ZAMMAD_WEBHOOK_SECRET"]
    unit = (ROOT / "deploy" / "interspace.service").read_text(encoding="utf-8")

    for name, path in re.findall(r"(?m)^LoadCredential=(\S+):/etc/interspace/(\S+)$", unit):
        (etc / path).rename(copies / name)
    environment = dict(re.findall(r"(?m)^Environment=(\w+)=(.*)$", unit.replace("%d", str(copies))))

    settings = load(environment)
    assert settings.value("zammad_token").get_secret_value() == live.accounts.bot
    assert settings.value("zammad_webhook_secret").get_secret_value() == made
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path / 'var' / 'interspace.sqlite3'}"
    assert list(etc.iterdir()) == []


def test_what_the_environment_says_of_the_work_table_is_not_written_down(run: Run, live: Live, tmp_path: Path) -> None:
    database = live.environment["INTERSPACE_DATABASE_URL"]

    ran = run("init", "zammad", **live.environment)

    assert ran.returncode == 0, ran.stderr
    assert "INTERSPACE_DATABASE_URL" not in (tmp_path / "interspace.env").read_text()
    assert database not in ran.stdout


def test_a_token_in_a_file_stays_there(run: Run, live: Live, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(live.accounts.bot)

    ran = run("init", "zammad", "--url", live.environment[URL], INTERSPACE_ZAMMAD_TOKEN_FILE="token")

    text = (tmp_path / "interspace.env").read_text()
    assert ran.returncode == 0, ran.stderr
    assert live.accounts.bot not in text
    assert f"INTERSPACE_ZAMMAD_TOKEN_FILE={tmp_path / 'token'}" in text


def test_a_file_that_is_there_is_replaced_only_by_force(run: Run, live: Live, tmp_path: Path) -> None:
    file = tmp_path / "interspace.env"
    file.write_text("INTERSPACE_PORT=9000\n")
    file.chmod(0o644)
    arguments, environment = ("init", "zammad", "--url", live.environment[URL]), {TOKEN: live.accounts.bot}

    refused = run(*arguments, **environment)
    kept = file.read_text()
    forced = run(*arguments, "--force", **environment)

    assert refused.returncode == 2
    assert "--force replaces it, --file in another folder leaves it" in refused.stderr
    assert "interspace doctor" in refused.stderr
    assert kept == "INTERSPACE_PORT=9000\n"
    assert forced.returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert live.environment[URL] in file.read_text()


def test_an_address_without_its_scheme_is_asked_for_again(live: Live) -> None:
    bare_address = live.environment[URL].removeprefix("http://")

    typed = ask(typed=f"{bare_address}\n{live.environment[URL]}\n{live.accounts.bot}\n")
    flag = ask("--force", "--url", bare_address)

    assert typed.exit_code == 0, typed.output
    assert "Error: must start with https:// (or http://)\nZammad's address" in typed.output
    assert load({}).value("zammad_url") == live.environment[URL]
    assert isinstance(flag.exception, SettingsError)


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("http://127.0.0.1:1", "", "no answer"),
        ("", "wrong-token-0123456789", "answered 401"),
    ],
)
def test_what_does_not_work_is_not_written(live: Live, tmp_path: Path, url: str, token: str, said: str) -> None:
    ran = ask(typed=f"{url or live.environment[URL]}\n{token or live.accounts.bot}\n")

    assert ran.exit_code == 1
    assert said in ran.output
    assert list(tmp_path.iterdir()) == []
    assert "wrong-token-0123456789" not in ran.output
    assert live.accounts.bot not in ran.output


def test_a_place_that_cannot_be_written_is_named(run: Run, live: Live) -> None:
    environment = {TOKEN: live.accounts.bot}
    ran = run("init", "zammad", "--url", live.environment[URL], "--file", "/nowhere/at/all.env", **environment)

    assert ran.returncode == 2
    assert "/nowhere/at/all.env: cannot be written" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_words_of_the_caller_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = tmp_path / "interspace"
    found.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    said = {}
    for name in (".venv/bin/interspace", str(found), "interspace", "/somewhere/connector/__main__.py"):
        monkeypatch.setattr(sys, "argv", [name])
        said[name] = called()

    assert list(said.values()) == [".venv/bin/interspace", "interspace", "interspace", "interspace"]
