"""Credentials, rate limits, injected trouble, the in-process session and the real socket."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import timedelta
from threading import Event

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.jira import Fault, Flavour, Response, RunningServer, Served
from connector.sandbox.jira.deliveries import signature
from tests.unit.sandbox.jira.desk import PORTAL, Desk, new_desk
from tests.waiting import PATIENCE_S

ME = "/rest/api/2/myself"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(params=["in process", "socket"])
def session(request: pytest.FixtureRequest, desk: Desk) -> Iterator[tuple[requests.Session, str]]:
    """A session and a base URL, without and with sockets; nothing waits longer than the timeout given."""
    with requests.Session() as opened, desk.jira.serve() as server:
        opened.trust_env = False
        opened.headers["Authorization"] = desk.jira.authorization(desk.tokens["bot"])
        if request.param == "in process":
            opened.mount("https://sandbox.example", desk.jira.requests_adapter())
        yield opened, "https://sandbox.example" if request.param == "in process" else server.url


def test_each_flavour_takes_its_own_credentials(desk: Desk) -> None:
    token = desk.tokens["bot"]
    basic = "Basic " + b64encode(f"bot@example.com:{token}".encode()).decode()
    bearer = f"Bearer {token}"
    right, wrong = (basic, bearer) if desk.cloud else (bearer, basic)
    assert desk.jira.handle("GET", ME, {"authorization": right}).status == 200
    refused = desk.jira.handle("GET", ME, {"Authorization": wrong})
    assert (refused.status, refused.headers["X-Seraph-LoginReason"]) == (401, "AUTHENTICATED_FAILED")


def test_the_address_must_fit_the_token(cloud: Desk) -> None:
    pair = b64encode(f"agent@example.com:{cloud.tokens['bot']}".encode()).decode()
    assert cloud.jira.handle("GET", ME, {"Authorization": f"Basic {pair}"}).status == 401
    assert cloud.jira.handle("GET", ME, {"Authorization": "Basic $$$"}).status == 401


def test_anybody_may_ask_for_the_server_and_nothing_else(desk: Desk) -> None:
    assert desk.ok("GET", "serverInfo", by="")["deploymentType"] == ("Cloud" if desk.cloud else "Server")
    for path in ("myself", "field", "issue/1"):
        assert desk.call("GET", path, by="")[0] == 401


def test_accounts_are_shown_as_the_flavour_shows_them(desk: Desk) -> None:
    bot, customer = desk.ok("GET", "myself"), desk.ok("GET", "myself", by="customer")
    if desk.cloud:
        assert (bot["accountType"], customer["accountType"]) == ("atlassian", "customer")
        assert "name" not in bot
    else:
        assert (bot["name"], "accountId" in bot, "accountType" in bot) == ("bot", False, False)
    assert bot["timeZone"] == "UTC"


def test_writes_to_one_issue_are_limited_on_cloud(cloud: Desk) -> None:
    issue, other = cloud.issue(), cloud.issue()
    for level in range(20):
        assert cloud.edit(issue, Level=level)[0] == 204
    headers = {"Authorization": cloud.jira.authorization(cloud.tokens["bot"])}
    refused = cloud.jira.handle("PUT", f"/rest/api/2/issue/{issue}", headers, b'{"fields": {}}')
    assert (refused.status, refused.headers["RateLimit-Reason"]) == (429, "jira-per-issue-on-write")
    assert refused.headers["Retry-After"] == "2"
    assert cloud.edit("ISP-1", Level=99)[0] == 429
    assert cloud.shown(issue)["id"] == issue
    assert cloud.edit(other, Level=1)[0] == 204
    cloud.pass_time(seconds=2)
    assert cloud.edit(issue, Level=99)[0] == 204


def test_a_hundred_writes_in_half_a_minute_are_the_other_limit(cloud: Desk) -> None:
    issue = cloud.issue()
    for level in range(100):
        assert cloud.edit(issue, Level=level)[0] == 204
        cloud.pass_time(milliseconds=200)
    assert cloud.edit(issue, Level=100)[0] == 429
    cloud.pass_time(seconds=30)
    assert cloud.edit(issue, Level=100)[0] == 204


def test_data_center_has_no_limit_per_issue(data_center: Desk) -> None:
    issue = data_center.issue()
    assert {data_center.edit(issue, Level=level)[0] for level in range(150)} == {204}


def test_bursts_are_limited_by_endpoint_and_method_if_switched_on(cloud: Desk) -> None:
    issues = [cloud.issue() for _ in range(3)]
    cloud.jira.world.limits.burst = True
    statuses = [cloud.call("GET", f"issue/{issues[number % 3]}")[0] for number in range(101)]
    assert statuses == [200] * 100 + [429]
    assert cloud.call("GET", "myself")[0] == 200
    cloud.pass_time(seconds=1)
    assert cloud.call("GET", f"issue/{issues[0]}")[0] == 200


def test_a_quota_stops_everything(cloud: Desk) -> None:
    cloud.jira.world.limits.quota_until = cloud.clock() + timedelta(minutes=3)
    headers = {"Authorization": cloud.jira.authorization(cloud.tokens["bot"])}
    refused = cloud.jira.handle("GET", ME, headers)
    assert (refused.headers["RateLimit-Reason"], refused.headers["Retry-After"]) == ("jira-quota-tenant-based", "180")
    cloud.pass_time(minutes=3)
    assert cloud.call("GET", "myself")[0] == 200


def test_calls_are_counted(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    http.get(base + ME, timeout=PATIENCE_S)
    assert desk.jira.requests == [Served("GET", ME, "bot@example.com")]


def test_faults_carry_headers_and_run_out(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    reason = {"RateLimit-Reason": "jira-burst-based"}
    desk.jira.faults.add(Fault("status", path="myself", times=2, status=429, retry_after="7", headers=reason))
    answers = [http.get(base + ME, timeout=PATIENCE_S) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert (answers[0].headers["Retry-After"], answers[0].headers["RateLimit-Reason"]) == ("7", "jira-burst-based")


def test_a_conflict_on_demand(desk: Desk) -> None:
    issue = desk.issue()
    desk.jira.faults.add(Fault("status", method="PUT", status=409))
    assert desk.edit(issue, Level=1)[0] == 409
    assert desk.value(issue, "Level") is None


def test_refused_and_hanging_connections(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    desk.jira.faults.add(Fault("refuse"))
    with pytest.raises(requests.ConnectionError):
        http.get(base + ME, timeout=PATIENCE_S)
    desk.jira.faults.add(Fault("hang"))
    with pytest.raises(requests.Timeout):
        http.get(base + ME, timeout=0.2)
    assert desk.jira.requests == []


def test_an_answer_lost_after_the_work_was_done(session: tuple[requests.Session, str], desk: Desk) -> None:
    http, base = session
    issue = desk.issue()
    desk.jira.faults.add(Fault("lose answer", method="PUT"))
    with pytest.raises(requests.ConnectionError):
        http.put(f"{base}/rest/api/2/issue/{issue}", json={"fields": {desk.ids["Level"]: 4}}, timeout=PATIENCE_S)
    assert desk.value(issue, "Level") == 4.0


@pytest.mark.usefixtures("nonsense")
@given(
    flavour=st.sampled_from(["cloud", "datacenter"]),
    name=st.sampled_from(["fields", "update", "properties", "transition", "jql", "body", "type", "inwardIssue"]),
    value=JSON,
)
def test_no_body_breaks_the_desk(flavour: Flavour, name: str, value: object) -> None:
    desk = new_desk(flavour)
    issue = desk.issue()
    calls = (
        ("POST", "issue"),
        ("PUT", f"issue/{issue}"),
        ("POST", f"issue/{issue}/transitions"),
        ("POST", f"issue/{issue}/comment"),
        ("POST", "issueLink"),
        ("POST", "search/jql" if desk.cloud else "search"),
        ("POST", PORTAL + "request"),
    )
    headers = {"Authorization": desk.jira.authorization(desk.tokens["bot"])}
    for method, path in calls:
        target = path if path.startswith("/") else f"/rest/api/2/{path}"
        answer = desk.jira.handle(method, target, headers, json.dumps({name: value}).encode())
        assert answer.status in {200, 201, 204, 400, 403, 404, 500}
    assert desk.call("GET", f"issue/{issue}")[0] == 200


@given(st.text(max_size=40))
def test_no_query_breaks_the_desk(jql: str) -> None:
    desk = new_desk("datacenter")
    desk.issue()
    headers = {"Authorization": desk.jira.authorization(desk.tokens["bot"])}
    answer = desk.jira.handle("POST", "/rest/api/2/search", headers, json.dumps({"jql": jql}).encode())
    assert answer.status in {200, 400}


def test_broken_json_is_refused(desk: Desk) -> None:
    headers = {"Authorization": desk.jira.authorization(desk.tokens["bot"])}
    assert desk.jira.handle("POST", "/rest/api/2/issue", headers, b'{"fields": ').status == 400


def test_the_background_worker_delivers_over_the_network(cloud: Desk) -> None:
    arrived = Event()
    got: list[tuple[Mapping[str, str], bytes]] = []

    def receive(_method: str, _target: str, headers: Mapping[str, str], body: bytes) -> Response:
        got.append((headers, body))
        arrived.set()
        return Response(202)

    with RunningServer(receive, "127.0.0.1", 0, None) as receiver, cloud.jira.serve(deliver=True):
        cloud.hook("jira:issue_created")
        cloud.jira.world.webhooks[1].url = receiver.url + "/hook"
        cloud.issue()
        assert arrived.wait(PATIENCE_S)
    headers, body = got[0]
    assert headers["X-Hub-Signature"] == signature("a secret", body)
