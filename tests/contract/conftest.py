"""A contract test that does not run proves nothing: where one is skipped, it fails."""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tests of this folder only."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"a contract test may not be skipped: {report.longrepr}"
    return report
