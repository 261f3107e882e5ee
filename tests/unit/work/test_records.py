"""What people see of all work at once, on both databases."""

from datetime import datetime, timedelta

from connector.domain.decision import Decision
from connector.domain.vocabulary import Impact, Missed, Urgency
from connector.rules.evaluate import evaluate
from connector.sandbox.clock import SteppedClock
from connector.work.outlook import Outlook, outlook
from connector.work.records import PastSweep
from connector.work.table import Done, Key, WorkTable
from tests.builders import T0, complete, default_policy, incident

DESK = "zammad"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hold(table: WorkTable, clock: SteppedClock, ticket: str, seen: Outlook) -> None:
    """A good run of this ticket, to be looked at again when its next time comes."""
    table.touch([Key(DESK, ticket)], clock())
    (job,) = table.claim(DESK, 1, HOUR)
    coming = min((at for at in (seen.level_at, seen.target_at) if at), default=None)
    assert table.finish([Done(job, coming, clock(), seen)]) == []


def test_what_lies_ahead_comes_with_number_and_level_the_next_first(table: WorkTable, clock: SteppedClock) -> None:
    late = Outlook("41003", "P3", 1, clock() + 5 * HOUR, "repair", clock() + 30 * HOUR)
    soon = Outlook("41001", "P1", 2, clock() + HOUR / 2, "update", clock() + HOUR)
    hold(table, clock, "3", late)
    hold(table, clock, "1", soon)
    hold(table, clock, "2", Outlook("41002", "P4", 1, clock() + 3 * DAY))
    assert table.records.ahead(DESK, HOUR).tickets == [(Key(DESK, "1"), soon)]
    assert [key.ticket for key, _ in table.records.ahead(DESK, DAY).tickets] == ["1", "3"]
    first = table.records.ahead(DESK, DAY, limit=1)
    assert ([key.ticket for key, _ in first.tickets], first.of) == (["1"], 2)
    assert table.records.ahead("jira", DAY).tickets == []


def test_the_next_good_run_says_anew_what_lies_ahead(table: WorkTable, clock: SteppedClock) -> None:
    hold(table, clock, "1", Outlook("41001", "P1", 2, clock() + HOUR))
    hold(table, clock, "1", Outlook("41001", "P1", 2))
    assert table.records.ahead(DESK, DAY).of == 0
    assert table.records.outlooks(DESK, ["1", "9"]) == {"1": Outlook("41001", "P1", 2)}


def test_what_was_missed_today_is_found_and_yesterday_forgotten(table: WorkTable, clock: SteppedClock) -> None:
    missed = Outlook("41001", "P1", 3, missed="first response", missed_at=clock() - HOUR)
    hold(table, clock, "1", missed)
    hold(table, clock, "2", Outlook("41002", "P1", 3, missed="repair", missed_at=clock() - 2 * DAY))
    hold(table, clock, "3", Outlook("41003"))
    assert table.records.missed(DESK, DAY).tickets == [(Key(DESK, "1"), missed)]


def test_sweeps_of_the_last_day_are_kept(table: WorkTable, clock: SteppedClock) -> None:
    first = PastSweep(clock(), whole=True, listed=20, touched=3, missed=1, held="policy abc would change 9 of 10")
    table.records.swept(DESK, first)
    table.records.swept("jira", first)
    clock.advance(23 * HOUR)
    second = PastSweep(clock(), whole=False, listed=2, touched=0, missed=0, held=None)
    table.records.swept(DESK, second)
    assert table.records.sweeps(DESK) == [second, first]
    clock.advance(2 * HOUR)
    third = second._replace(at=clock())
    table.records.swept(DESK, third)
    assert table.records.sweeps(DESK) == [third, second]


def test_the_last_examination_stands_for_all_before_it(table: WorkTable, clock: SteppedClock) -> None:
    assert table.records.examination(DESK) is None
    table.records.examined(DESK, [{"name": "token", "verdict": "fail"}])
    clock.advance(HOUR)
    table.records.examined(DESK, [{"name": "token", "verdict": "ok"}])
    last = table.records.examination(DESK)
    assert last is not None
    assert (last.at, last.findings) == (clock(), [{"name": "token", "verdict": "ok"}])


def seen_at(now: datetime, **fields: object) -> tuple[Outlook, Decision]:
    ticket = incident(fields=complete(impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH, **fields))
    decision = evaluate(ticket, default_policy(), now)
    return outlook(ticket, decision, now), decision


def test_the_outlook_of_a_new_incident_is_its_response_and_its_next_level() -> None:
    seen, decision = seen_at(T0 + timedelta(minutes=1))
    assert (seen.target, seen.target_at) == ("first response", decision.changes["first_response_due_at"])
    assert (seen.level, seen.level_at) == (1, decision.changes["next_escalation_at"])
    assert (seen.missed, seen.missed_at) == (None, None)


def test_the_response_is_named_also_where_the_ticket_was_created_within_a_second() -> None:
    created = T0 + timedelta(microseconds=892_000)
    fields = complete(impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH)
    ticket = incident(fields=fields, created_at=created, updated_at=created)
    now = created + timedelta(minutes=1)
    assert outlook(ticket, evaluate(ticket, default_policy(), now), now).target == "first response"


def test_a_missed_response_is_told_with_its_time_and_the_update_is_ahead() -> None:
    seen, decision = seen_at(T0 + timedelta(minutes=20))
    assert decision.changes["missed_targets"] is Missed.FIRST_RESPONSE
    assert (seen.missed, seen.missed_at) == ("first response", decision.changes["first_response_due_at"])
    assert (seen.target, seen.target_at) == ("update", decision.changes["next_update_at"])


def test_an_update_that_is_late_is_a_missed_promise() -> None:
    now = T0 + timedelta(minutes=90)
    ticket = incident(fields=complete(next_update_at=T0 + HOUR))
    seen = outlook(ticket, evaluate(incident(), default_policy(), now)._replace(changes={}), now)
    assert (seen.missed, seen.missed_at) == ("update", T0 + HOUR)


def test_a_ticket_that_is_none_of_ours_has_a_number_and_nothing_more() -> None:
    assert outlook(incident(), Decision(()), T0) == Outlook(incident().number)
