"""``interspace export`` keeps what the fields say before they are deleted."""

import csv
from pathlib import Path

from connector.domain.fields import CATALOGUE
from connector.simulation import cassette
from tests.builders import at, complete, incident
from tests.unit.cli.conftest import Live, Run
from tests.unit.cli.test_commands import new_ticket


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_for_each_ticket_and_a_column_for_each_field(run: Run, tmp_path: Path) -> None:
    with cassette.recorder(tmp_path / "past.json.gz", at(days=2)) as recorder:
        recorder.add(incident(complete(short_description="=1+1", test_results="two\nlines")))
    out = tmp_path / "fields.csv"

    made = run("export", "--from", str(tmp_path / "past.json.gz"), "--out", str(out))

    assert made.returncode == 0, made.stderr
    (row,) = rows(out)
    assert set(CATALOGUE) < set(row)
    assert (row["number"], row["kind"], row["short_description"], row["test_results"]) == (
        "41007", "incident", "'=1+1", "two\nlines",
    )  # fmt: skip
    assert out.stat().st_mode & 0o077 == 0


def test_a_living_helpdesk(run: Run, live: Live, tmp_path: Path) -> None:
    new_ticket(live)

    made = run("export", "--out", str(tmp_path / "fields.csv"), **live.environment)

    assert made.returncode == 0, made.stderr
    assert len(rows(tmp_path / "fields.csv")) >= 1


def test_a_place_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    with cassette.recorder(tmp_path / "past.json.gz", at(days=2)):
        pass
    failed = run("export", "--from", str(tmp_path / "past.json.gz"), "--out", str(tmp_path / "no" / "fields.csv"))

    assert failed.returncode == 2
    assert "No such file or directory" in failed.stderr
    assert "Traceback" not in failed.stderr
