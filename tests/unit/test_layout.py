"""The folders of unit tests are those of the code: who looks for the tests of a file knows where they are."""

import tomllib
from pathlib import Path

from connector.helpdesks import registry

UNIT = Path(__file__).parent
ROOT = UNIT.parents[1]


def test_every_folder_of_unit_tests_is_one_of_the_code() -> None:
    folders = {file.parent.relative_to(UNIT) for file in UNIT.rglob("test_*.py")}
    assert len(folders) > 10
    assert [
        str(folder) for folder in folders if not any((ROOT / top / folder).is_dir() for top in ("connector", ""))
    ] == []


def test_each_helpdesk_is_kept_away_from_the_others_and_from_all_that_must_not_know_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    folders = {f"connector.helpdesks.{name}" for name in registry.names()}
    assert len(folders) > 1
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert any(folders <= set(layer.split(" | ")) for layer in layers)
    protected = {name for contract in contracts for name in contract.get("protected_modules", ())}
    assert folders <= protected
