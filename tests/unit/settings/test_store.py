"""The secret store."""

import os
import stat
from pathlib import Path

import pytest

from connector.helpdesks.zammad.settings import WEBHOOK_SECRET as WEBHOOK
from connector.settings import SettingsError, load
from connector.settings.store import SecretStoreError, read_store, with_secret


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "store"

    made = with_secret(path, {}, WEBHOOK)

    assert len(made[WEBHOOK]) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert with_secret(path, {}, WEBHOOK) == made == read_store(path)
    assert os.listdir(tmp_path) == ["store"], "nothing else is left behind"


def test_a_known_secret_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "store"

    assert with_secret(path, {WEBHOOK: "a configured secret"}, WEBHOOK) == {WEBHOOK: "a configured secret"}
    assert not path.exists()


def test_other_secrets_in_the_store_stay(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_text("# a comment\nOTHER=one\n\n", encoding="utf-8")

    made = with_secret(path, {}, WEBHOOK)

    assert read_store(path) == {"OTHER": "one", WEBHOOK: made[WEBHOOK]}


def test_a_line_that_is_no_secret_is_named_without_its_text(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_text("OTHER=one\ntopsecret\n", encoding="utf-8")

    with pytest.raises(SecretStoreError, match=r"store, line 2") as refused:
        read_store(path)

    assert "topsecret" not in str(refused.value)


def test_a_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretStoreError, match="cannot be written"):
        with_secret(tmp_path / "absent" / "store", {}, WEBHOOK)


def test_the_receiver_finds_the_secret_in_the_store(tmp_path: Path) -> None:
    path = tmp_path / "store"
    made = with_secret(path, {}, WEBHOOK)
    environment = {"INTERSPACE_SECRET_STORE": str(path)}

    assert load(environment).of("zammad").secrets("webhook_secret") == (made[WEBHOOK].encode(),)


def test_a_configured_secret_wins_over_the_store(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with_secret(path, {}, WEBHOOK)
    environment = {"INTERSPACE_SECRET_STORE": str(path), WEBHOOK: "a configured secret"}

    assert load(environment).of("zammad").secrets("webhook_secret") == (b"a configured secret",)


def test_a_store_that_is_none_is_a_settings_error(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_text("nonsense\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="line 1"):
        load({"INTERSPACE_SECRET_STORE": str(path)})
