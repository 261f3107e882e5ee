"""A token with the scopes that ``init`` names may do what the connector's own user does on Cloud, and nothing more."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.domain.document import File
from connector.domain.model import TicketId
from connector.domain.vocabulary import Channel, TicketState
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.files import Files
from connector.helpdesks.jira.scopes import SCOPES
from connector.sandbox.front import Served
from connector.sandbox.jira.furnished import BOT
from connector.sandbox.jira.house import JiraHouse
from tests.contract.jira_specifications import scopes_of
from tests.jira_admin import add_to_group, give_role_to_group
from tests.promises.conftest import COMPLETE, set_the_stage
from tests.quality import ROOT
from tests.unit.helpdesks.jira.doctor.installation import Installation
from tests.unit.intake.reports import request


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[frozenset[str]]]:
    """Every call of the connector's own user in the life of a ticket and in an examination, with its choices."""
    folder = tmp_path_factory.mktemp("scopes")
    told = [*_life(f"sqlite:///{folder / 'life'}"), *_examination(f"sqlite:///{folder / 'doctor'}")]
    return {f"{call.method} {re.sub(r'[0-9]+', '*', call.path.partition('?')[0])}": _choices(call) for call in told}


def _choices(call: Served) -> list[frozenset[str]]:
    return scopes_of("portal" if "/servicedeskapi/" in call.path else "cloud", call.method, call.path)


def _life(database_url: str) -> Iterator[Served]:
    cast = set_the_stage(database_url, "jira-cloud")
    with cast.stage as stage:
        assert isinstance(stage.house, JiraHouse)
        sandbox = stage.house.sandbox
        add_to_group(sandbox, "grace@interspace.example", "night shift")
        give_role_to_group(sandbox, "Service Desk Team", "night shift")
        ticket = cast.customer.writes("Line down", COMPLETE, channel=Channel.WEB)
        stage.settle()
        stage.person("bob@harbour.example", organization="Harbour Bank", name="Bob")
        stage.house.mail("bob@harbour.example", "Line down", "Please escalate this ticket.", ticket)
        stage.settle()
        cast.agent.sets(ticket, state=TicketState.CLOSED)
        stage.settle()
        cast.customer.replies(ticket, "Please send us the RFO.")
        stage.settle()
        stage.advance(timedelta(hours=1))
        assert isinstance(stage.desk, JiraDesk)
        site = stage.desk.site
        document = File(name="RFO.pdf", media_type="application/pdf", content=b"%PDF-1.7")
        files = Files(stage.desk.client, lambda _: False, lambda: site.project_id)
        files.add(ticket, [document])
        files.publish(ticket, [document], "Here it is.")
        stage.desk.open(request(contact={"email": "new@harbour.example"}))
        stage.desk.opened(request().key)
        stage.desk.reported(["SVC-1005"])
        assert stage.desk.mail(TicketId(ticket), "grace@interspace.example", "Escalation level 2", "Please look at it.")
        yield from (call for call in sandbox.requests if call.user == BOT)


def _examination(database_url: str) -> Iterator[Served]:
    installed = Installation(database_url)
    installed.examine()
    yield from (call for call in installed.jira.requests if call.user == BOT)
    installed.close()


def test_the_scopes_are_enough(calls: dict[str, list[frozenset[str]]]) -> None:
    assert len(calls) > 20
    refused = {call: choices for call, choices in calls.items() if choices and not _may(choices, frozenset(SCOPES))}
    assert refused == {}


@pytest.mark.parametrize("scope", SCOPES)
def test_without_one_of_them_something_is_refused(calls: dict[str, list[frozenset[str]]], scope: str) -> None:
    fewer = frozenset(SCOPES) - {scope}
    assert any(choices and not _may(choices, fewer) for choices in calls.values())


def _may(choices: list[frozenset[str]], held: frozenset[str]) -> bool:
    return any(choice <= held for choice in choices)


def test_the_scopes_stand_where_people_read_them() -> None:
    guide = (ROOT / "docs" / "jira.md").read_text(encoding="utf-8")
    block = guide.partition("### Tokens with scopes")[2].partition("    read:")[2].partition("\n\n")[0]

    assert f"read:{block}".split() == list(SCOPES)
