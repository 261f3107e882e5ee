"""The settings file: its form, its place, and what wins over what."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.settings import SettingsError, load
from connector.settings.file import PlacedValue, SettingsFileError, read

VARIABLE = "INTERSPACE_SETTINGS_FILE"
SECRET = "INTERSPACE_ZAMMAD_WEBHOOK_SECRET"
GOOD = "a-secret-of-enough-length"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No other settings file is near."""
    monkeypatch.chdir(tmp_path)


def written(text: str) -> Path:
    path = Path("settings.env")
    path.write_text(text, encoding="utf-8")
    return path


def test_lines_quotes_comments_and_export() -> None:
    path = written("# a comment\n\nA=1\n export B = two words \nC='x # y'\nD=\"\"\nE=a=b\n")

    assert read(path) == {
        "A": PlacedValue("1", "settings.env:3"),
        "B": PlacedValue("two words", "settings.env:4"),
        "C": PlacedValue("x # y", "settings.env:5"),
        "D": PlacedValue("", "settings.env:6"),
        "E": PlacedValue("a=b", "settings.env:7"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A=1\nnonsense hunter2\n", "settings.env:2: expected NAME=value"),
        ("A=1\n\nA=2\n", "settings.env:3: A stands already in settings.env:1"),
        ("A='hunter2\n", "settings.env:1: A: the quote is not closed"),
        ("A='\n", "settings.env:1: A: the quote is not closed"),
        ("1A=hunter2\n", "settings.env:1: expected NAME=value"),
    ],
)
def test_a_line_at_fault_is_named_without_its_value(text: str, said: str) -> None:
    with pytest.raises(SettingsFileError) as caught:
        read(written(text))
    assert str(caught.value) == said


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="'\""), min_size=1))
def test_a_value_is_read_as_it_was_written(value: str) -> None:
    path = written(f'A={value}\nB="{value}"\n')
    assert {name: line.value for name, line in read(path).items()} == {"A": value, "B": value}


def test_the_file_of_the_current_directory_is_read_by_itself() -> None:
    Path("interspace.env").write_text("INTERSPACE_PORT=9000\n")
    assert load({}).port == 9000
    assert load({}, with_file=False).port == 8080


def test_the_order_is_option_environment_file_default() -> None:
    path = written("INTERSPACE_PORT=9000\nINTERSPACE_HOST=::1\nINTERSPACE_WORKER_THREADS=3\n")

    settings = load({VARIABLE: str(path), "INTERSPACE_HOST": "0.0.0.0", "INTERSPACE_PORT": ""}, {"worker_threads": 5})

    assert (settings.port, settings.host, settings.worker_threads, settings.sweep_minutes) == (9000, "0.0.0.0", 5, 5.0)


def test_a_secret_of_the_environment_hides_both_forms_of_the_file() -> None:
    Path("secret").write_text(GOOD)
    path = written(f"{SECRET}=the-secret-of-the-file\n")
    in_file = load({VARIABLE: str(path)})
    by_path = load({VARIABLE: str(path), f"{SECRET}_FILE": "secret"})

    assert in_file.of("zammad").secrets("webhook_secret") == (b"the-secret-of-the-file",)
    assert by_path.of("zammad").secrets("webhook_secret") == (GOOD.encode(),)
    assert (
        load({VARIABLE: str(written(f"{SECRET}_FILE=nowhere\n")), SECRET: GOOD}).of("zammad").secrets("webhook_secret")
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INTERSPACE_PORT=http\n", "settings.env:1: INTERSPACE_PORT: "),
        ("\nINTERSPACE_PROT=1\n", "settings.env:2: INTERSPACE_PROT is no setting"),
        (f"{SECRET}=hunter2\n", f"settings.env:1: {SECRET}: every secret needs at least 16 characters"),
        (f"{SECRET}_FILE=nowhere\n", f"{SECRET}_FILE: nowhere cannot be read"),
        ("what\n", "settings.env:1: expected NAME=value"),
    ],
)
def test_a_setting_at_fault_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({VARIABLE: str(written(text))})
    assert str(caught.value).startswith(said)
    assert "hunter2" not in str(caught.value)


def test_a_variable_that_is_none_of_ours_is_left_alone() -> None:
    assert load({VARIABLE: str(written("HTTPS_PROXY=http://proxy\nTZ=UTC\n"))}).port == 8080


def test_a_named_file_must_be_there() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.env: cannot be read"):
        load({VARIABLE: "nowhere.env"})


def test_a_file_that_is_no_text_is_named() -> None:
    Path("settings.env").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"settings\.env: cannot be read: not UTF-8"):
        load({VARIABLE: "settings.env"})
    assert os.environ.get(VARIABLE) is None
