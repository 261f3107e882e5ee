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


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        (
            "closes: 17:30",
            "closes: 07:30",
            "calendars.office.closes",
            "mon tue wed thu fri 09:00–07:30 ends on the following day and lasts 22.5 h",
        ),
        (
            "deferral:\n  calendar: office",
            "deferral:\n  calendar: always",
            "deferral.calendar",
            "'always' never closes: nothing can ever be deferred (R27)",
        ),
        (
            "update_every: 4 h",
            "update_every: 9 h",
            "priorities.P2.update_every",
            "no update is due before the repair of 8 h",
        ),
        (
            "# R35–R39\nescalation:",
            "targets: {services: {SVC-1003: {P1: {calendar: office}}}}\nescalation:",
            "targets.services.SVC-1003.P1.calendar",
            "while 'office' is closed, the clocks of P1 rest: a deferral that no customer agreed to (R27)",
        ),
    ],
)
def test_what_is_seldom_meant(old: str, new: str, path: str, says: str, tmp_path: Path) -> None:
    policy = changed(with_addresses(tmp_path), tmp_path / "..", (old, new))

    assert [(hint["path"], hint["message"]) for hint in json.loads(checked(policy, "--json").stdout)["hints"]] == [
        (path, says)
    ]


def test_a_night_shift_is_no_hint(tmp_path: Path) -> None:
    night = changed(
        with_addresses(tmp_path),
        tmp_path / "..",
        ("opens: 09:00\n    closes: 17:30", "opens: 22:00\n    closes: 06:00"),
    )

    assert checked(night).stderr == ""


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
