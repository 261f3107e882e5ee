"""Changelogs that machines have filled: read to their end, in several looks if need be; only what matters is held."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from connector.domain.labels import LABELS
from connector.helpdesks.errors import AnswerTooLongError, TicketWaitsError
from connector.helpdesks.jira import histories
from connector.helpdesks.jira.answer import IssueRow
from connector.helpdesks.jira.flavour import CLOUD
from connector.helpdesks.jira.histories import Histories
from connector.helpdesks.jira.site import FieldIds
from connector.helpdesks.long_answer import turn

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIELDS = FieldIds({"impact": "customfield_1"}, {"customfield_1": "impact"}, {"Impact": "impact"}, None, LABELS)
LABEL = {"field": "labels", "fieldId": "labels", "fieldtype": "jira", "toString": "slow"}
FOREIGN = {"field": "Score", "fieldId": "customfield_9", "fieldtype": "custom", "toString": "9"}
STATUS = {"field": "status", "fieldId": "status", "fieldtype": "jira", "to": "3", "toString": "Open"}
IMPACT = {"field": "Impact", "fieldId": "customfield_1", "fieldtype": "custom", "toString": "degradation"}


class Cloud:
    """A Jira Cloud with one issue, of whose changes it shows a page of 100 at a time."""

    def __init__(self, *items: dict[str, str]) -> None:
        self.entries: list[dict[str, Any]] = []
        self.asked = 0
        self.seconds = 0.0
        self.adds(*items)

    def adds(self, *items: dict[str, str]) -> None:
        first = len(self.entries)
        self.entries += [
            {"id": str(number), "created": (NOW + timedelta(seconds=number)).isoformat(), "items": [item]}
            for number, item in enumerate(items, first)
        ]

    def get(self, path: str, query: str = "") -> Any:
        assert path == "api/2/issue/7/changelog"
        self.asked += 1
        self.seconds += 1
        start = int(parse_qs(query)["startAt"][0])
        return {"values": self.entries[start : start + 100], "total": len(self.entries)}

    def issue(self) -> IssueRow:
        """As it comes, with its newest changes."""
        newest = self.entries[:-101:-1]
        times = {"created": NOW.isoformat(), "updated": NOW.isoformat()}
        kinds = {"issuetype": {"id": "1", "name": "Incident"}, "status": {"name": "Open"}, "project": {"key": "ISP"}}
        changelog = {"histories": newest, "total": len(self.entries)}
        return IssueRow.model_validate(
            {"id": "7", "key": "ISP-7", "fields": {**times, **kinds}, "changelog": changelog}
        )


def ids(rows: Any) -> list[str]:
    return [row.id for row in rows]


def reader(cloud: Cloud) -> Histories:
    return Histories(cloud, lambda: NOW, CLOUD, None, FIELDS)  # type: ignore[arg-type]  # not all of them


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[Cloud]:
    """Each answer of the cloud in it takes a second."""
    clouds: list[Cloud] = []
    passed = SimpleNamespace(monotonic=lambda: sum(cloud.seconds for cloud in clouds))
    monkeypatch.setattr(histories, "time", passed)
    return clouds


def test_however_many_entries_matter_to_nobody_those_that_matter_are_all_there() -> None:
    cloud = Cloud(STATUS, *[LABEL] * 6_000, IMPACT, *[FOREIGN] * 6_000, STATUS, *[LABEL] * 150)
    read = reader(cloud)

    assert ids(read.changelog(cloud.issue())) == ["0", "6001", "12002"]


def test_what_was_read_is_not_read_again() -> None:
    cloud = Cloud(STATUS, *[LABEL] * 350)
    read = reader(cloud)
    read.changelog(cloud.issue())
    asked = cloud.asked

    cloud.adds(IMPACT, *[LABEL] * 50)
    assert ids(read.changelog(cloud.issue())) == ["0", "351"]
    assert cloud.asked == asked

    cloud.adds(IMPACT, *[LABEL] * 250)
    assert ids(read.changelog(cloud.issue())) == ["0", "351", "402"]
    assert cloud.asked <= asked + 4


def test_a_worker_goes_on_where_its_last_look_has_ended(clock: list[Cloud]) -> None:
    cloud = Cloud(STATUS, *[LABEL] * 7_000, IMPACT, *[LABEL] * 150)
    clock.append(cloud)
    read = reader(cloud)

    with turn():
        for _ in range(2):
            with pytest.raises(TicketWaitsError, match="the next look goes on from there") as waits:
                read.changelog(cloud.issue())
            assert waits.value.retry_at > NOW
        assert ids(read.changelog(cloud.issue())) == ["0", "7001"]
    assert cloud.asked == 71


def test_who_asks_by_hand_waits_for_all_of_it(clock: list[Cloud]) -> None:
    cloud = Cloud(STATUS, *[LABEL] * 7_000, IMPACT)
    clock.append(cloud)

    assert ids(reader(cloud).changelog(cloud.issue())) == ["0", "7001"]


def test_too_many_that_matter_are_told_and_never_decided_on_by_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "MOST_ROWS", 500)
    cloud = Cloud(*[STATUS, LABEL] * 501)

    with pytest.raises(AnswerTooLongError, match="more than 500 changes of its status"):
        reader(cloud).changelog(cloud.issue())


def test_a_jira_that_shows_the_same_page_for_ever_holds_nobody() -> None:
    cloud = Cloud(STATUS, *[LABEL] * 450)
    first = cloud.get("api/2/issue/7/changelog", "startAt=0")
    cloud.get = lambda *_: first  # type: ignore[method-assign]

    assert ids(reader(cloud).changelog(cloud.issue())) == ["0"]
