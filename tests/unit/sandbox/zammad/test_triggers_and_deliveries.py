"""Which events send a webhook, and how it is delivered."""

import json
from collections.abc import Mapping

import pytest
import requests

from connector.sandbox.zammad.deliveries import signature
from tests.unit.sandbox.zammad.desk import Desk

ON_CREATE = {"ticket.action": {"operator": "is", "value": "create"}}
ON_UPDATE = {"ticket.action": {"operator": "is", "value": "update"}}
LEVEL_CHANGED = {**ON_UPDATE, "ticket.level": {"operator": "has changed", "value": []}}


class Receiver:
    """Answers as told and keeps what it got."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.got: list[tuple[Mapping[str, str], dict[str, dict[str, object]]]] = []
        self.raw: list[bytes] = []

    def __call__(self, _url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append((headers, json.loads(body)))
        self.raw.append(body)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("condition", "change", "fires"),
    [
        (ON_UPDATE, {"level": 1}, False),
        (ON_UPDATE, {"article": {"body": "note"}}, True),
        (LEVEL_CHANGED, {"level": 1}, True),
        (LEVEL_CHANGED, {"impact": "high"}, False),
        (LEVEL_CHANGED, {"level": 0}, False),
        ({"ticket.level": {"operator": "is", "value": ["0", "1"]}}, {"impact": "high"}, False),
        ({"ticket.level": {"operator": "is", "value": ["0", "1"]}}, {"level": 1}, True),
        ({"ticket.level": {"operator": "is", "value": ["7"]}}, {"level": 1}, False),
        (ON_CREATE, {"level": 1}, False),
        ({**LEVEL_CHANGED, "ticket.title": {"operator": "contains", "value": "nothing"}}, {"level": 1}, False),
        ({**ON_UPDATE, "article.internal": {"operator": "is", "value": ["false"]}}, {"article": {"body": "n"}}, True),
    ],
)
def test_when_a_trigger_fires(desk: Desk, condition: object, change: dict[str, object], fires: bool) -> None:
    ticket = desk.ticket(level=0)
    desk.hook("hook", condition)
    desk.call("PUT", f"tickets/{ticket}", change)
    assert desk.zammad.deliver_webhooks(Receiver()) == (1 if fires else 0)


def test_a_trigger_without_an_action_fires_on_any_change_on_5_5_or_where_it_says_so(desk: Desk, older: Desk) -> None:
    """Recordings 139-147, and 6.4's extra/hooks."""
    condition = {"ticket.level": {"operator": "is", "value": ["0"]}}
    for each in (desk, older):
        ticket = each.ticket(level=0)
        trigger = each.hook("hook", condition)
        if each is desk:
            each.call("PUT", f"triggers/{trigger}", {"execution_condition_mode": "always"}, by="admin")
        each.put(ticket, impact="high")
        assert each.zammad.deliver_webhooks(Receiver()) == 1


def test_own_writes_can_be_filtered(desk: Desk) -> None:
    bot = str(desk.zammad.user_id("bot@example.com"))
    not_bot = {"ticket.updated_by_id": {"operator": "is not", "pre_condition": "specific", "value": [bot]}}
    ticket = desk.ticket(level=0)
    desk.hook("hook", {**LEVEL_CHANGED, **not_bot})
    desk.put(ticket, by="bot", level=1)
    assert desk.zammad.deliver_webhooks(Receiver()) == 0
    desk.put(ticket, by="agent", level=2)
    assert desk.zammad.deliver_webhooks(Receiver()) == 1


def test_tags_links_and_deletes_fire_nothing(desk: Desk) -> None:
    one, two = desk.ticket(), desk.ticket()
    desk.hook("hook", {"ticket.title": {"operator": "contains", "value": "Link"}})
    desk.call("POST", "tags/add", {"item": "x", "object": "Ticket", "o_id": one})
    link = {"link_type": "normal", "link_object_source_number": "41001", "link_object_target_value": two}
    desk.call("POST", "links/add", link)
    desk.call("DELETE", f"tickets/{two}", by="admin")
    assert desk.zammad.deliver_webhooks(Receiver()) == 0


