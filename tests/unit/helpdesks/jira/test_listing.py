"""Lists by a search that lags behind, is exact to the minute in the bot's own time zone, and moves while it is read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import TicketId
from connector.helpdesks.errors import PermanentError, UnavailableError
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.jira.listing import local_minute
from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import Fault
from tests.unit.helpdesks.jira.bench import START, Bench

BERLIN = ZoneInfo("Europe/Berlin")


def ids(pages: Iterator[list[Listed]]) -> list[str]:
    return [row.id for page in pages for row in page]


def closes(bench: Bench, issue: str, status: str = "Closed") -> None:
    ways = bench.calls(bench.agent, "GET", f"issue/{issue}/transitions")["transitions"]
    way = next(way["id"] for way in ways if way["to"]["name"] == status)
    bench.calls(bench.agent, "POST", f"issue/{issue}/transitions", {"transition": {"id": way}})


def test_changes_since_a_time(bench: Bench) -> None:
    old = bench.opens("Old")
    bench.passes(hours=2)
    new = bench.opens("New")
    since = bench.passes(seconds=20)

    assert ids(bench.desk.changed_since(since)) == [new]
    assert set(ids(bench.desk.changed_since(START))) == {old, new}


def test_times_of_update_are_those_of_the_issue(bench: Bench) -> None:
    issue = bench.opens()
    bench.passes(seconds=71)
    bench.edits(issue, circuit_id="C-1")

    (row,) = next(bench.desk.changed_since(START))
    assert row.updated_at == bench.read(issue).updated_at == bench.clock()


def test_a_change_that_search_finds_late_is_listed_late(bench: Bench) -> None:
    """The sweep comes every five minutes and asks for five minutes before the newest change it has seen."""
    bench.jira.world.index.lag = timedelta(minutes=8)
    late = bench.opens("Late")
    bench.passes(seconds=30)
    bench.jira.world.index.lag = timedelta(0)
    seen = set[str]()
    cursor = START
    for minute in range(4):
        bench.opens(f"Noise {minute}")
        for page in bench.desk.changed_since(cursor - timedelta(minutes=5)):
            seen |= {row.id for row in page}
            cursor = max(row.updated_at for row in page if row.updated_at is not None)
        bench.passes(minutes=5)

    assert late in seen


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu"])
def test_the_bots_time_zone_does_not_matter(bench: Bench, zone: str) -> None:
    bench.bot_lives_in(zone)
    bench.opens("Old")
    bench.passes(hours=1)
    new = bench.opens("New")

    assert ids(bench.desk.changed_since(bench.clock())) == [new]


def test_a_bot_that_moves_to_another_zone_is_noticed(bench: Bench) -> None:
    bench.opens("Old")
    bench.passes(hours=3)
    new = bench.opens("New")
    assert ids(bench.desk.changed_since(bench.clock())) == [new]
    bench.bot_lives_in("Asia/Tokyo")

    assert ids(bench.desk.changed_since(bench.clock())) == [new]


def test_the_hour_that_comes_twice(bench: Bench) -> None:
    """In the night to 25 October 2026 the clocks of Berlin show two o'clock twice."""
    bench = Bench(bench.flavour, SteppedClock(datetime(2026, 10, 25, 0, 40, tzinfo=UTC)))
    bench.bot_lives_in(BERLIN.key)
    first = bench.opens("In the first hour")
    bench.passes(minutes=30)
    second = bench.opens("In the second hour")

    assert {first, second} <= set(ids(bench.desk.changed_since(datetime(2026, 10, 25, 0, 45, tzinfo=UTC))))
    assert second in ids(bench.desk.changed_since(bench.clock()))


@given(st.datetimes(datetime(2026, 3, 28), datetime(2026, 10, 27), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_minute_in_a_search_never_lies_after_the_time_it_stands_for(at: datetime) -> None:
    text = local_minute(at, BERLIN)

    readings = [datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC) for fold in (0, 1)]
    assert max(readings) <= at
    assert at - min(readings) < timedelta(hours=1, minutes=1)


def test_only_issues_of_the_connectors_types(bench: Bench) -> None:
    bench.jira.add_issue_type("Change")
    bench.opens(kind="Change")
    task = bench.opens(kind="Task")

    assert ids(bench.desk.changed_since(START)) == [task]
    assert ids(bench.desk.unresolved()) == [task]


def test_unresolved_ones(bench: Bench) -> None:
    first, second, third = (bench.opens(f"Number {number}") for number in range(3))
    closes(bench, second)

    assert ids(bench.desk.unresolved()) == [first, third]


def small_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch, size: int = 5) -> None:
    """A Jira that gives few issues at once, and few ids."""
    monkeypatch.setattr("connector.sandbox.jira.search.MOST_BARE", size)
    monkeypatch.setattr("connector.sandbox.jira.search.MOST_WITH_FIELDS", size)
    monkeypatch.setattr("connector.sandbox.jira.search.MOST_ON_DATA_CENTER", size)


def one_after_the_other(bench: Bench, count: int, **gap: float) -> list[str]:
    """So many new issues, with a pause after each."""
    found = []
    for number in range(count):
        found.append(bench.opens(f"Number {number}"))
        bench.passes(**gap)
    return found


