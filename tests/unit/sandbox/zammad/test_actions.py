"""What triggers, jobs and incoming e-mail do, and which process knows which attributes."""

from typing import Any

import pytest

from tests.unit.sandbox.zammad.desk import Desk
from tests.unit.sandbox.zammad.test_configuration import ALWAYS

ON_CREATE = {"ticket.action": {"operator": "is", "value": "create"}}
LEVEL_2 = {
    "operator": "AND",
    "conditions": [
        {"name": "ticket.level", "operator": "has changed", "value": []},
        {"name": "ticket.level", "operator": "is", "value": ["2"]},
    ],
}
NEW_FIELD = {
    "name": "rfo_key",
    "object": "Ticket",
    "data_type": "input",
    "data_option": {"type": "text", "maxlength": 9},
}


def _add(desk: Desk, table: str, **body: object) -> Any:
    status, made = desk.call("POST", table, body, by="admin")
    assert status == 201, made
    return made


def _trigger(desk: Desk, perform: object, condition: object = ON_CREATE, name: str = "ours") -> None:
    _add(desk, "triggers", name=name, condition=condition, perform=perform)


def _mail_to(*recipients: str, **spec: object) -> dict[str, object]:
    mail = {"recipient": list(recipients), "subject": "Level 2", "body": "#{ticket.title} (#{ticket.group.name})"}
    return {"notification.email": {**mail, **spec}}


def test_the_answer_shows_what_a_trigger_set(desk: Desk) -> None:
    note = {"body": "for #{ticket.customer.firstname}", "subject": "s", "internal": "true"}
    perform = {
        "ticket.impact": {"value": "low"},
        "ticket.state_id": {"value": "2"},
        "ticket.tags": {"operator": "add", "value": "a, b"},
        "article.note": note,
    }
    _trigger(desk, perform)
    body = {"title": "t", "group": "Users", "customer": "customer@example.com", "article": {"body": "b"}}
    made = desk.call("POST", "tickets?expand=true", body)[1]
    assert (made["impact"], made["state"], made["updated_by"], made["article_count"]) == ("low", "open", "-", 1)
    assert desk.call("GET", f"tags?object=Ticket&o_id={made['id']}")[1]["tags"] == ["a", "b"]
    articles = desk.call("GET", f"ticket_articles/by_ticket/{made['id']}")[1]
    assert [(a["sender"], a["body"], a["internal"]) for a in articles][1:] == [("System", "for Carl", True)]
    assert desk.history(made["id"], "impact") == [("", "low", 1)]


def test_what_a_trigger_does_fires_no_other_trigger(desk: Desk) -> None:
    _trigger(desk, {"ticket.level": {"value": "2"}}, name="a")
    _trigger(desk, {"ticket.impact": {"value": "high"}}, LEVEL_2, name="b")
    assert desk.shown(desk.ticket())["impact"] == ""


def test_a_trigger_that_cannot_set_a_field_says_so_in_the_log(desk: Desk) -> None:
    _trigger(
        desk, {"ticket.impact": {"value": "huge"}, "ticket.nothing": {"value": "x"}, "ticket.level": {"value": "1"}}
    )
    assert desk.shown(desk.ticket())["level"] == 1
    assert ["ticket.impact" in line or "ticket.nothing" in line for line in desk.zammad.log] == [True, True]


def test_a_mail_leaves_only_if_the_group_has_a_sender(desk: Desk) -> None:
    manager = desk.zammad.user_id("agent@example.com")
    _trigger(desk, _mail_to(f"userid_{manager}"), LEVEL_2)
    ticket = desk.ticket(level=1)
    desk.put(ticket, level=2)
    assert desk.zammad.mails == []
    assert desk.zammad.log == [
        "Unable to send trigger based notification to agent@example.com "
        "because no email address is set for group 'Users'"
    ]
    desk.zammad.add_sender("Users", "support@example.com")
    desk.put(ticket, level=1)
    desk.put(ticket, level=2)
    desk.put(ticket, level=2, title="again")
    (mail,) = desk.zammad.mails
    assert (mail.to, mail.body, mail.ticket_id) == ("agent@example.com", "Link down (Users)", ticket)
    assert mail.subject == f"[Ticket#{desk.shown(ticket)['number']}] Level 2"
    sent = desk.call("GET", f"ticket_articles/by_ticket/{ticket}")[1][-1]
    assert (sent["type"], sent["sender"], sent["to"], sent["internal"]) == ("email", "System", mail.to, False)


@pytest.mark.parametrize(
    ("recipient", "to"),
    [
        ("ticket_customer", "customer@example.com"),
        ("ticket_agents", "admin@example.com, agent@example.com, bot@example.com"),
        ("article_last_sender", "bot@example.com"),
        ("noc@example.com", None),
        ("userid_999", None),
    ],
)
def test_recipients_are_people_of_the_helpdesk(desk: Desk, recipient: str, to: str | None) -> None:
    desk.zammad.add_sender("Users", "support@example.com")
    _trigger(desk, _mail_to(recipient))
    desk.ticket()
    assert [mail.to for mail in desk.zammad.mails] == ([to] if to else [])
    assert bool(desk.zammad.log) == (to is None)


def test_an_address_without_a_channel_sends_nothing(desk: Desk) -> None:
    address = _add(desk, "email_addresses", name="NOC", email="noc@example.com")
    desk.call("PUT", "groups/1", {"email_address_id": address["id"]}, by="admin")
    _trigger(desk, _mail_to("ticket_customer"))
    desk.ticket()
    assert desk.zammad.mails == []
    assert "no channel is set for email address 'noc@example.com'" in desk.zammad.log[0]


