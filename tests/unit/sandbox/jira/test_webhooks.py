"""What webhooks tell, when, and how often it is tried."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from connector.sandbox.jira.deliveries import signature
from connector.sandbox.jira.hooks import CLOUD_PATH, DATA_CENTER_PATH
from tests.unit.sandbox.jira.desk import INTERNAL, SECRET, Desk


class Inbox:
    """A receiver that answers what it is told to."""

    def __init__(self, status: int = 202) -> None:
        self.status = status
        self.got: list[tuple[Mapping[str, str], bytes]] = []

    def __call__(self, _url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append((dict(headers), body))
        return self.status

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    @property
    def events(self) -> list[str]:
        return [body["webhookEvent"] for body in self.bodies]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def test_a_created_issue_is_told_with_its_user_and_without_a_changelog(desk: Desk, inbox: Inbox) -> None:
    desk.hook("jira:issue_created")
    issue = desk.issue()
    desk.jira.deliver_webhooks(inbox)
    [body] = inbox.bodies
    assert (body["issue"]["id"], body["user"]["displayName"]) == (issue, "Anna")
    assert "changelog" not in body


def test_a_change_is_told_with_its_changelog(desk: Desk, inbox: Inbox) -> None:
    issue = desk.issue(Level=1)
    desk.hook("jira:issue_updated")
    desk.edit(issue, Level=2)
    desk.jira.deliver_webhooks(inbox)
    [body] = inbox.bodies
    assert [(item["field"], item["toString"]) for item in body["changelog"]["items"]] == [("Level", "2")]


def test_a_comment_is_told_twice_in_either_order(desk: Desk, inbox: Inbox) -> None:
    desk.hook("jira:issue_updated", "comment_created")
    issue = desk.issue()
    for _ in range(12):
        desk.ok("POST", f"issue/{issue}/comment", {"body": "x", "properties": INTERNAL})
    desk.jira.deliver_webhooks(inbox)
    pairs = {tuple(inbox.events[start : start + 2]) for start in range(0, 24, 2)}
    assert pairs == {("comment_created", "jira:issue_updated"), ("jira:issue_updated", "comment_created")}
    told = next(body for body in inbox.bodies if body["webhookEvent"] == "comment_created")
    assert told["comment"].get("jsdPublic") == (False if desk.cloud else None)
    assert "user" not in told
    assert len(told["issue"]["fields"]) == 6
    twin = next(body for body in inbox.bodies if body["webhookEvent"] == "jira:issue_updated")
    assert twin["issue_event_type_name"] == "issue_commented"


def test_a_link_is_told_in_numbers(desk: Desk, inbox: Inbox) -> None:
    first, second = desk.issue(), desk.issue()
    desk.hook("issuelink_created")
    link = {"type": {"name": "Relates"}, "inwardIssue": {"id": first}, "outwardIssue": {"id": second}}
    desk.ok("POST", "issueLink", link)
    desk.jira.deliver_webhooks(inbox)
    told = inbox.bodies[0]["issueLink"]
    assert (told["sourceIssueId"], told["destinationIssueId"]) == (int(first), int(second))


def test_the_body_is_what_was_true_when_it_happened(desk: Desk, inbox: Inbox) -> None:
    issue = desk.issue(Level=1)
    desk.hook("jira:issue_updated")
    desk.edit(issue, Level=2)
    desk.edit(issue, Level=3)
    desk.jira.deliver_webhooks(inbox)
    assert [body["issue"]["fields"][desk.ids["Level"]] for body in inbox.bodies] == [2.0, 3.0]


def test_bodies_are_signed_and_named(desk: Desk, inbox: Inbox) -> None:
    desk.hook("jira:issue_created")
    desk.issue()
    desk.issue()
    desk.jira.deliver_webhooks(inbox)
    for headers, body in inbox.got:
        assert headers["X-Hub-Signature"] == signature(SECRET, body)
    identifiers = [headers.get("X-Atlassian-Webhook-Identifier") for headers, _ in inbox.got]
    assert len(set(identifiers)) == (2 if desk.cloud else 1)
    assert [headers.get("X-Atlassian-Webhook-Flow") for headers, _ in inbox.got] == [
        "Primary" if desk.cloud else None
    ] * 2


def test_the_signature_is_that_of_atlassians_test_vector() -> None:
    told = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert signature("It's a Secret to Everybody", b"Hello World!") == told


def test_other_projects_and_events_are_not_told(desk: Desk, inbox: Inbox) -> None:
    desk.hook("jira:issue_updated", jql="project = ISP AND labels = told")
    issue = desk.issue()
    desk.edit(issue, Level=1)
    desk.edit(issue, labels=["told"])
    desk.jira.deliver_webhooks(inbox)
    assert [body["changelog"]["items"][0]["field"] for body in inbox.bodies] == ["labels"]


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503])
def test_cloud_tries_five_times_more_with_pauses(cloud: Desk, status: int) -> None:
    inbox = Inbox(status)
    cloud.hook("jira:issue_created")
    cloud.issue()
    pauses = []
    while (due := cloud.jira.next_delivery_at()) is not None:
        pauses.append(due - cloud.clock())
        cloud.clock.advance_to(due)
        cloud.jira.deliver_webhooks(inbox)
    assert len(inbox.got) == 6
    assert all(timedelta(minutes=5) <= pause <= timedelta(minutes=15) for pause in pauses[1:])
    assert [headers.get("X-Atlassian-Webhook-Retry") for headers, _ in inbox.got] == [None, "1", "2", "3", "4", "5"]
    assert len({headers["X-Atlassian-Webhook-Identifier"] for headers, _ in inbox.got}) == 1
    assert len(cloud.jira.world.lost) == 1


@pytest.mark.parametrize("status", [400, 401, 404])
def test_cloud_gives_up_at_once_on_a_clear_no(cloud: Desk, status: int) -> None:
    cloud.hook("jira:issue_created")
    cloud.issue()
    cloud.jira.deliver_webhooks(Inbox(status))
    assert cloud.jira.next_delivery_at() is None
    assert len(cloud.jira.world.lost) == 1


def test_data_center_tries_once(data_center: Desk) -> None:
    data_center.hook("jira:issue_created")
    data_center.issue()
    data_center.jira.deliver_webhooks(Inbox(503))
    assert data_center.jira.next_delivery_at() is None
    assert len(data_center.jira.world.lost) == 1


def test_a_receiver_that_cannot_be_reached_is_tried_again(cloud: Desk, inbox: Inbox) -> None:
    def refuse(_url: str, _headers: Mapping[str, str], _body: bytes) -> int:
        raise ConnectionRefusedError

    cloud.hook("jira:issue_created")
    cloud.issue()
    cloud.jira.deliver_webhooks(refuse)
    cloud.pass_time(minutes=15)
    cloud.jira.deliver_webhooks(inbox)
    assert len(inbox.got) == 1


def test_only_administrators_have_webhooks(desk: Desk) -> None:
    path = CLOUD_PATH if desk.cloud else DATA_CENTER_PATH
    body = {"name": "x", "url": "https://receiver.example", "events": ["jira:issue_created"]}
    assert desk.call("POST", path, body)[0] == 403
    assert desk.call("GET", path)[0] == 403
    assert desk.call("POST", path, {**body, "events": ["jira:nonsense"]}, by="admin")[0] == 400


def test_a_secret_beside_the_configuration_is_ignored_by_data_center(data_center: Desk, inbox: Inbox) -> None:
    body = {"name": "x", "url": "https://receiver.example", "events": ["jira:issue_created"], "secret": SECRET}
    made = data_center.ok("POST", DATA_CENTER_PATH, body, by="admin")
    data_center.issue()
    data_center.jira.deliver_webhooks(inbox)
    assert "X-Hub-Signature" not in inbox.got[0][0]
    settings = {**made["configuration"], "SECRET": SECRET}
    data_center.ok("PUT", f"{DATA_CENTER_PATH}/{made['id']}", {**body, "configuration": settings}, by="admin")
    data_center.issue()
    data_center.jira.deliver_webhooks(inbox)
    assert "X-Hub-Signature" in inbox.got[1][0]


def test_the_secret_is_never_shown(desk: Desk) -> None:
    desk.hook("jira:issue_created")
    path = CLOUD_PATH if desk.cloud else DATA_CENTER_PATH
    [held] = desk.ok("GET", path, by="admin")
    assert SECRET not in json.dumps(held)
    assert held.get("isSigned") is (True if desk.cloud else None)
    number = held["self"].rpartition("/")[2] if desk.cloud else held["id"]
    assert desk.call("DELETE", f"{path}/{number}", by="admin") == (204, None)
    desk.issue()
    assert desk.jira.next_delivery_at() is None


def test_each_flavour_has_its_own_path(desk: Desk) -> None:
    other = DATA_CENTER_PATH if desk.cloud else CLOUD_PATH
    assert desk.call("GET", other, by="admin")[0] == 404


def test_a_body_can_be_left_out(cloud: Desk, inbox: Inbox) -> None:
    body = {"name": "x", "url": "https://receiver.example", "events": ["jira:issue_created"], "excludeBody": True}
    cloud.ok("POST", CLOUD_PATH, body, by="admin")
    cloud.issue()
    cloud.jira.deliver_webhooks(inbox)
    assert inbox.got[0][1] == b""
