"""The folders of unit tests are those of the code: who looks for the tests of a file knows where they are."""

from pathlib import Path

UNIT = Path(__file__).parent
ROOT = UNIT.parents[1]


def test_every_folder_of_unit_tests_is_one_of_the_code() -> None:
    folders = {file.parent.relative_to(UNIT) for file in UNIT.rglob("test_*.py")}
    assert len(folders) > 10
    assert [
        str(folder) for folder in folders if not any((ROOT / top / folder).is_dir() for top in ("connector", ""))
    ] == []
