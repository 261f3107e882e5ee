"""Service Management's own SLAs, for ``explain`` and nothing else."""

from datetime import timedelta

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.errors import HelpdeskError
from connector.sandbox.jira import Fault
from tests.jira_admin import add_sla
from tests.unit.helpdesks.jira.bench import START, Bench


def test_a_running_goal(bench: Bench) -> None:
    add_sla(bench.jira, "Time to resolution", timedelta(hours=4))
    issue = bench.reports()
    bench.passes(hours=1)

    (sla,) = bench.desk.slas(TicketId(issue))

    assert sla.name == "Time to resolution"
    assert sla.breach_at == START + timedelta(hours=4)
    assert sla.remaining == timedelta(hours=3)
    assert not sla.breached
    assert not sla.paused


def test_a_broken_goal(bench: Bench) -> None:
    add_sla(bench.jira, "Time to resolution", timedelta(hours=4))
    issue = bench.reports()
    bench.passes(hours=5)

    (sla,) = bench.desk.slas(TicketId(issue))

    assert sla.breached
    assert sla.remaining == timedelta(hours=-1)


def test_an_issue_that_is_no_request_has_none(bench: Bench) -> None:
    assert bench.desk.slas(TicketId(bench.opens())) == ()


def test_trouble_is_not_taken_for_none(bench: Bench) -> None:
    issue = bench.reports()
    bench.jira.faults.add(Fault("status", "GET", "sla", status=500))

    with pytest.raises(HelpdeskError):
        bench.desk.slas(TicketId(issue))


def test_reading_and_writing_never_ask_for_them(bench: Bench) -> None:
    issue = bench.reports()
    bench.desk.write(bench.read(issue), {"escalation_level": 2}, None)

    assert not [one for one in bench.sent if "servicedeskapi" in one.path]
