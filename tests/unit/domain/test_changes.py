"""Changes of fields are typed: a name that is no field is found before anything runs."""

import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

from connector.domain.changes import Changes
from connector.domain.fields import CATALOGUE

ROOT = Path(__file__).parents[3]
PROGRAM = """\
from connector.domain.decision import Outcome
from connector.domain.mark import Mark
Outcome(rule="x", changes={"escalation_level": 2}), Mark("level", 2)
Outcome(rule="x", changes={"escalation_levle": 2})
Outcome(rule="x", changes={"escalation_level": "2"})
Mark("levle", 2)
"""


def test_changes_name_every_field_with_its_type() -> None:
    assert get_type_hints(Changes) == {name: known.kind | None for name, known in CATALOGUE.items()}


def test_a_mistyped_name_is_a_type_error(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)

    checked = subprocess.run(
        [sys.executable, "-m", "mypy", str(program)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    refused = [line.split(":")[1] for line in checked.stdout.splitlines() if ": error: " in line]
    assert refused == ["4", "5", "6"], checked.stdout + checked.stderr
