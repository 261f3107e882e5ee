"""``interspace messages``."""

import errno
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog

from connector.cli.reload import reload
from connector.domain.messages import MESSAGES
from connector.messages.words import Language
from connector.policy.load import load_policy
from connector.policy.models import Policy
from tests.unit.cli.conftest import Run
from tests.unit.policy.files import POLICY, SERVICES, changed

AGREED = "---\naudience: customer\nsubject: Ours\n---\nWe go on {{ opening | time }}.\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A policy with one text of its own, in the directory in which commands run."""
    (tmp_path / "texts" / "en").mkdir(parents=True)
    (tmp_path / "texts" / "en" / "deferral_agreed.txt").write_text(AGREED)
    return changed(POLICY, tmp_path, ("# messages_folder: texts", "messages_folder: texts"))


def test_list_names_every_message_and_whose_it_is(run: Run, own: Path) -> None:
    listed = run("messages", "list", "--json", "--policy", str(own))
    rows = json.loads(listed.stdout)
    assert {row["name"] for row in rows} == set(MESSAGES)
    (mine,) = [row for row in rows if not row["shipped"]]
    assert (mine["name"], mine["language"], mine["audience"]) == ("deferral_agreed", "en", "customer")
    assert mine["file"].endswith("texts/en/deferral_agreed.txt")
    assert all(row["description"] for row in rows)
    shown = run("messages", "list", "--policy", str(own)).stdout
    assert "deferral_agreed" in shown
    assert {line.split()[0] for line in shown.splitlines() if not line.startswith(" ")} == set(MESSAGES)
    assert max(map(len, shown.splitlines())) <= 80
    assert [line.split()[0] for line in shown.splitlines() if "yours: en" in line] == ["deferral_agreed"]


def test_show_is_what_people_get(run: Run, own: Path) -> None:
    assert run("messages", "show", "deferral_agreed", "--policy", str(own)).stdout == (
        "Subject: Ours\n\nDear Ada Lovelace,\n\nWe go on Mon 23 Nov 2026 11:05 CET (10:05 UTC).\n\n"
        "Kind regards,\nInterspace\nTicket number: 41002\n"
    )
    german = run("messages", "show", "reason_missed_target", "--language", "de", "--all").stdout
    assert german == (
        "Reaktionszeit überschritten\n\n--\n\nEntstörzeit überschritten\n\n--\n\nKundeninformation überfällig\n"
    )
    assert run("messages", "show", "deferral_agreed", "--source", "--policy", str(own)).stdout == AGREED
    (plain,) = json.loads(run("messages", "show", "deferral_agreed", "--json", "--policy", str(own)).stdout)
    assert plain["subject"] == "Ours"


def test_show_of_an_unknown_message_is_wrong_usage(run: Run) -> None:
    ran = run("messages", "show", "deferal_agreed")
    assert ran.returncode == 2
    assert "there is no message 'deferal_agreed'; did you mean 'deferral_agreed'?" in ran.stderr


def test_diff_shows_what_is_changed_and_what_does_not_fit(run: Run, own: Path) -> None:
    shown = run("messages", "diff", "--policy", str(own))
    assert shown.returncode == 0
    assert "+We go on {{ opening | time }}." in shown.stdout.splitlines()
    assert "-As agreed{% if on_behalf %}" in shown.stdout

    (own.parent / "texts" / "en" / "deferral_agreed.txt").write_text(AGREED.replace("opening", "until"))
    shown = run("messages", "diff", "--policy", str(own))
    assert shown.returncode == 1
    assert "texts/en/deferral_agreed.txt:5: there is no data 'until'" in shown.stdout
    (problem,) = json.loads(run("messages", "diff", "--json", "--policy", str(own)).stdout)["problems"]
    assert problem["line"] == 5

    (own.parent / "texts" / "en" / "deferral_agreed.txt").write_text(AGREED.replace("subject", "subjekt"))
    shown = run("messages", "diff", "--policy", str(own))
    assert shown.returncode == 1
    assert "+subjekt: Ours" in shown.stdout.splitlines()
    assert "texts/en/deferral_agreed.txt:3: subjekt: there is no such setting" in shown.stdout

    assert run("messages", "diff").stdout == "all texts are the shipped ones\n"


def test_check_names_a_message_that_cannot_be_used(run: Run, own: Path) -> None:
    assert f"{own.parent}/texts: sound, 1 message\n" in run("check", "--policy", str(own)).stdout
    (own.parent / "texts" / "en" / "deferral_agreed.txt").write_text(AGREED.replace("opening", "until"))
    checked = run("check", "--policy", str(own))
    assert checked.returncode == 1
    assert "texts/en/deferral_agreed.txt:5: there is no data 'until'" in checked.stdout


def test_data_that_a_file_declares_in_vain_is_told(run: Run, own: Path) -> None:
    file = own.parent / "texts" / "en" / "deferral_agreed.txt"
    file.write_text(AGREED.replace("---\nWe", "data:\n  opening: text\n---\nWe"))
    checked = run("check", "--policy", str(own))
    assert checked.returncode == 0
    assert f"Hint: {file}: data: opening: only the shipped file decides" in checked.stderr
    assert "data: opening" not in run("check").stderr


def test_a_bad_message_never_goes_live_and_a_good_one_does(own: Path) -> None:
    """As SIGHUP does it (P16): the texts are read again with the policy; if one cannot be used, the old ones stay."""
    worker = _Worker(load_policy(own, SERVICES))
    file = own.parent / "texts" / "en" / "deferral_agreed.txt"
    for text, used in ((AGREED.replace("We", "Now we"), True), (AGREED.replace("}}", ""), False)):
        file.write_text(text)
        assert reload(worker, lambda: (None, load_policy(own, SERVICES))) is used  # type: ignore[arg-type,return-value]
    assert len(worker.texts) == 1
    assert "deferral_agreed" in (worker.watch.policy_failure or "")
    assert worker.texts[0].startswith("Now we go on")


def test_texts_that_cannot_be_read_never_go_live(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers would get the shipped ones, and nobody would know (P16)."""
    worker = _Worker(load_policy(own, SERVICES))
    look = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "en":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return look(path)

    monkeypatch.setattr(os, "scandir", closed)
    with structlog.testing.capture_logs() as logged:
        used = reload(worker, lambda: (None, load_policy(own, SERVICES)))  # type: ignore[arg-type,return-value]
    assert not used
    assert worker.texts == []
    assert logged[-1]["problems"] == [f"{own.parent}/texts/en: cannot be read: Permission denied"]


class _Worker:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.watch = SimpleNamespace(policy_failure=None)
        self.texts: list[str] = []

    def use(self, desk: object, policy: Policy) -> None:
        self.policy = policy
        self.texts.append(policy.messages.message(Language.EN, "deferral_agreed").body)
