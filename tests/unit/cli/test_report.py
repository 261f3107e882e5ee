"""``interspace report``: files for a customer, each or the provider, and clear errors."""

import json
from pathlib import Path

from connector.settings import Settings
from connector.simulation import cassette
from tests.builders import T0, at
from tests.unit.cli.conftest import Run
from tests.unit.simulation.test_replay import reported


def saved(folder: Path, days: float = 2) -> str:
    with cassette.recorder(folder / "past.json.gz", at(days=days)) as recorder:
        recorder.add(reported())
    return str(folder / "past.json.gz")


def test_a_file_for_each_customer_and_the_provider(run: Run, tmp_path: Path) -> None:
    made = run("report", "--month", "2026-11", "--from", saved(tmp_path), "--all", "--out", str(tmp_path / "out"))

    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "report-2026-11-harbour.html",
        "report-2026-11-provider.html",
    ]


def test_one_customer_as_data(run: Run, tmp_path: Path) -> None:
    options = ("--from", saved(tmp_path), "--customer", "harbour", "--format", "json", "--out", str(tmp_path))
    made = run("report", "--month", "2026-11", *options)

    assert made.returncode == 0, made.stderr
    told = json.loads((tmp_path / "report-2026-11-harbour.json").read_text(encoding="utf-8"))
    assert told["until"] == at(days=2).isoformat()
    assert told["tables"]["incidents"][0]["Incidents"] == {"value": 1, "tickets": ["41007"]}


def test_the_end_of_the_month_is_told_in_utc(run: Run, tmp_path: Path) -> None:
    """In Berlin the month ends an hour before it does by UTC."""
    past = saved(tmp_path, days=20)
    for form, told in (("html", "2026-11-30 23:00 UTC"), ("json", "2026-11-30T23:00:00+00:00")):
        made = run("report", "--month", "2026-11", "--from", past, "--format", form, "--out", str(tmp_path))
        assert made.returncode == 0, made.stderr
        assert told in (tmp_path / f"report-2026-11-provider.{form}").read_text(encoding="utf-8")


def test_mistakes_get_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"nothing")
    (tmp_path / "file").touch()
    for options, told in (
        (("--month", "11/2026"), "not a month, write it like 2026-11"),
        (("--month", f"{T0.year + 900}-01"), "has not begun"),
        (("--month", "2026-11", "--customer", "nobody"), "no customer 'nobody'; it has acme"),
        (("--month", "2026-11", "--customer", "harbour", "--all"), "leave --customer out"),
        (("--month", "2026-11", "--from", str(tmp_path / "broken")), "cut off or damaged"),
        (("--month", "2026-11", "--before", "October", str(Settings().policy)), "not a day, write it like 2026-10-01"),
        (("--month", "2026-11", "--from", saved(tmp_path), "--out", "/proc/nowhere"), "/proc/nowhere"),
    ):
        failed = run("report", *options)
        assert failed.returncode == 2, options
        assert told in " ".join(failed.stderr.split()), failed.stderr
        assert "Traceback" not in failed.stderr


def test_what_was_created_before_a_day_is_judged_by_the_policy_of_then(run: Run, tmp_path: Path) -> None:
    """The answer came after five minutes: four hours were allowed, and one minute by the policy before."""
    old = tmp_path / "old.yaml"
    old.write_text(
        Settings().policy.read_text(encoding="utf-8").replace("first_response: 4 h", "first_response: 1 min")
    )
    options = ("--from", saved(tmp_path), "--customer", "harbour", "--format", "json", "--out", str(tmp_path))

    def missed(*before: str) -> tuple[int, str]:
        made = run("report", "--month", "2026-11", *options, *before)
        assert made.returncode == 0, made.stderr
        told = json.loads((tmp_path / "report-2026-11-harbour.json").read_text(encoding="utf-8"))
        return told["tables"]["promises"][0]["Missed"]["value"], told["policy"]

    version = missed()[1]
    assert missed("--before", "2026-11-23", str(old))[0] == 0
    judged, by = missed("--before", "2026-11-24", str(old), "--before", "2026-11-01", str(Settings().policy))
    assert judged == 1
    assert by.startswith(f"{version} before 2026-11-01, ")
    assert by.endswith(f" before 2026-11-24, {version}")
