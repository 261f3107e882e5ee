"""The audit fails for vulnerabilities only, and never calls a gap all clear."""

import json
from collections.abc import Mapping

from tests.audit import judge

CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
FLAWED = {
    "name": "flask",
    "version": "0.5",
    "vulns": [{"id": "PYSEC-2019-179", "fix_versions": ["1.0"]}, {"id": "PYSEC-2023-62", "fix_versions": []}],
}
UNKNOWN = {"name": "jira", "skip_reason": "Dependency not found on PyPI and could not be audited: jira (3.10.5)"}


def answer(*dependencies: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_all_clear() -> None:
    assert judge("a.lock", answer(CLEAN), "") == (0, ("a.lock: 1 packages audited, 0 vulnerabilities",))


def test_a_vulnerability_fails_and_is_named_with_its_remedy() -> None:
    verdict = judge("a.lock", answer(CLEAN, FLAWED), "Found 2 known vulnerabilities in 1 package")

    assert verdict.code == 1
    assert verdict.lines == (
        "a.lock: flask 0.5: PYSEC-2019-179, fixed in 1.0",
        "a.lock: flask 0.5: PYSEC-2023-62, fixed in -",
        "a.lock: 2 packages audited, 2 vulnerabilities",
    )


def test_packages_that_were_passed_over_are_named() -> None:
    verdict = judge("a.lock", answer(CLEAN, UNKNOWN), "")

    assert verdict.code == 0
    assert verdict.lines[-1] == "a.lock: NOT AUDITED: the advisory service does not know jira"


def test_a_service_that_cannot_be_reached_is_no_failure_and_no_success() -> None:
    verdict = judge("a.lock", "", "Traceback\nConnectionError: Failed to resolve 'pypi.org'\n")

    assert verdict.code == 0
    assert "NOT AUDITED" in verdict.lines[0]
    assert "Failed to resolve" in verdict.lines[0]


def test_a_service_that_knows_nothing_is_said_in_one_line() -> None:
    verdict = judge("a.lock", answer(UNKNOWN), "")

    assert verdict.lines[-1] == "a.lock: NOT AUDITED: the advisory service does not know any of the packages"
