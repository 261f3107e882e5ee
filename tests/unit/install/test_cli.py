"""``interspace install`` as an admin uses it."""

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.cli import main
from connector.install.secrets import WEBHOOK, read_store
from tests.unit.install.bench import RECEIVER, Bench


class Ran(NamedTuple):
    """What a command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs ``interspace install`` against the bench, over a socket, with nothing of this process's own settings."""
    for name in os.environ:
        if name.startswith("INTERSPACE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    with bench.zammad.serve() as server:
        monkeypatch.setenv("INTERSPACE_ZAMMAD_URL", server.url)
        monkeypatch.setenv("INTERSPACE_ZAMMAD_TOKEN", bench.tokens["bot"])
        monkeypatch.setenv("INTERSPACE_ZAMMAD_ADMIN_TOKEN", bench.tokens["admin"])

        def command(*arguments: str, **more: str) -> Ran:
            for name, value in more.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr(sys, "argv", ["interspace", "install", *arguments])
            code = 0
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
            said = capsys.readouterr()
            return Ran(code, said.out, said.err)

        yield command


def test_plan_apply_plan_uninstall(run: Run, bench: Bench, tmp_path: Path) -> None:
    shown = run("plan", "zammad", "--receiver-url", RECEIVER)
    assert shown.returncode == 0, shown.stderr
    assert "ticket attribute 'impact'" in shown.stdout
    assert list(tmp_path.iterdir()) == [], "a plan makes no secret"
    checksum = shown.stdout.strip().splitlines()[-1].removeprefix("Checksum: ")

    refused = run("apply", "zammad", "--receiver-url", RECEIVER, "--checksum", "000000000000")
    assert refused.returncode == 1
    assert f"The plan is now {checksum}" in refused.stderr
    assert "P1 critical" not in bench.names("ticket_priorities")

    applied = run("apply", "zammad", "--receiver-url", RECEIVER, "--checksum", checksum)
    assert applied.returncode == 0, applied.stderr
    assert "Restart Zammad's background worker" in applied.stdout
    store = tmp_path / "interspace.secrets"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    secret = read_store(store)[WEBHOOK]
    assert bench.row("webhooks", "Interspace connector")["signature_token"] == secret

    again = run("plan", "zammad")
    assert "Nothing to do." in again.stdout
    listed = run("plan", "zammad", "--json")
    assert json.loads(listed.stdout)["counts"]["unchanged"] > 50

    told = run("uninstall", "zammad")
    assert told.returncode == 1
    assert "--force" in told.stderr
    assert "tickets' data are in it" in told.stdout
    assert " stays " in told.stdout
    gone = run("uninstall", "zammad", "--force", "--json")
    assert gone.returncode == 0, gone.stderr
    assert json.loads(gone.stdout)["refused_by_zammad"] == []
    assert bench.names("groups") == {"Users"}
    everything = (shown, refused, applied, again, listed, told, gone)
    held = (secret, *bench.tokens.values())
    assert not [text for ran in everything for text in held if text in ran.stdout + ran.stderr]


@pytest.mark.parametrize(
    ("arguments", "more", "code", "said"),
    [
        (("plan", "zammad"), {}, 2, "--receiver-url"),
        (("plan", "zammad", "--receiver-url", "nowhere"), {}, 2, "not where a receiver can be"),
        (("plan", "zammad"), {"INTERSPACE_ZAMMAD_ADMIN_TOKEN": ""}, 2, "INTERSPACE_ZAMMAD_ADMIN_TOKEN"),
        (("plan", "zammad"), {"INTERSPACE_ZAMMAD_TOKEN": "wrong"}, 3, "INTERSPACE_ZAMMAD_TOKEN"),
        (("plan", "zammad"), {"INTERSPACE_ZAMMAD_ADMIN_TOKEN": "wrong"}, 3, "Check the token"),
        (("plan", "otrs"), {}, 2, "'otrs' is not one of 'zammad', 'jira'"),
        (("plan", "jira"), {}, 2, "INTERSPACE_JIRA_URL"),
        (("checklist", "zammad"), {}, 2, "there is no checklist for Zammad"),
    ],
)
def test_what_goes_wrong_is_one_message(
    run: Run, arguments: tuple[str, ...], more: dict[str, str], code: int, said: str
) -> None:
    ran = run(*arguments, **more)

    assert ran.returncode == code
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
