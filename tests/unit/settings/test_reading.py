"""Settings: defaults, secrets from a file, and errors that name the variable and no secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connector.settings import SettingsError, load

SECRET = "INTERSPACE_ZAMMAD_WEBHOOK_SECRET"
FILE = f"{SECRET}_FILE"
GOOD = "a-secret-of-enough-length"


def test_only_the_secret_has_no_default() -> None:
    settings = load({SECRET: GOOD})
    assert settings.of("zammad").secrets("webhook_secret") == (GOOD.encode(),)
    assert settings.database_url.get_secret_value() == "sqlite:///interspace.sqlite3"
    assert (settings.settle_seconds, settings.max_body_bytes, settings.receiver_processes) == (1.0, 1024 * 1024, 2)


def test_every_variable_is_read() -> None:
    settings = load(
        {
            SECRET: GOOD,
            "INTERSPACE_DATABASE_URL": "postgresql+psycopg://u:p@h/d",
            "INTERSPACE_SETTLE_SECONDS": "0.5",
            "INTERSPACE_MAX_BODY_BYTES": "2048",
            "INTERSPACE_HOST": "::1",
            "INTERSPACE_PORT": "9000",
            "INTERSPACE_RECEIVER_PROCESSES": "4",
            "INTERSPACE_RECEIVER_THREADS": "32",
        }
    )
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://u:p@h/d"
    assert (settings.settle_seconds, settings.max_body_bytes) == (0.5, 2048)
    assert (settings.host, settings.port) == ("::1", 9000)
    assert (settings.receiver_processes, settings.receiver_threads) == (4, 32)
    assert GOOD not in repr(settings)
    assert "u:p" not in repr(settings)


def test_a_secret_file_holds_the_current_and_the_previous_secret(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text(f"\n  {GOOD}\n{GOOD}-previous\n\n")
    secrets = load({FILE: str(file)}).of("zammad").secrets("webhook_secret")
    assert secrets == (GOOD.encode(), f"{GOOD}-previous".encode())


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, f"{SECRET} or {FILE} is not set"),
        ({SECRET: ""}, f"{SECRET} or {FILE} is not set"),
        ({SECRET: GOOD, FILE: "x"}, f"{SECRET}, {FILE}: set only one of them"),
        ({SECRET: "hunter2"}, f"{SECRET}: every secret needs at least 16 characters"),
        ({SECRET: f"{GOOD}\udcfc"}, f"{SECRET}: is not UTF-8"),
        ({SECRET: GOOD, "INTERSPACE_PROOF_KEY": f"{GOOD}\udcfc"}, "INTERSPACE_PROOF_KEY: is not UTF-8"),
        ({FILE: "/nowhere/secret"}, f"{FILE}: /nowhere/secret cannot be read: No such file or directory"),
        ({SECRET: GOOD, "INTERSPACE_PORT": "http"}, "INTERSPACE_PORT: "),
        ({SECRET: GOOD, "INTERSPACE_PORT": "65536"}, "INTERSPACE_PORT: "),
        ({SECRET: GOOD, "INTERSPACE_SETTLE_SECONDS": "-1"}, "INTERSPACE_SETTLE_SECONDS: "),
        ({SECRET: GOOD, "INTERSPACE_SETTLE_SECONDS": "nan"}, "INTERSPACE_SETTLE_SECONDS: "),
        ({SECRET: GOOD, "INTERSPACE_RECEIVER_THREADS": "1"}, "INTERSPACE_RECEIVER_THREADS: "),
    ],
)
def test_a_setting_at_fault_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(environment).of("zammad").required("webhook_secret")
    assert str(caught.value).startswith(named)
    assert "hunter2" not in str(caught.value)
    assert GOOD not in str(caught.value)


@pytest.mark.parametrize("lines", ["", "\n\n", "short", f"{GOOD}\n{GOOD}1\n{GOOD}2"])
def test_a_secret_file_at_fault_is_named(tmp_path: Path, lines: str) -> None:
    file = tmp_path / "secrets"
    file.write_text(lines)
    with pytest.raises(SettingsError, match=SECRET) as caught:
        load({FILE: str(file)})
    assert GOOD not in str(caught.value)


@pytest.mark.process
@pytest.mark.parametrize("target", [["connector", "receive"], ["webhooks.wsgi"]])
def test_a_missing_secret_ends_the_start_with_one_line_and_code_2(tmp_path: Path, target: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INTERSPACE_")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    started = subprocess.run(
        [sys.executable, "-m", *target], capture_output=True, env=environment, cwd=tmp_path, check=False, text=True
    )
    assert started.returncode == 2
    assert started.stderr.count("\n") == 1
    assert SECRET in started.stderr
    assert list(tmp_path.iterdir()) == []
