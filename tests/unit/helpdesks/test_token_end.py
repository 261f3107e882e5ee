"""A worker that starts tells of the end of its token in time."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from connector.cli import service
from connector.helpdesks.jira.settings import JiraSettings


@pytest.mark.parametrize(("days", "warned"), [(40, False), (29, True), (-1, True), (None, False)])
def test_a_worker_that_starts_tells_of_the_end_of_its_token(days: int | None, warned: bool) -> None:
    ends = None if days is None else (datetime.now(UTC) + timedelta(days=days)).date()

    with capture_logs() as said:
        service._tell_of_token(JiraSettings(token_ends=ends))

    assert [line["INTERSPACE_JIRA_TOKEN_ENDS"] for line in said] == ([str(ends)] if warned else [])
