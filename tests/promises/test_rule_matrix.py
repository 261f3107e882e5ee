"""R35: a matrix is handed over by a ticket that proves it, once for each service and version; no rule touches it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import matrix
from connector.domain.vocabulary import TicketKind, TicketState
from connector.helpdesks.helpdesk import HandsOver
from connector.policy.locate import MAPPINGS
from tests.promises.conftest import Cast, set_the_stage
from tests.unit.documents.test_matrix import written


@pytest.fixture
def cast(sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on Zammad, which alone can hand over."""
    made = set_the_stage(sqlite_url, "zammad-7")
    with made.stage:
        yield made


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Options of a policy whose default matrix is released, with a contact for Harbour Bank."""
    text = (MAPPINGS / "services.yaml").read_text(encoding="utf-8")
    services = tmp_path / "services.yaml"
    services.write_text(text.replace("name: Harbour Bank\n", "name: Harbour Bank\n    contact: it@harbour.example\n"))
    return ["--policy", str(written(tmp_path)), "--services", str(services), "--helpdesk", "zammad"]


def run(cast: Cast, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """A command of today on this helpdesk."""
    monkeypatch.setattr(matrix, "open_desk", lambda *_: cast.stage.desk)
    monkeypatch.setattr(matrix, "identity_of", lambda *_: None)
    monkeypatch.setattr(matrix, "_today", lambda _: date(2026, 11, 20))
    monkeypatch.setenv("INTERSPACE_ZAMMAD_URL", "https://zammad.example")
    return CliRunner().invoke(matrix.matrix, list(arguments))


def test_it_is_handed_over_once_and_the_ticket_is_no_incident(
    cast: Cast, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = cast.stage
    planned = run(cast, monkeypatch, "plan", *files)
    assert planned.exit_code == 0, planned.output
    assert (
        "SVC-1005, version 2, valid from 2026-11-24, 4 days' notice: to be handed over to it@harbour" in planned.output
    )
    assert stage.house.tickets() == []

    applied = run(cast, monkeypatch, "apply", "--yes", *files)
    assert applied.exit_code == 0, applied.output
    made = stage.house.tickets()
    assert len(made) == 2
    stage.settle()
    stage.advance(timedelta(days=20))
    names = set()
    for number in made:
        ticket = stage.ticket(number)
        assert (ticket.kind, ticket.state) == (TicketKind.OTHER, TicketState.CLOSED)
        assert ticket.customer.email == "it@harbour.example"
        assert [article.internal for article in ticket.articles] == [True, False]
        names |= set(stage.house.files(number))
    assert names == {"escalation-matrix-SVC-1005-v2.pdf", "escalation-matrix-SVC-1006-v2.pdf"}

    again = run(cast, monkeypatch, "apply", "--yes", *files)
    assert "SVC-1005, version 2, valid from 2026-11-24, 4 days' notice: handed over by ticket" in again.output
    assert stage.house.tickets() == made


def test_nothing_is_sent_without_a_yes(cast: Cast, files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(cast, monkeypatch, "apply", *files).exit_code == 1
    assert cast.stage.house.tickets() == []
    assert isinstance(cast.stage.desk, HandsOver)
