"""What differs between the versions that the sandbox plays: 5.5 and 6.4 as recorded, 7 as its source has it."""

import json
from typing import Any

import pytest

from connector.sandbox.clock import SteppedClock
from tests.unit.sandbox.zammad.desk import Desk, new_desk


@pytest.fixture
def newest(clock: SteppedClock) -> Desk:
    """A desk with the rules of 7.0 to 7.2."""
    return new_desk(clock, "7")


def columns(desk: Desk, path: str, body: dict[str, Any]) -> set[str]:
    return set(desk.call("POST", path, body, by="admin")[1])


def test_each_version_has_columns_of_its_own(older: Desk, desk: Desk, newest: Desk) -> None:
    hook = {"name": "hook", "endpoint": "https://receiver.test/"}
    of_55, of_64, of_7 = (columns(each, "webhooks", hook) for each in (older, desk, newest))

    assert of_64 - of_55 == {"pre_defined_webhook_type", "custom_payload", "customized_payload", "preferences"}
    assert of_7 - of_64 == {"http_method", "bearer_token"}
    assert "references" in older.call("GET", f"ticket_articles/by_ticket/{older.ticket()}", by="agent")[1][0]
    assert "references" not in desk.call("GET", f"ticket_articles/by_ticket/{desk.ticket()}", by="agent")[1][0]


def test_the_history_says_which_trigger_it_was_from_6_4_on(older: Desk, desk: Desk) -> None:
    for each in (older, desk):
        perform = {"ticket.priority_id": {"value": "3"}}
        condition = {"ticket.action": {"operator": "is", "value": "create"}}
        each.call("POST", "triggers", {"name": "VIP", "condition": condition, "perform": perform}, by="admin")
    old, new = (each.call("GET", f"ticket_history/{each.ticket()}", by="agent")[1]["history"] for each in (older, desk))

    assert all("sourceable_name" not in entry for entry in old)
    by_trigger = next(entry for entry in new if entry.get("attribute") == "priority")
    assert (by_trigger["sourceable_type"], by_trigger["sourceable_name"]) == ("Trigger", "VIP")
    assert new[0]["sourceable_name"] is None


def test_time_with_an_article_is_refused_by_6_4_and_the_article_is_there_all_the_same(desk: Desk) -> None:
    ticket = desk.ticket()
    before = len(desk.shown(ticket)["article_ids"])

    status, _ = desk.call("POST", "ticket_articles", {"ticket_id": ticket, "body": "x", "time_unit": "1"}, by="agent")

    assert (status, len(desk.shown(ticket)["article_ids"])) == (403, before + 1)


def test_the_newest_takes_no_mail_to_what_is_no_address_and_stores_nothing(desk: Desk, newest: Desk) -> None:
    written = {"type": "email", "to": "nobody at all", "body": "x"}
    answers = []
    for each in (desk, newest):
        each.zammad.add_sender("Users", "support@example.com")
        answers.append(each.call("PUT", f"tickets/{each.ticket()}", {"title": "new", "article": written}, by="agent"))

    assert [status for status, _ in answers] == [200, 422]
    assert desk.shown(1)["title"] == "new"
    assert newest.shown(1)["title"] != "new"


def test_ai_agents_are_there_from_7_on(desk: Desk, newest: Desk) -> None:
    assert desk.call("GET", "ai_agents", by="admin")[0] == 404
    made = newest.call("POST", "ai_agents", {"name": "First", "agent_type": "TicketPrioritizer"}, by="admin")
    assert (made[0], newest.call("GET", "ai_agents", by="admin")[1]) == (201, [made[1]])


def test_the_log_of_webhooks_is_empty_for_other_admins_of_the_newest(desk: Desk, newest: Desk) -> None:
    for each in (desk, newest):
        each.zammad.world.http_log.append({"id": 1})
        each.zammad.limit_token(each.tokens["admin"], ["admin.trigger"])

    assert desk.call("GET", "http_logs/webhook", by="admin") == (200, [{"id": 1}])
    assert newest.call("GET", "http_logs/webhook", by="admin") == (200, [])


def test_a_webhook_that_triggers_use_is_kept_and_they_are_named(newest: Desk) -> None:
    hook = newest.call("POST", "webhooks", {"name": "h", "endpoint": "https://receiver.test/"}, by="admin")[1]["id"]
    body = {"name": "T", "condition": {}, "perform": {"notification.webhook": {"webhook_id": hook}}}
    newest.call("POST", "triggers", body, by="admin")

    status, answer = newest.call("DELETE", f"webhooks/{hook}", by="admin")

    assert (status, "Trigger / T (#" in answer["error"]) == (422, True)


def test_tokens_say_until_when_they_hold_and_never_themselves(desk: Desk) -> None:
    token = desk.tokens["agent"]
    desk.zammad.world.token_ends[token] = "2026-12-24"

    status, answer = desk.call("GET", "user_access_token", by="agent")

    assert (status, answer["tokens"][0]["expires_at"]) == (200, "2026-12-24")
    assert token not in json.dumps(answer)


def test_a_search_without_a_condition_and_a_job_without_an_object_are_refused_from_6_4_on(
    older: Desk, desk: Desk, newest: Desk
) -> None:
    job = {"name": "j", "timeplan": {}, "condition": {}, "perform": {}}
    answers = [
        (each.call("POST", "tickets/search", {"condition": {}})[0], each.call("POST", "jobs", job, by="admin")[0])
        for each in (older, desk, newest)
    ]

    assert answers == [(200, 201), (500, 422), (500, 422)]
