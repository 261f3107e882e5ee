"""What ``interspace check`` hints at: it stops nothing, and stands apart from the problems."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli.check import check

from .files import POLICY, changed, line_of, with_addresses

OFFICE_P4 = ("name: low\n    calendar: always", "name: low\n    calendar: office")
RESTS = "while 'office' is closed, the clocks of P4 rest: a deferral that no customer agreed to (R27)"


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(policy: Path, *options: str) -> Result:
    return CliRunner().invoke(check, ["--policy", str(policy), *options])


def test_levels_that_mail_nobody(tmp_path: Path) -> None:
    delivered, addressed = checked(POLICY), checked(with_addresses(tmp_path))

    assert delivered.exit_code == addressed.exit_code == 0
    assert delivered.stderr.startswith(
        f"Hint: {POLICY}:{line_of(POLICY, 'ladders:')}: escalation.ladders: "
        "levels 2, 3, 4, 5 (default); 2, 3, 4 (acme); 3 (transit_premium) have no e-mail address"
    )
    assert addressed.stderr == ""


def test_a_priority_whose_clocks_rest(tmp_path: Path) -> None:
    """R27: a calendar that closes defers what nobody agreed to defer."""
    policy = changed(with_addresses(tmp_path), tmp_path / "..", OFFICE_P4)

    found = checked(policy)

    assert found.exit_code == 0
    assert "sound, policy" in found.stdout
    assert found.stderr == f"Hint: {policy}:{line_of(policy, 'name: low') + 1}: priorities.P4.calendar: {RESTS}.\n"


def test_scripts_get_problems_and_hints_apart(tmp_path: Path) -> None:
    hinted = changed(with_addresses(tmp_path), tmp_path / "..", OFFICE_P4)

    sound = json.loads(checked(hinted, "--json").stdout)

    assert sound["problems"] == []
    assert [(hint["path"], hint["message"]) for hint in sound["hints"]] == [("priorities.P4.calendar", RESTS)]


def test_a_policy_with_a_problem_elsewhere_gets_its_hints_too(tmp_path: Path) -> None:
    policy = changed(with_addresses(tmp_path), tmp_path / "..", OFFICE_P4)
    services = tmp_path / "services.yaml"
    services.write_text("services: nonsense\n", encoding="utf-8")

    found = checked(policy, "--services", str(services), "--json")

    assert found.exit_code == 1
    assert [len(of_kind) for of_kind in json.loads(found.stdout).values()] == [1, 1]