def _job_for_a_new_attribute(desk: Desk) -> tuple[int, int]:
    """The ids of a ticket, and of a job that sets an attribute which the worker does not know on it."""
    _add(desk, "object_manager_attributes", **NEW_FIELD)
    desk.call("POST", "object_manager_attributes_execute_migrations", by="admin")
    perform = {"ticket.rfo_key": {"value": "R-1"}, "ticket.level": {"value": "3"}}
    condition = {"ticket.title": {"operator": "contains", "value": "Link"}}
    ticket = desk.ticket()
    job = _add(desk, "jobs", name="job", object="Ticket", timeplan=ALWAYS, condition=condition, perform=perform)
    return ticket, job["id"]


def test_a_job_that_met_a_worker_without_its_attributes_stays_running_until_an_admin_frees_it(desk: Desk) -> None:
    ticket, job = _job_for_a_new_attribute(desk)

    desk.zammad.run_jobs()
    stuck = desk.call("GET", f"jobs/{job}", by="admin")[1]
    desk.zammad.restart_worker()
    desk.pass_time(minutes=10)

    assert (stuck["running"], stuck["last_run_at"] is not None, desk.shown(ticket)["level"]) == (True, True, None)
    assert desk.zammad.run_jobs() == 0, "the restart alone does not help"
    desk.call("PUT", f"jobs/{job}", {"running": False}, by="admin")
    assert desk.zammad.run_jobs() == 1
    assert (desk.shown(ticket)["rfo_key"], desk.shown(ticket)["level"]) == ("R-1", 3)


def test_the_worker_of_5_5_loses_new_attributes_until_it_is_restarted(older: Desk) -> None:
    desk = older
    ticket, _ = _job_for_a_new_attribute(desk)
    assert desk.zammad.run_jobs() == 1
    assert (desk.shown(ticket)["rfo_key"], desk.shown(ticket)["level"]) == ("", 3)
    assert desk.history(ticket, "rfo_key") == [("", "R-1", 1)]
    desk.zammad.restart_worker()
    assert desk.zammad.run_jobs() == 0
    desk.pass_time(minutes=10)
    assert desk.zammad.run_jobs() == 1
    assert desk.shown(ticket)["rfo_key"] == "R-1"


def test_triggers_on_api_writes_store_new_attributes_at_once_those_on_mail_do_not(desk: Desk) -> None:
    _add(desk, "object_manager_attributes", **NEW_FIELD)
    desk.call("POST", "object_manager_attributes_execute_migrations", by="admin")
    _trigger(desk, {"ticket.rfo_key": {"value": "R-1"}})
    assert desk.shown(desk.ticket())["rfo_key"] == "R-1"
    mailed = desk.zammad.receive_mail("customer@example.com", "down", "no light")
    assert desk.shown(mailed)["rfo_key"] == ""
    desk.zammad.restart_worker()
    mailed = desk.zammad.receive_mail("customer@example.com", "down", "no light")
    assert desk.shown(mailed)["rfo_key"] == "R-1"


def test_a_job_fires_triggers_and_keeps_to_its_time_plan(desk: Desk) -> None:
    _trigger(desk, {"ticket.impact": {"value": "high"}}, LEVEL_2)
    ticket = desk.ticket()
    perform = {"ticket.level": {"value": "2"}}
    never = {**ALWAYS, "days": {}}
    job = _add(desk, "jobs", name="job", object="Ticket", timeplan=never, condition={}, perform=perform)
    assert (job["next_run_at"], desk.zammad.run_jobs()) == (None, 0)
    job = desk.call("PUT", f"jobs/{job['id']}", {"timeplan": ALWAYS}, by="admin")[1]
    assert job["next_run_at"] <= desk.zammad.world.now()
    desk.zammad.run_jobs()
    shown = desk.call("GET", f"jobs/{job['id']}", by="admin")[1]
    assert (shown["processed"], shown["last_run_at"]) == (1, desk.zammad.world.now())
    assert desk.shown(ticket)["impact"] == "high"


def test_a_mail_becomes_a_ticket_or_a_follow_up(desk: Desk) -> None:
    ticket = desk.zammad.receive_mail("new@example.com", "Line down", "no light")
    shown = desk.shown(ticket)
    assert (shown["title"], shown["customer"], shown["create_article_type"]) == (
        "Line down",
        "new@example.com",
        "email",
    )
    again = desk.zammad.receive_mail("new@example.com", f"Re: [Ticket#{shown['number']}] Line down", "still")
    assert (again, desk.shown(ticket)["article_count"]) == (ticket, 2)


def test_attempts_to_deliver_are_logged_newest_first(desk: Desk) -> None:
    desk.hook("hook", ON_CREATE)
    desk.ticket()
    answers = iter((503, OSError("refused"), 200))

    def post(*_: object) -> int:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    for _ in range(3):
        desk.zammad.deliver_webhooks(post)
        desk.pass_time(minutes=1)
    shown = desk.call("GET", "http_logs/webhook?limit=2", by="admin")[1]
    assert [entry["status"] for entry in shown] == ["200", "0"]
    assert shown[0]["url"] == "http://receiver.test/hook"
    assert "x-hub-signature: sha1=" in shown[0]["request"]["content"]
    assert desk.call("GET", "http_logs/webhook", by="agent")[0] == 403
