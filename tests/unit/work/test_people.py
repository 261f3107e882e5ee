"""What the work table remembers of people, on both databases."""

from contextlib import closing
from datetime import datetime, timedelta

from connector.domain.vocabulary import Actor
from connector.work.table import WorkTable
from tests.builders import T0, at


def test_the_latest_time_of_all_workers_is_kept(database_url: str) -> None:
    with closing(WorkTable.open(database_url, lambda: T0)) as table:
        table.people.saw_staff("zammad", {})
        table.people.saw_staff("zammad", {("7", Actor.AGENT): at(hours=2), ("7", Actor.MANAGER): at()})
        table.people.saw_staff("zammad", {("7", Actor.AGENT): at(hours=1), ("8", Actor.AGENT): at()})
        table.people.saw_staff("jira", {("7", Actor.AGENT): at(hours=9)})

        assert table.people.staff("zammad") == {
            ("7", Actor.AGENT): at(hours=2),
            ("7", Actor.MANAGER): at(),
            ("8", Actor.AGENT): at(),
        }


def test_messages_to_an_address_count_for_an_hour(database_url: str) -> None:
    now = [T0]

    def clock() -> datetime:
        return now[0]

    with closing(WorkTable.open(database_url, clock)) as table:
        for minutes in (0, 20, 40):
            now[0] = at(minutes=minutes)
            table.people.sent_message("zammad", "Robot@alarms.example")
        table.people.sent_message("zammad", "ada@harbour.example")
        table.people.sent_message("jira", "robot@alarms.example")

        assert table.people.messages("zammad", "robot@ALARMS.example") == 3
        for _ in range(2):
            # Two of the same moment are two.
            table.people.sent_message("zammad", "twice@alarms.example")
        assert table.people.messages("zammad", "twice@alarms.example") == 2
        now[0] = at(hours=1)
        assert table.people.messages("zammad", "robot@alarms.example") == 2
        now[0] = at(hours=1) + timedelta(minutes=40)
        assert table.people.messages("zammad", "robot@alarms.example") == 0
