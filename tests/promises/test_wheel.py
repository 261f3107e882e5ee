"""What a user gets who installs the wheel into an empty environment: the commands, with the defaults inside."""

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from hatchling.builders.wheel import WheelBuilder

from connector import __version__

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DEPENDENCIES = Path(click.__file__).parents[1]
INSIDE = {"webhooks": "connector/webhooks", "mappings": "connector/mappings"}
"""Where the wheel has a folder of the repository, if not in the same place."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Iterator[Path]:
    """A virtual environment with the wheel alone; what it depends on comes from the environment of the tests.

    Not below pytest's directories: there the sandbox's code would be taken for a leak of the sandbox's secret.
    """
    with TemporaryDirectory() as name:
        place = Path(name)
        venv.create(place, symlinks=True)
        (packages,) = place.glob("lib/python3*/site-packages")
        # The files of this kind that lie there are not read: an editable installation stays unseen.
        (packages / "dependencies.pth").write_text(f"{DEPENDENCIES}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)], check=True)
        yield place


def interspace(environment: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as its user types it, outside the checkout and with no setting."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("INTERSPACE_", "PYTHON"))}
    command = [str(environment / "bin" / "interspace"), *arguments]
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)


def test_one_name_of_ours_stands_at_the_top_and_nothing_is_missing(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert {name.partition("/")[0] for name in names} == {"connector", f"interspace_connector-{__version__}.dist-info"}
    tracked = {
        Path(INSIDE.get(folder, folder), path.relative_to(ROOT / folder)).as_posix()
        for folder in ("connector", *INSIDE)
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert tracked <= names


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--version"], f"interspace, version {__version__}"),
        (["--help"], "check"),
        (["check"], "site-packages/connector/mappings/interspace.yaml: sound"),
        (["demo", "--log-level", "warning"], "RFO"),
        (["demo", "--log-level", "warning", "--helpdesk", "jira"], "RFO"),
    ],
    ids=" ".join,
)
def test_the_commands_work_in_an_empty_environment(
    environment: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    ended = interspace(environment, *arguments, cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert says in ended.stdout
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_the_receiver_of_the_wheel_is_its_own(environment: Path, tmp_path: Path) -> None:
    """Not that of the checkout, nor another package called ``webhooks``."""
    program = "import connector.receiver as receiver; print(receiver.serve.__module__, receiver.create_app.__module__)"

    ended = subprocess.run(
        [str(environment / "bin" / "python"), "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert ended.stdout.split() == ["connector.webhooks.serve", "connector.webhooks.app"]
