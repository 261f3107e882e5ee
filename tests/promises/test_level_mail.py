"""Where the helpdesk mails nobody, the contacts of a level get mail from the connector: one each, once (R38)."""

from datetime import timedelta

from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.registry import plugin
from connector.outgoing.courier import Courier
from connector.outgoing.letters import Letters
from connector.outgoing.receivers import Mail, MailSpec
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.work.worker import Worker
from tests.builders import default_policy
from tests.mail_server import mail_server
from tests.promises.conftest import COMPLETE, Cast, jira_house


def with_addresses() -> Policy:
    """The default policy with two people at level 2, one of whom has moved away."""
    policy = default_policy()
    ladder = policy.escalation.ladders["default"]
    levels = tuple(
        level.model_copy(update={"contacts": ("shift@isp.example", "Gone", "gone@isp.example")})
        if level.level == 2
        else level
        for level in ladder.levels
    )
    ladders = {**policy.escalation.ladders, "default": ladder.model_copy(update={"levels": levels})}
    return policy.model_copy(update={"escalation": policy.escalation.model_copy(update={"ladders": ladders})})


def test_who_has_an_account_in_jira_is_mailed_by_it(jira_cast: Cast) -> None:
    cast, stage = jira_cast, jira_cast.stage
    assert isinstance(stage.desk, JiraDesk)
    assert stage.desk.mails_contacts, "the mapping that comes along wants it"
    jira = jira_house(stage).sandbox
    jira.add_user("shift@isp.example", ["Service Desk Team"])
    jira.add_user("gone@isp.example", ["Service Desk Team"])
    jira.world.users[jira.user_id("gone@isp.example")].hides_email = True
    letters = Letters(None, "https://jira.example/browse/{id}", stage.clock, stage.desk)
    stage.worker = Worker(stage.table, stage.desk, with_addresses(), tellers=(letters,))
    courier = Courier(stage.table, stage.desk.name, letters.deliver)
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    for _ in range(3):
        stage.advance(timedelta(minutes=30))
        courier.run_due()
        stage.settle()

    (mail,) = jira.world.mails
    assert (mail.to, mail.issue) == ("shift@isp.example", stage.ticket(ticket).number)
    assert mail.subject == "Escalation level 2: Line dead"
    assert "Priority: P1" in mail.body
    marks = {mark.name: str(mark) for mark in stage.ticket(ticket).marks if mark.name in ("told", "not-told")}
    assert marks["told"].startswith("told-mail:shift_isp.example")
    assert marks["not-told"].startswith("not-told-mail:gone_isp.example"), "never silently not"


def test_each_contact_of_a_level_gets_one_mail(jira_cast: Cast) -> None:
    cast, stage = jira_cast, jira_cast.stage
    assert not plugin("jira").mails_contacts
    assert plugin("zammad").mails_contacts, "its own triggers do that"
    with mail_server() as server:
        server.refuses = {"gone@isp.example": 550}
        spec = MailSpec(host="127.0.0.1", port=server.port, tls="none", sender="interspace@isp.example")
        letters = Letters(Mail(spec, MAPPINGS), "https://jira.example/browse/{id}", stage.clock)
        stage.worker = Worker(stage.table, stage.desk, with_addresses(), tellers=(letters,))
        courier = Courier(stage.table, stage.desk.name, letters.deliver)
        ticket = cast.customer.writes("Line dead", COMPLETE)
        stage.settle()
        courier.run_due()
        assert server.got == [], "nobody is called for the first level"

        for _ in range(3):
            stage.advance(timedelta(minutes=30))
            courier.run_due()
            stage.settle()

        (mail,) = server.got
        assert (mail["To"], mail["From"]) == ("shift@isp.example", "interspace@isp.example")
        assert mail["Subject"] == "Escalation level 2: Line dead"
        assert f"https://jira.example/browse/{stage.ticket(ticket).id}" in mail.get_content()
        assert "Priority: P1" in mail.get_content()
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"].endswith("@isp.example>")
        marks = {mark.name: mark for mark in stage.ticket(ticket).marks if mark.name in ("told", "not-told")}
        assert marks["told"].startswith("told-mail:shift_isp.example")
        assert marks["not-told"].startswith("not-told-mail:gone_isp.example")
        notes = [article for article in stage.ticket(ticket).articles if "gone@isp.example" in article.body]
        assert [article.internal for article in notes if "could not be told" in article.body] == [True]
