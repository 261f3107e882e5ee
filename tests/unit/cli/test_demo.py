"""``interspace demo``: the story happens, whatever the settings say, and a step that does not is noticed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import demo
from connector.policy.locate import MAPPINGS
from connector.settings import Settings
from tests.unit.cli.conftest import Run

pytestmark = pytest.mark.process


def test_the_demo_happens(run: Run, tmp_path: Path) -> None:
    told = run("demo", "--json", "--log-level", "error", "--out", str(tmp_path / "out"))

    assert sorted(file.name.partition("-")[0] for file in (tmp_path / "out").iterdir()) == ["RFO", "escalation"]
    steps = json.loads(told.stdout)
    assert told.returncode == 0
    assert len(steps) == 12
    assert all(step["problems"] == [] for step in steps)
    (resolved,) = [step for step in steps if "resolved" in step["title"]]
    assert resolved["lines"][0] == "Resolved 2026-11-23 12:15 UTC"


def test_the_story_has_no_log_lines_in_it_unless_they_are_asked_for(run: Run) -> None:
    assert run("demo").stderr == ""
    assert "reconciled" in run("demo", "--log-level", "info").stderr


def test_the_demo_is_played_by_the_rules_that_come_along(run: Run, tmp_path: Path) -> None:
    policy = (MAPPINGS / "interspace.yaml").read_text()
    (tmp_path / "own.yaml").write_text(f"{policy}\napplies_since: 2026-12-01T08:00:00+01:00\n")
    (tmp_path / "own.csv").write_text("service_id,customer\n")
    (tmp_path / "interspace.env").write_text("INTERSPACE_SERVICES=own.csv\nINTERSPACE_ZAMMAD_MAPPING=nowhere.yaml\n")

    told = run("demo", "--json", "--log-level", "error", INTERSPACE_POLICY="own.yaml")

    assert told.returncode == 0, told.stderr
    assert len(json.loads(told.stdout)) == 12
    assert "--policy" not in run("demo", "--help").stdout


@pytest.mark.usefixtures("bare")
def test_the_demo_notices_a_rule_that_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (MAPPINGS / "interspace.yaml").read_text()
    (tmp_path / "slow.yaml").write_text(text.replace("{P1: 2 h, P2: 6 h,", "{P1: 3 h, P2: 6 h,"))
    monkeypatch.setattr(demo, "SHIPPED", Settings(policy=tmp_path / "slow.yaml"))

    told = CliRunner().invoke(demo.demo, ["--json", "--log-level", "error"])

    assert told.exit_code == 1
    assert any("expected: level 3" in step["problems"] for step in json.loads(told.stdout))
