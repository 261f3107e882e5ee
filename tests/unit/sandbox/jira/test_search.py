"""JQL, the late index, and the two ways to turn pages."""

from datetime import timedelta

import pytest

from tests.unit.sandbox.jira.desk import Desk


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("project = ISP ORDER BY id", [1, 2, 3]),
        ("project = ISP AND Impact = high", [1]),
        ("project = ISP AND Impact is EMPTY", [3]),
        ("project = ISP AND Impact != high", [2]),
        ("Level >= 2", [2]),
        ('Service ~ "rfo:10041"', [1]),
        ('Service ~ "10041"', [1]),
        ('Service ~ "1004"', []),
        ('Service ~ "\\"10041 rfo\\""', []),
        ("labels = red", [1, 2]),
        ("labels in (blue) AND labels = red", [2]),
        ("labels = nobody-has-it", []),
        ("key in (ISP-1, ISP-3) ORDER BY key DESC", [3, 1]),
        ("id = 10002", [2]),
        ("statusCategory != Done", [1, 2]),
        ("status in (Resolved, Closed)", [3]),
        ("resolution = Unresolved", [1, 2]),
        ("creator = currentUser() AND NOT (key = ISP-1)", []),
        ("issuetype = Incident AND priority = Medium OR key = ISP-1", [1, 2, 3]),
        ('updated >= "2026-11-23 09:02"', [3]),
        ('updated >= "2026/11/23 09:02" AND updated < "2026-11-23 09:03"', [3]),
        ("updated >= -1m", [2, 3]),
        ("updated > -1m", [3]),
        ("created > -90s", None),
        ('summary ~ "link"', [1, 2, 3]),
        ("priority > Low", None),
        ("nonsense = 1", None),
        ("project = NOPE", None),
        ("key = ISP-99", None),
        ("status = Nirvana", None),
        ('Service = "x"', None),
        ("project =", None),
        ("project = ISP AND", None),
        ("updated >= yesterday", None),
        ("project = ISP ORDER BY nonsense", None),
        ("project ~ ISP", None),
    ],
)
def test_jql(desk: Desk, jql: str, found: list[int] | None) -> None:
    desk.issue(Impact={"value": "high"}, Service="rfo:10041", labels=["red"])
    desk.pass_time(minutes=1)
    desk.issue(Impact={"value": "low"}, labels=["red", "blue"], Level=2)
    desk.pass_time(minutes=1)
    third = desk.issue()
    way = next(w for w in desk.ok("GET", f"issue/{third}/transitions")["transitions"] if w["to"]["name"] == "Resolved")
    desk.call("POST", f"issue/{third}/transitions", {"transition": {"id": way["id"]}})
    status, answer = desk.call("POST", "search/jql" if desk.cloud else "search", {"jql": jql})
    if found is None:
        assert status == 400
        assert answer["errorMessages"]
    elif "ORDER" in jql:
        assert [int(issue["id"]) - 10000 for issue in answer["issues"]] == found
    else:
        assert sorted(int(issue["id"]) - 10000 for issue in answer["issues"]) == found


def test_times_of_a_query_are_in_the_zone_of_its_user(desk: Desk) -> None:
    issue = desk.issue()
    assert desk.found('updated >= "2026-11-23 09:00"') == [issue]
    assert desk.found('updated >= "2026-11-23 09:01"') == []
    assert desk.found('updated >= "2026-11-23 10:00"', by="agent") == [issue]
    assert desk.found('updated >= "2026-11-23 10:01"', by="agent") == []


def test_a_change_is_found_when_the_lag_is_over(desk: Desk) -> None:
    issue = desk.issue(labels=["old"])
    desk.found("labels = old")
    desk.jira.world.index.lag = timedelta(seconds=30)
    desk.edit(issue, labels=["new"])
    assert (desk.found("labels = new"), desk.found("labels = old")) == ([], [issue])
    desk.pass_time(seconds=30)
    assert (desk.found("labels = new"), desk.found("labels = old")) == ([issue], [])


def test_the_old_row_is_what_is_shown(desk: Desk) -> None:
    issue = desk.issue()
    desk.found("project = ISP")
    desk.jira.world.index.lag = timedelta(seconds=30)
    desk.edit(issue, summary="Link up")
    path = "search/jql" if desk.cloud else "search"
    [shown] = desk.ok("POST", path, {"jql": "project = ISP", "fields": ["summary"]})["issues"]
    assert shown["fields"]["summary"] == "Link down"
    assert desk.value(issue, "summary") == "Link up"


def test_reconciled_issues_are_seen_as_they_are(cloud: Desk) -> None:
    cloud.jira.world.index.lag = timedelta(minutes=1)
    issue, other = cloud.issue(labels=["x"]), cloud.issue(labels=["x"])
    assert cloud.found("labels = x") == []
    assert cloud.found("labels = x", reconcileIssues=[int(issue)]) == [issue]
    assert cloud.call("POST", "search/jql", {"jql": "labels = x", "reconcileIssues": [1] * 51})[0] == 400
    cloud.pass_time(minutes=1)
    assert sorted(cloud.found("labels = x")) == [issue, other]


def test_a_deleted_issue_is_found_no_more(desk: Desk) -> None:
    issue = desk.issue()
    desk.found("project = ISP")
    desk.jira.world.index.lag = timedelta(minutes=1)
    desk.ok("DELETE", f"issue/{issue}", by="admin")
    assert desk.found("project = ISP") == []


def test_cloud_turns_pages_by_token(cloud: Desk) -> None:
    ids = [cloud.issue() for _ in range(5)]
    body: dict[str, object] = {"jql": "project = ISP ORDER BY updated ASC, id ASC", "maxResults": 2}
    seen = []
    while True:
        page = cloud.ok("POST", "search/jql", body)
        seen += [issue["id"] for issue in page["issues"]]
        if page["isLast"]:
            break
        body["nextPageToken"] = page["nextPageToken"]
    assert seen == ids
    assert "total" not in page
    assert cloud.call("POST", "search/jql", {"jql": "project = ISP", "nextPageToken": "nonsense"})[0] == 400


def test_cloud_shows_ids_only_unless_asked(cloud: Desk) -> None:
    issue = cloud.issue()
    assert cloud.ok("POST", "search/jql", {"jql": "project = ISP"})["issues"] == [{"id": issue}]


def test_cloud_wants_a_bound_and_has_no_old_search(cloud: Desk) -> None:
    assert cloud.call("POST", "search/jql", {"jql": "ORDER BY updated"})[0] == 400
    assert cloud.call("GET", "search?jql=project%20%3D%20ISP")[0] == 410
    assert cloud.call("POST", "/rest/api/3/search", {"jql": "project = ISP"})[0] == 410


def test_data_center_turns_pages_by_position_and_counts(data_center: Desk) -> None:
    ids = [data_center.issue() for _ in range(5)]
    page = data_center.ok(
        "POST", "search", {"jql": "ORDER BY id", "startAt": 3, "maxResults": 10, "fields": ["summary"]}
    )
    assert ([issue["id"] for issue in page["issues"]], page["total"]) == (ids[3:], 5)
    assert page["issues"][0]["fields"] == {"summary": "Link down"}
    assert data_center.call("POST", "search/jql", {"jql": "project = ISP"})[0] == 404


def test_customers_find_nothing(desk: Desk) -> None:
    desk.issue()
    assert desk.found("summary ~ link", by="customer") == []
