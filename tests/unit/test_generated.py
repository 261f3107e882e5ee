"""Generated files are what the code makes now."""

from pathlib import Path

import pytest

from tests.generated import GENERATED


@pytest.mark.parametrize("file", GENERATED, ids=lambda file: file.name)
def test_a_generated_file_is_up_to_date(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == GENERATED[file](), "run: make generate"
