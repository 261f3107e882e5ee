"""On which versions a helpdesk was proved is told by its own folder, and every other one is doubted."""

from types import SimpleNamespace
from typing import cast

import pytest
from structlog.testing import capture_logs

from connector.cli import service
from connector.helpdesks.errors import TransientError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.registry import names
from connector.helpdesks.versions import Proof, doubt, proved, versions


@pytest.mark.parametrize(
    ("told", "proof"),
    [
        ("5.5.x", Proof.RECORDED),
        ("6.4.1-3fbc21", Proof.RECORDED),
        ("7.2.0", Proof.SOURCE),
        ("6.5.0", None),
        ("6.40.0", None),
        ("16.4", None),
        ("develop", None),
        ("", None),
    ],
)
def test_a_version_of_zammad_is_one_that_was_proved_or_is_doubted(told: str, proof: Proof | None) -> None:
    known, why = proved("zammad", told), doubt("zammad", told)

    assert (known.proof if known else None) is proof
    assert (why is None) is (known is not None)
    assert why is None or "refused, never guessed" in why


@pytest.mark.parametrize(
    ("told", "proof"),
    [("1001.0.0-SNAPSHOT", Proof.SPECIFICATION), ("10.3.24", Proof.SPECIFICATION), ("11.3.0", None), ("10.4.1", None)],
)
def test_a_version_of_jira_is_one_that_was_proved_or_is_doubted(told: str, proof: Proof | None) -> None:
    known = proved("jira", told)

    assert (known.proof if known else None) is proof
    assert (doubt("jira", told) is None) is (known is not None)


@pytest.mark.parametrize("helpdesk", names())
def test_no_number_is_named_twice(helpdesk: str) -> None:
    numbers = [number for version in versions(helpdesk) for number in version.numbers]

    assert len(set(numbers)) == len(numbers)


def test_a_helpdesk_that_says_nothing_of_versions_has_none() -> None:
    assert versions("nowhere") == ()


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("6.4.x", "was proved"),
        ("8.0.0", "was not proved"),
        (None, "tells its version to admins only"),
        (TransientError("no answer"), "tells its version to admins only"),
    ],
)
def test_a_worker_that_starts_says_what_is_known_of_the_version(
    told: str | Exception | None, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_: object) -> str | None:
        if isinstance(told, Exception):
            raise told
        return told

    monkeypatch.setattr(service, "plugin", lambda _: SimpleNamespace(version=asked))
    with capture_logs() as said:
        service._say_version(cast(Helpdesk, SimpleNamespace(name="zammad")))

    assert [says in line["event"] for line in said] == [True]
