"""Installations on Zammad with which all is well."""

from collections.abc import Iterator

import pytest

from tests.unit.helpdesks.zammad.doctor.installation import Installation


@pytest.fixture
def installation(sqlite_url: str) -> Iterator[Installation]:
    """On SQLite, because what the database is makes no difference here."""
    made = Installation(sqlite_url)
    yield made
    made.close()
