"""The database's time: measured now and then, counted on by a clock that nobody can set."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from connector.work.errors import StoreError, StoreUnavailable
from connector.work.postgresql import DatabaseClock
from connector.work.table import WorkTable

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Server:
    """A database's clock and this machine's monotonic one, moved by hand."""

    def __init__(self) -> None:
        self.time = NOON
        self.monotonic = 1000.0
        self.round_trip = 0.0
        self.down = False
        self.asked = 0

    def read(self) -> datetime:
        if self.down:
            raise StoreUnavailable("no answer")
        self.asked += 1
        self.monotonic += self.round_trip
        return self.time

    def clock(self) -> DatabaseClock:
        return DatabaseClock(self.read, timedelta(minutes=1), lambda: self.monotonic)

    def pass_seconds(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.monotonic += seconds


def test_it_counts_on_without_asking() -> None:
    server = Server()
    clock = server.clock()
    server.pass_seconds(59)
    assert clock() == NOON + timedelta(seconds=59)
    assert server.asked == 1


def test_it_asks_again_after_a_while_and_follows_the_server() -> None:
    server = Server()
    clock = server.clock()
    server.pass_seconds(61)
    server.time += timedelta(hours=1)
    assert clock() == NOON + timedelta(hours=1, seconds=61)


def test_the_server_is_read_in_the_middle_of_the_round_trip() -> None:
    server = Server()
    server.round_trip = 0.2
    assert server.clock()() == NOON + timedelta(seconds=0.1)


def test_while_the_server_is_down_it_goes_on_and_asks_less_often_than_it_is_asked() -> None:
    server = Server()
    clock = server.clock()
    server.down = True
    server.pass_seconds(90)
    assert clock() == NOON + timedelta(seconds=90)
    server.down = False
    server.time += timedelta(seconds=5)
    assert clock() == NOON + timedelta(seconds=90)
    server.pass_seconds(61)
    assert clock() == NOON + timedelta(seconds=156)


def test_without_a_first_measurement_there_is_no_clock() -> None:
    server = Server()
    server.down = True
    with pytest.raises(StoreError, match="no answer"):
        server.clock()


def test_the_time_is_utc_whatever_zone_the_server_speaks() -> None:
    server = Server()
    server.time = NOON.astimezone(timezone(timedelta(hours=2)))
    assert server.clock()().utcoffset() == timedelta(0)


def test_a_table_without_a_clock_tells_the_present_time(database_url: str) -> None:
    table = WorkTable.open(database_url)
    assert abs(table.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert table.now().utcoffset() == timedelta(0)
    table.close()