def test_a_broken_trigger_is_refused_and_on_5_5_stops_those_after_it(desk: Desk, older: Desk) -> None:
    """Recording 088."""
    for name, condition in {
        "a": ON_CREATE,
        "b": {"ticket.nonsense": {"operator": "is", "value": "x"}},
        "c": ON_CREATE,
    }.items():
        older.hook(name, condition)
    older.ticket()
    receiver = Receiver()
    older.zammad.deliver_webhooks(receiver)
    assert [headers["X-Zammad-Trigger"] for headers, _ in receiver.got] == ["a"]

    broken = {"name": "b", "condition": {"ticket.nonsense": {"operator": "is", "value": "x"}}, "perform": {}}
    assert desk.call("POST", "triggers", broken, by="admin")[0] == 422


def test_the_body_shows_the_moment_of_delivery(desk: Desk) -> None:
    ticket = desk.ticket(level=0)
    desk.hook("hook", LEVEL_CHANGED)
    for level in (1, 2):
        desk.put(ticket, level=level)
    receiver = Receiver()
    assert desk.zammad.deliver_webhooks(receiver) == 2
    assert [body["ticket"]["level"] for _, body in receiver.got] == [2, 2]
    assert receiver.got[0][1]["article"] == {}
    assert len({headers["X-Zammad-Delivery"] for headers, _ in receiver.got}) == 2


def test_a_failing_receiver_is_tried_five_times_and_then_given_up(desk: Desk) -> None:
    desk.hook("hook", ON_CREATE)
    desk.ticket()
    receiver = Receiver(500, 404, requests.ConnectionError("refused"), requests.ReadTimeout("slow"), 503)
    for gap in (10, 20, 30, 40):
        assert desk.zammad.deliver_webhooks(receiver) == 1
        desk.pass_time(seconds=gap - 0.001)
        assert desk.zammad.deliver_webhooks(receiver) == 0
        desk.pass_time(seconds=0.001)
    assert desk.zammad.next_delivery_at() == desk.clock()
    assert desk.zammad.deliver_webhooks(receiver) == 1
    assert desk.zammad.next_delivery_at() is None
    assert [delivery.attempts for delivery in desk.zammad.lost_deliveries()] == [5]
    assert len({headers["X-Zammad-Delivery"] for headers, _ in receiver.got}) == 1


def test_a_retry_carries_the_newer_body_and_its_own_signature(desk: Desk) -> None:
    desk.hook("hook", ON_CREATE)
    ticket = desk.ticket(title="first <b>")
    receiver = Receiver(500)
    desk.zammad.deliver_webhooks(receiver)
    desk.put(ticket, title="second")
    desk.pass_time(seconds=10)
    desk.zammad.deliver_webhooks(receiver)
    assert [body["ticket"]["title"] for _, body in receiver.got] == ["first <b>", "second"]
    assert b"first \\u003cb\\u003e" in receiver.raw[0]
    for (headers, _), raw in zip(receiver.got, receiver.raw, strict=True):
        assert headers["X-Hub-Signature"] == signature("secret", raw)


def test_without_a_secret_there_is_no_signature(desk: Desk) -> None:
    desk.hook("hook", ON_CREATE, signature_token=None, basic_auth_username="u", basic_auth_password="p")
    desk.ticket()
    receiver = Receiver()
    desk.zammad.deliver_webhooks(receiver)
    headers, _ = receiver.got[0]
    assert "X-Hub-Signature" not in headers
    assert headers["Authorization"] == "Basic dTpw"


def test_a_delivery_for_a_deleted_ticket_is_dropped(desk: Desk) -> None:
    desk.hook("hook", ON_CREATE)
    ticket = desk.ticket()
    desk.call("DELETE", f"tickets/{ticket}", by="admin")
    assert desk.zammad.deliver_webhooks(Receiver()) == 0
    assert desk.zammad.next_delivery_at() is None


def test_the_receiver_may_call_the_api_while_it_is_called(desk: Desk) -> None:
    desk.hook("hook", ON_CREATE)
    ticket = desk.ticket()
    desk.zammad.deliver_webhooks(lambda _url, _headers, _body: desk.put(ticket, level=4)[0])
    assert desk.shown(ticket)["level"] == 4
