"""``interspace simulate``: from a living helpdesk or a file, with differences, exit codes and clear errors."""

import json
from pathlib import Path

from connector.policy.locate import MAPPINGS
from connector.simulation import cassette
from tests.builders import at
from tests.unit.cli.conftest import Live, Run
from tests.unit.cli.test_commands import new_ticket
from tests.unit.simulation.test_replay import reported


def policy(folder: Path, **changed: tuple[str, str]) -> Path:
    """A copy of the shipped policy with some texts replaced."""
    text = (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8")
    for old, new in changed.values():
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    return folder / "new.yaml"


def saved(folder: Path) -> Path:
    with cassette.recorder(folder / "past.json.gz", at(days=2)) as recorder:
        recorder.add(reported())
    return folder / "past.json.gz"


def test_a_file_and_a_new_policy_show_what_differs(run: Run, tmp_path: Path) -> None:
    stricter = policy(tmp_path, repair=("    repair: 4 h", "    repair: 90 min"))
    options = ("simulate", "--from", str(saved(tmp_path)), "--policy", str(stricter))

    shown = run(*options, COLUMNS="200")
    assert shown.returncode == 0, shown.stderr
    assert "1 incident lived through again" in shown.stdout
    assert "1 of 1 would have gone otherwise." in shown.stdout
    assert "escalation: level 3: 2026-11-23 11:30 UTC instead of 2026-11-23 12:00 UTC" in shown.stdout
    assert "Harbour Bank" in shown.stdout

    (ticket,) = json.loads(run(*options, "--json").stdout)["tickets"]
    assert {"rule": "targets", "what": "missed repair", "in_use": None, "new": "2026-11-23T11:30:00Z"} in [
        one | {"new": (one["new"] or "").replace("+00:00", "Z")} for one in ticket["differences"]
    ]
    assert run(*options, "--allow", "1").returncode == 0
    refused = run(*options, "--allow", "0")
    assert refused.returncode == 1
    assert "1 ticket differs, and --allow is 0" in refused.stderr


def test_the_same_policy_differs_on_nothing(run: Run, tmp_path: Path) -> None:
    same = run("simulate", "--from", str(saved(tmp_path)), "--policy", str(policy(tmp_path)), "--allow", "0")

    assert same.returncode == 0, same.stderr
    assert "Both do the same" in same.stdout


def test_a_living_helpdesk_is_only_read_and_can_be_kept(run: Run, live: Live, tmp_path: Path) -> None:
    new_ticket(live)
    kept, before = tmp_path / "past.json.gz", len(live.desk.requests)

    shown = run("simulate", "--since", "30d", "--save", str(kept), **live.environment)
    again = run("simulate", "--from", str(kept), **live.environment)

    assert shown.returncode == again.returncode == 0, shown.stderr + again.stderr
    assert shown.stdout == again.stdout
    assert "priority P1" in shown.stdout
    asked = [request for request in live.desk.requests[before:] if request.method != "GET"]
    assert {request.path.partition("?")[0].rpartition("/")[2] for request in asked} <= {"search"}


def test_what_a_policy_does_at_once_to_the_open_tickets_is_shown_before_it_is_in_force(
    run: Run, live: Live, tmp_path: Path
) -> None:
    new_ticket(live)
    kept, before = tmp_path / "past.json.gz", len(live.desk.requests)

    shown = run("simulate", "--open", "--save", str(kept), **live.environment)
    told = json.loads(run("simulate", "--open", "--from", str(kept), "--json").stdout)

    assert shown.returncode == 0, shown.stderr
    assert "would at once visibly change 1 ticket of 1 open ones" in shown.stdout
    assert {"rule": "priority", "what": "priority P1", "tickets": 1} in told["acts"]
    assert "priority P1" in told["tickets"][0]["acts"]
    refused = run("simulate", "--open", "--from", str(kept), "--allow", "0")
    assert (refused.returncode, "1 ticket changes, and --allow is 0" in refused.stderr) == (1, True)
    assert [request for request in live.desk.requests[before:] if request.method in ("PUT", "DELETE")] == []


def test_mistakes_get_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"nothing")
    for options, told in (
        (("--from", str(tmp_path / "broken")), "cut off or damaged"),
        (("--from", str(tmp_path / "missing")), "missing"),
        (("--allow", "3"), "name the new policy"),
        (("--since", "soon"), "no length of time such as 90d"),
        (("--save", "x", "--from", str(tmp_path / "broken")), "choose one"),
    ):
        failed = run("simulate", *options)
        assert failed.returncode in (1, 2), options
        assert told in failed.stderr
        assert "Traceback" not in failed.stderr
