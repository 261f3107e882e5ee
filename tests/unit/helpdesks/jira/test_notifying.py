"""Mail by Jira itself: to the account that has the whole address, and to nobody where that is in doubt."""

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.errors import ForbiddenError, NotFoundError, RefusedError
from connector.sandbox.jira.furnished import BOT
from tests.unit.helpdesks.jira.bench import Bench

ADDRESS = "shift@isp.example"


def mail(bench: Bench, issue: str, address: str = ADDRESS) -> bool:
    return bench.desk.mail(TicketId(issue), address, "Escalation level 2: Line down", "Please look at it.")


def test_an_account_with_the_address_is_mailed(bench: Bench) -> None:
    issue = bench.opens()
    bench.jira.add_user(ADDRESS, ["Service Desk Team"])
    bench.jira.add_user(f"night{ADDRESS}", ["Service Desk Team"])

    assert mail(bench, issue, "Shift@ISP.example")

    (sent,) = bench.jira.world.mails
    assert (sent.to, sent.subject, sent.body) == (ADDRESS, "Escalation level 2: Line down", "Please look at it.")
    assert sent.issue == bench.desk.read(TicketId(issue)).number


def test_nobody_is_mailed_where_it_is_in_doubt_who_is_meant(bench: Bench) -> None:
    issue = bench.opens()
    assert not mail(bench, issue), "nobody has it"
    bench.jira.add_user(f"{ADDRESS}.invalid", ["Service Desk Team"])
    assert not mail(bench, issue), "a part of an address is another one"
    bench.jira.add_user(ADDRESS, ["Service Desk Team"])
    user = bench.jira.world.users[bench.jira.user_id(ADDRESS)]
    for name, value in (("hides_email", True), ("active", False)):
        setattr(user, name, value)
        user.shown.clear()
        assert not mail(bench, issue), name
        setattr(user, name, not value)
        user.shown.clear()

    assert bench.jira.world.mails == []
    assert mail(bench, issue), "as it was"


def test_what_jira_refuses_is_told_and_nothing_was_sent(bench: Bench) -> None:
    issue = bench.opens()
    bench.jira.add_user(ADDRESS, ["Service Desk Team"])
    with pytest.raises(NotFoundError):
        mail(bench, "999999")
    bench.jira.world.sends_no_mail = True
    with pytest.raises(ForbiddenError, match="Outgoing emails are disabled"):
        mail(bench, issue)

    assert bench.jira.world.mails == []


def test_on_cloud_the_connectors_own_user_gets_none(cloud: Bench) -> None:
    with pytest.raises(RefusedError, match="No recipients were defined"):
        mail(cloud, cloud.opens(), BOT)
