"""Each practice begins without what the one before has left, and nothing else is ever deleted."""

from pathlib import Path

import click
import pytest

from connector.cli.practice_folder import claimed, empty

LEFT = {"practice.env", "practice-clock", "interspace.env", "interspace.secrets", "interspace.sqlite3"}


def test_what_a_practice_has_left_is_deleted_and_named_and_what_a_person_put_there_stays(tmp_path: Path) -> None:
    folder = tmp_path / "practice" / "zammad"
    with claimed(folder):
        assert empty(folder) == []
    for name in (*LEFT, "notes.txt"):
        (folder / name).write_text("x")
    (folder / "policy").mkdir()
    with claimed(folder):
        assert set(empty(folder)) == LEFT
    assert {path.name for path in folder.iterdir()} == {"notes.txt", "policy", ".interspace-sandbox"}
    assert "interspace.sqlite3" in (folder / ".interspace-sandbox").read_text()


def test_a_folder_with_something_in_it_that_no_sandbox_marked_is_left_alone(tmp_path: Path) -> None:
    living = tmp_path / "interspace.env"
    living.write_text("INTERSPACE_ZAMMAD_URL=https://desk.example\n")
    with pytest.raises(click.UsageError, match="no sandbox's; name another folder"), claimed(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["interspace.env"]


def test_an_empty_folder_may_be_taken(tmp_path: Path) -> None:
    with claimed(tmp_path):
        assert (tmp_path / ".interspace-sandbox").is_file()


def test_a_folder_in_which_a_sandbox_is_at_work_is_left_alone_until_it_ends(tmp_path: Path) -> None:
    with claimed(tmp_path):
        (tmp_path / "practice.env").write_text("x")
        with pytest.raises(click.UsageError, match="another sandbox is at work in it"), claimed(tmp_path):
            pass
    with claimed(tmp_path):
        assert empty(tmp_path) == ["practice.env"]
