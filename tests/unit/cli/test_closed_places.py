"""Commands whose user may not look at a place: one error that names it, never a traceback and never silence."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.cli import cli, main
from connector.simulation.whole_file import whole_file
from tests.unit.cli.conftest import ROOT, Ran
from tests.unit.policy.files import POLICY, changed
from tests.waiting import PATIENCE_S

_SETPRIV = ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")
"""Root, to whom a file's mode means what it means to everybody."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        os.geteuid() == 0 and not shutil.which(_SETPRIV[0]),
        reason="nothing is closed to root, and setpriv is not there",
    ),
]


@contextmanager
def closed(place: Path, mode: int = 0) -> Iterator[None]:
    """Nobody may look at it meanwhile."""
    before = place.stat().st_mode
    place.chmod(mode)
    try:
        yield
    finally:
        place.chmod(before)


def run(directory: Path, *arguments: str, **environment: str) -> Ran:
    """``interspace`` as a user without the rights of root."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("INTERSPACE_")}
    return subprocess.run(
        [*(_SETPRIV if os.geteuid() == 0 else ()), sys.executable, "-m", "connector", *arguments],
        env={**others, "PYTHONPATH": str(ROOT), "COLUMNS": "160", **environment},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def said(ran: Ran, code: int) -> str:
    """The one line of an error."""
    assert ran.returncode == code, ran.stdout + ran.stderr
    (line,) = ran.stderr.splitlines()
    return line


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to be closed."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("hidden", ["texts", "texts/en", "texts/en/escalated.txt"])
@pytest.mark.parametrize("command", ["check", "messages diff"])
def test_texts_that_cannot_be_read_are_no_sound_ones(hidden: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "texts" / "en").mkdir(parents=True)
    (tmp_path / "texts" / "en" / "escalated.txt").write_text("broken")
    policy = changed(POLICY, tmp_path, ("# messages_folder: texts", "messages_folder: texts"))

    with closed(tmp_path / hidden):
        ran = run(tmp_path, *command.split(), f"--policy={policy}")

    assert ran.returncode == 1
    assert f"{tmp_path / hidden}" in ran.stdout
    assert "cannot be read: Permission denied" in ran.stdout
    assert all(line.startswith("Hint: ") for line in ran.stderr.splitlines()), ran.stderr


def test_a_settings_file_in_a_closed_place_is_not_taken_for_none(place: Path) -> None:
    with closed(place):
        line = said(
            run(place.parent, "check", INTERSPACE_SETTINGS_FILE=str(place / "interspace.env")),
            2,
        )
    assert line == f"{place}/interspace.env: cannot be read: Permission denied"


def test_settings_are_not_written_over_what_cannot_be_seen(place: Path) -> None:
    with closed(place):
        line = said(run(place.parent, "init", "zammad", "--file", str(place / "interspace.env")), 2)
    assert line == f"{place}/interspace.env: cannot be read: Permission denied"


@pytest.mark.parametrize(
    ("mode", "target", "wrong"),
    [
        (0o000, "/own", "own/interspace.yaml: cannot be read: Permission denied"),
        (0o500, "/own", "own: cannot be made: Permission denied"),
    ],
)
def test_rules_are_not_copied_into_a_closed_place(mode: int, target: str, wrong: str, place: Path) -> None:
    with closed(place, mode):
        line = said(run(place.parent, "init", "policy", f"{place}{target}"), 2)
    assert line == f"{place}/{wrong}"


def test_rules_are_not_copied_where_a_file_has_the_name_of_the_folder_of_texts(place: Path) -> None:
    (place / "texts").touch()
    assert said(run(place.parent, "init", "policy", str(place)), 2) == f"{place}/texts: cannot be made: File exists"


def test_a_work_table_in_a_closed_place_is_no_missing_one(place: Path) -> None:
    with closed(place):
        ran = run(place.parent, "dead-letters", "list", INTERSPACE_DATABASE_URL=f"sqlite:///{place}/work.sqlite3")
    assert said(ran, 4).startswith(f"{place}/work.sqlite3 cannot be used: Permission denied")


def test_the_directory_of_a_command_may_be_closed_to_it(place: Path) -> None:
    (place / "interspace.env").touch()
    start = f"chmod 0 . && exec {' '.join(_SETPRIV) if os.geteuid() == 0 else ''} {sys.executable} -m connector check"
    try:
        ran = subprocess.run(
            ["sh", "-c", start],
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            cwd=place,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    finally:
        place.chmod(0o700)
    assert said(ran, 2) == f"{place}/interspace.env: cannot be read: Permission denied"


def test_a_full_disk_names_the_file_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fills(**_: object) -> None:
        with whole_file(tmp_path / "past.json.gz"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "past.json.gz").write_text("before")
    monkeypatch.setattr(cli, "main", fills)
    with pytest.raises(SystemExit) as ended:
        main()

    assert (ended.value.code, capsys.readouterr().err) == (2, f"{tmp_path}/past.json.gz: No space left on device\n")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("past.json.gz", "before")]
