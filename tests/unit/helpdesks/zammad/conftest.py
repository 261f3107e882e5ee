"""A Zammad that has introduced itself."""

from collections.abc import Iterator

import pytest
import responses

from tests.unit.helpdesks.zammad.answers import introduce


@pytest.fixture
def zammad() -> Iterator[responses.RequestsMock]:
    """Answers may be added; anything else is refused as a connection."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        introduce(mock)
        yield mock