def test_all_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(bench, monkeypatch)
    issues = one_after_the_other(bench, 23, seconds=40)
    bench.passes(hours=1)

    found = ids(bench.desk.changed_since(START))

    assert list(dict.fromkeys(found)) == issues
    assert list(dict.fromkeys(ids(bench.desk.unresolved()))) == issues


def test_more_issues_of_one_minute_than_fit_on_a_page(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(bench, monkeypatch)
    issues = [bench.opens(f"Number {number}") for number in range(23)]
    bench.passes(hours=1)
    issues += [bench.opens(f"Later {number}") for number in range(3)]

    assert set(ids(bench.desk.changed_since(START))) == set(issues)
    assert set(ids(bench.desk.unresolved())) == set(issues)


def test_issues_that_move_between_the_pages_are_listed_and_push_none_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(bench, monkeypatch)
    issues = one_after_the_other(bench, 20, minutes=2)
    bench.passes(hours=1)

    found: dict[str, datetime] = {}
    for turn, page in enumerate(bench.desk.changed_since(START)):
        found |= {row.id: row.updated_at for row in page if row.updated_at is not None}
        if turn < 3:
            # What was listed goes to the end: by place, everything behind it would move up.
            for row in page[:3]:
                bench.edits(row.id, circuit_id=f"C-{turn}")
            bench.passes(seconds=1)

    assert set(found) == set(issues)
    assert found == {issue: bench.read(issue).updated_at for issue in issues}


def test_old_issues_are_listed_in_large_pages_without_times_on_cloud(bench: Bench) -> None:
    issues = [bench.opens(f"Number {number}") for number in range(150)]
    closed = bench.opens("Closed")
    closes(bench, closed)
    bench.passes(days=3)
    since = len(bench.jira.requests)

    unresolved = [row for page in bench.desk.unresolved() for row in page]
    searches = [call.path for call in bench.jira.requests[since:] if "search" in call.path]

    assert [row.id for row in unresolved] == issues
    assert len(searches) == (2 if bench.flavour == "cloud" else 1)
    assert {row.updated_at is None for row in unresolved} == {bench.flavour == "cloud"}
    assert ids(bench.desk.resolved_since(START)) == [closed]


def test_what_changed_lately_is_listed_once_and_with_its_time(bench: Bench) -> None:
    old, edited = bench.opens("Old"), bench.opens("Edited")
    bench.passes(days=3)
    bench.edits(edited, circuit_id="C-1")

    found = {row.id: row.updated_at for page in bench.desk.unresolved() for row in page}

    assert found[TicketId(edited)] == bench.read(edited).updated_at
    assert sorted(ids(bench.desk.unresolved())) == sorted([old, edited])


def test_old_issues_on_many_pages_while_others_are_closed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(bench, monkeypatch)
    issues = one_after_the_other(bench, 23, minutes=2)
    bench.passes(days=3)

    found = []
    for turn, page in enumerate(bench.desk.unresolved()):
        found += [row.id for row in page]
        if turn == 1:
            # What was listed leaves: by place, everything behind it would move up.
            for issue in issues[:4]:
                closes(bench, issue)

    assert list(dict.fromkeys(found)) == issues


def test_old_issues_of_one_minute_on_many_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(bench, monkeypatch)
    issues = [bench.opens(f"Number {number}") for number in range(23)]
    for issue in issues[::2]:
        closes(bench, issue)
    bench.passes(days=3)

    assert sorted(ids(bench.desk.unresolved())) == sorted(issues[1::2])
    assert sorted(ids(bench.desk.resolved_since(START))) == sorted(issues[::2])


def test_an_issue_at_an_old_place_with_its_new_time_hides_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search finds it where it was, and shows it as it is."""
    small_pages(bench, monkeypatch)
    issues = one_after_the_other(bench, 12, minutes=2)
    bench.passes(hours=1)
    last_on_the_page = int(issues[4])
    monkeypatch.setattr("connector.sandbox.jira.search._shown", _shown_as_it_is(last_on_the_page, bench.clock()))

    assert set(ids(bench.desk.changed_since(START))) == set(issues)


def _shown_as_it_is(issue: int, updated: datetime):  # type: ignore[no-untyped-def]
    from connector.sandbox.jira import search

    original = search._shown

    def shown(*args, **kwargs):  # type: ignore[no-untyped-def]
        rows = original(*args, **kwargs)
        for one in rows:
            if one["id"] == str(issue):
                one["fields"]["updated"] = updated.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return rows

    return shown


def test_a_removed_search_is_told_plainly(bench: Bench) -> None:
    bench.jira.faults.add(Fault("status", "POST", "search", status=410))

    with pytest.raises(PermanentError, match="This Jira has removed the call"):
        list(bench.desk.changed_since(START))


def test_a_zone_that_nobody_knows_is_told_plainly(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.helpdesks.jira.site.ZoneInfo", _unknown)

    with pytest.raises(UnavailableError, match="is no time zone"):
        list(bench.desk.changed_since(START))


def _unknown(name: str) -> ZoneInfo:
    raise KeyError(name)
