"""R35: a matrix is handed over by a ticket that proves it, once for each service and version; no rule touches it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import matrix
from connector.domain.vocabulary import TicketKind, TicketState
from connector.helpdesks.helpdesk import HandsOver
from connector.helpdesks.jira.mapping import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.stage import Stage
from tests.builders import T0, default_policy
from tests.promises.conftest import Cast, jira_house, open_stage, with_people
from tests.unit.documents.test_matrix import written


def stage_of(helpdesk: str, database_url: str) -> Stage:
    """An empty stage; on Jira with a request type for documents, of an issue type that the rules leave alone."""
    if not helpdesk.startswith("jira"):
        return open_stage(database_url, helpdesk=helpdesk)
    mapping = load_mapping(MAPPINGS / "jira.yaml").model_copy(update={"document_request_type": "Documents"})
    house = partial(JiraHouse, mapping=mapping, flavour="cloud" if helpdesk == "jira-cloud" else "datacenter")
    stage = Stage(default_policy(), house, database_url, T0)
    desk = jira_house(stage).sandbox
    desk.add_issue_type("Document")
    desk.add_request_type("Documents", "Document", {"summary": True, "description": False})
    return stage


@pytest.fixture(params=["zammad-7", "jira-cloud", "jira-datacenter"])
def cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage."""
    made = with_people(stage_of(request.param, sqlite_url))
    with made.stage:
        yield made


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Options of a policy whose default matrix is released, with a contact for Harbour Bank."""
    text = (MAPPINGS / "services.yaml").read_text(encoding="utf-8")
    services = tmp_path / "services.yaml"
    services.write_text(text.replace("name: Harbour Bank\n", "name: Harbour Bank\n    contact: it@harbour.example\n"))
    return ["--policy", str(written(tmp_path)), "--services", str(services)]


def run(cast: Cast, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """A command of today on this helpdesk."""
    monkeypatch.setattr(matrix, "open_desk", lambda *_: cast.stage.desk)
    monkeypatch.setattr(matrix, "identity_of", lambda *_: None)
    monkeypatch.setattr(matrix, "_today", lambda _: date(2026, 11, 20))
    helpdesk = cast.stage.house.name
    monkeypatch.setenv(f"INTERSPACE_{helpdesk.upper()}_URL", "https://helpdesk.example")
    return CliRunner().invoke(matrix.matrix, [*arguments, "--helpdesk", helpdesk])


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
        assert not ticket.articles[-1].internal
        names |= set(stage.house.files(number))
    assert names == {"escalation-matrix-SVC-1005-v2.pdf", "escalation-matrix-SVC-1006-v2.pdf"}

    told = json.loads(run(cast, monkeypatch, "plan", "--json", *files).stdout)
    (row,) = (row for row in told if row["service"] == "SVC-1005")
    assert (row["version"], row["valid_from"], row["contact"]) == ("2", "2026-11-24", "it@harbour.example")
    assert row["ticket"], "it is handed over"
    again = run(cast, monkeypatch, "apply", "--yes", *files)
    assert "SVC-1005, version 2, valid from 2026-11-24, 4 days' notice: handed over by ticket" in again.output
    assert stage.house.tickets() == made


def test_nothing_is_sent_without_a_yes(cast: Cast, files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(cast, monkeypatch, "apply", *files).exit_code == 1
    assert cast.stage.house.tickets() == []
    assert isinstance(cast.stage.desk, HandsOver)
