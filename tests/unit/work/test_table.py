"""The work table against both databases, by a clock that stands still."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.sandbox.clock import SteppedClock
from connector.work.table import Counts, DeadLetter, Deferred, Done, Failed, Job, Key, Paused, RowState, WorkTable

DESK = "zammad"
ONE, TWO, THREE = (Key(DESK, ticket) for ticket in ("1", "2", "3"))
LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def claim_one(table: WorkTable) -> Job:
    (job,) = table.claim(DESK, 10, LEASE)
    return job


def test_a_new_ticket_is_claimed_when_it_is_due(table: WorkTable, clock: SteppedClock) -> None:
    due = clock() + timedelta(microseconds=300_001)
    table.touch([ONE], due)
    assert table.next_due(DESK) == due
    assert table.claim(DESK, 10, LEASE) == []
    clock.advance(timedelta(microseconds=300_001))
    job = claim_one(table)
    assert (job.key, job.generation, job.attempts) == (ONE, 1, 0)


def test_events_of_one_ticket_collapse_and_the_earliest_due_time_wins(table: WorkTable, clock: SteppedClock) -> None:
    for minutes in (5, 3, 9):
        table.touch([ONE, ONE], clock() + timedelta(minutes=minutes))
    assert table.next_due(DESK) == clock() + timedelta(minutes=3)
    clock.advance(timedelta(minutes=9))
    assert claim_one(table).generation == 3


def test_the_longest_due_comes_first_and_only_as_many_as_asked_for(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([TWO], clock() - 3 * SECOND)
    table.touch([THREE], clock() - 2 * SECOND)
    table.touch([ONE], clock() - SECOND)
    assert [job.key for job in table.claim(DESK, 2, LEASE)] == [TWO, THREE]
    assert [job.key for job in table.claim(DESK, 2, LEASE)] == [ONE]
    assert table.claim(DESK, 0, LEASE) == []


def test_helpdesks_do_not_mix(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE, Key("jira", "1")], clock())
    assert [job.key for job in table.claim("jira", 10, LEASE)] == [Key("jira", "1")]
    assert [job.key for job in table.claim(DESK, 10, LEASE)] == [ONE]
    assert table.next_due("unknown") is None


def test_an_expired_lease_is_taken_over_and_the_old_owner_is_refused(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    stale = claim_one(table)
    assert table.next_due(DESK) == clock() + LEASE
    clock.advance(LEASE)
    owner = claim_one(table)
    later = clock() + timedelta(hours=1)
    assert table.finish([Done(stale, later, clock())]) == [stale]
    assert table.fail([Failed(stale, "late", None)]) == [stale]
    assert table.renew([stale], LEASE) == [stale]
    assert table.release([stale]) == [stale]
    assert table.finish([Done(owner, later, None)]) == []
    assert table.next_due(DESK) == later
    assert table.finish([Done(owner, None, None)]) == [owner], "a job is finished once"


def test_a_refused_job_does_not_hold_up_its_batch(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE, TWO, THREE], clock())
    jobs = table.claim(DESK, 10, LEASE)
    stale = Job(TWO, 1, 0, "no such token")
    assert table.finish([Done(job if job.key != TWO else stale, None, None) for job in jobs]) == [stale]
    assert table.counts()[DESK] == Counts(due=0, waiting=0, leased=1, dead=0, oldest_due=None)


def test_a_late_owner_that_nobody_replaced_is_still_the_owner(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    job = claim_one(table)
    clock.advance(2 * LEASE)
    assert table.finish([Done(job, None, None)]) == []
    assert table.next_due(DESK) is None


def test_a_renewed_lease_lasts_longer(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    job = claim_one(table)
    clock.advance(LEASE - SECOND)
    assert table.renew([job], LEASE) == []
    clock.advance(LEASE - SECOND)
    assert table.claim(DESK, 10, LEASE) == []
    clock.advance(SECOND)
    assert claim_one(table).key == ONE


def test_a_released_job_is_due_at_once_with_its_attempts(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    table.fail([Failed(claim_one(table), "first", clock())])
    assert table.release([claim_one(table)]) == []
    assert claim_one(table).attempts == 1


def test_a_deferred_job_waits_with_its_attempts_and_an_event_brings_it_forward(
    table: WorkTable, clock: SteppedClock
) -> None:
    table.touch([ONE], clock())
    table.fail([Failed(claim_one(table), "first", clock())])
    until = clock() + timedelta(seconds=30)
    assert table.defer([Deferred(claim_one(table), until, strictly=False)]) == []
    assert table.next_due(DESK) == until
    table.touch([ONE], clock() + SECOND)
    assert table.next_due(DESK) == clock() + SECOND
    clock.advance(SECOND)
    assert claim_one(table).attempts == 1


def test_no_event_wakes_a_limited_ticket_before_its_time(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    job = claim_one(table)
    until = clock() + timedelta(seconds=30)
    table.touch([ONE], clock())
    assert table.defer([Deferred(job, until, strictly=True)]) == []
    assert table.defer([Deferred(job, until, strictly=True)]) == [job], "it is held no more"
    table.touch([ONE, TWO], clock())
    assert [job.key for job in table.claim(DESK, 10, LEASE)] == [TWO]
    clock.advance(timedelta(seconds=30))
    table.finish([Done(claim_one(table), None, None)])
    table.touch([ONE], clock())
    assert table.next_due(DESK) == clock(), "that is over now"


def test_an_event_during_the_work_leaves_the_ticket_due(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    job = claim_one(table)
    settled = clock() + SECOND
    table.touch([ONE], settled + SECOND)
    table.touch([ONE], settled)
    assert table.claim(DESK, 10, LEASE) == [], "the lease holds"
    assert table.finish([Done(job, clock() + timedelta(days=1), clock())]) == []
    assert table.next_due(DESK) == settled
    clock.advance(SECOND)
    assert claim_one(table).generation == 3


def test_a_deadline_before_the_new_event_is_not_lost(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    job = claim_one(table)
    table.touch([ONE], clock() + timedelta(hours=1))
    table.finish([Done(job, clock() + SECOND, None)])
    assert table.next_due(DESK) == clock() + SECOND


def test_a_good_result_clears_the_attempts(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    table.fail([Failed(claim_one(table), "once", clock())])
    table.finish([Done(claim_one(table), clock(), None)])
    assert claim_one(table).attempts == 0


def test_a_failure_backs_off_and_an_event_tries_at_once_with_the_same_count(
    table: WorkTable, clock: SteppedClock
) -> None:
    table.touch([ONE], clock())
    table.fail([Failed(claim_one(table), "no answer", clock() + timedelta(hours=1))])
    assert table.next_due(DESK) == clock() + timedelta(hours=1)
    table.touch([ONE], clock())
    job = claim_one(table)
    assert (job.attempts, job.generation) == (1, 2)


def test_a_dead_letter_sleeps_until_an_event_wakes_it(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    table.fail([Failed(claim_one(table), "bad value \0 \ud800", None)])
    letter = DeadLetter(
        key=ONE, generation=1, attempts=1, error="bad value \N{REPLACEMENT CHARACTER} \\ud800", failed_at=clock()
    )
    assert table.dead_letters() == table.dead_letters(DESK) == [letter]
    assert table.dead_letter(ONE) == letter
    assert table.dead_letters("jira") == []
    assert table.next_due(DESK) is None

    table.touch([ONE], clock())
    assert table.dead_letters() == []
    job = claim_one(table)
    assert job.attempts == 1
    table.fail([Failed(job, "still bad", None)])
    woken = table.dead_letter(ONE)
    assert woken is not None
    assert (woken.attempts, woken.error, woken.generation) == (2, "still bad", 2)
    assert table.claim(DESK, 10, LEASE) == []


def test_an_event_during_the_last_try_wakes_the_dead_letter_it_would_be(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    job = claim_one(table)
    table.touch([ONE], clock() + SECOND)
    table.fail([Failed(job, "bad", None)])
    assert table.dead_letters() == []
    assert table.next_due(DESK) == clock() + SECOND


def test_replay_gives_all_attempts_back(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE, TWO], clock())
    table.fail([Failed(job, "bad", None if job.key == ONE else clock()) for job in table.claim(DESK, 2, LEASE)])
    assert table.replay([ONE, ONE, TWO, THREE]) == 1
    assert table.dead_letter(ONE) is None
    assert {(job.key, job.attempts) for job in table.claim(DESK, 9, LEASE)} == {(ONE, 0), (TWO, 1)}
    assert table.replay([]) == 0


def test_only_dead_letters_are_dropped(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE, TWO], clock())
    table.fail([Failed(job, "bad", None if job.key == ONE else clock()) for job in table.claim(DESK, 2, LEASE)])
    assert table.drop([ONE, TWO]) == 1
    assert table.seen(DESK, ["1", "2"]) == {"2": RowState(None, clock())}


def test_a_paused_helpdesk_gives_nothing_until_the_latest_time_asked_for(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE, Key("jira", "1")], clock())
    until = clock() + timedelta(seconds=60)
    table.pause(DESK, until, "429, Retry-After 60")
    table.pause(DESK, until - SECOND, "429, Retry-After 59")
    assert table.paused_until(DESK) == until
    assert table.next_due(DESK) == until
    assert table.claim(DESK, 10, LEASE) == []
    assert table.paused_until("jira") is None
    assert len(table.claim("jira", 10, LEASE)) == 1
    clock.advance(timedelta(seconds=60))
    assert table.paused_until(DESK) is None
    assert claim_one(table).key == ONE


def test_paused_endpoints_are_told_to_all_and_stop_no_claim(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE], clock())
    soon, later = clock() + SECOND, clock() + 5 * SECOND
    for until in (soon, later, soon):
        table.pause(DESK, until, "429", "PUT issue")
    table.pause(DESK, soon, "429", "POST search")
    table.pause("jira", soon, "429")
    assert table.paused(DESK) == Paused(None, {"PUT issue": later, "POST search": soon})
    assert table.paused("jira") == Paused(soon, {})
    assert claim_one(table).key == ONE
    clock.advance(SECOND)
    assert table.paused(DESK) == Paused(None, {"PUT issue": later})


def test_a_pause_that_comes_between_the_look_and_the_claim_holds(
    table: WorkTable, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.touch([ONE], clock())
    table.pause(DESK, clock() + SECOND, "429")
    monkeypatch.setattr(table, "next_due", lambda _: clock())
    assert table.claim(DESK, 10, LEASE) == []


def test_seen_tells_the_sweep_what_is_known(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE, TWO, THREE], clock())
    updated = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
    one, two, three = table.claim(DESK, 10, LEASE)
    table.finish([Done(one, None, updated), Done(two, clock() + LEASE, updated)])
    table.fail([Failed(three, "bad", None)])
    assert table.seen(DESK, ["1", "2", "3", "4"]) == {
        "1": RowState(updated, None),
        "2": RowState(updated, clock() + LEASE),
        "3": RowState(None, None, clock()),
    }
    clock.advance(LEASE)
    table.finish([Done(claim_one(table), None, None)])
    assert table.seen(DESK, ["2"]) == {"2": RowState(updated, None)}, "no news keeps the old time"
    assert table.seen(DESK, []) == {}
    assert len(table.seen(DESK, [str(n) for n in range(2500)])) == 3


def test_the_cursor_is_kept_beside_a_pause(table: WorkTable, clock: SteppedClock) -> None:
    assert table.helpdesks.cursor(DESK) is None
    table.helpdesks.set_cursor(DESK, clock())
    table.pause(DESK, clock() + SECOND, "slow down")
    table.helpdesks.set_cursor(DESK, clock() + SECOND)
    assert table.helpdesks.cursor(DESK) == clock() + SECOND
    assert table.paused_until(DESK) == clock() + SECOND


def test_forget_deletes_only_what_is_old_and_has_nothing_to_do(table: WorkTable, clock: SteppedClock) -> None:
    keys = [Key(DESK, name) for name in ("dead", "due", "fresh", "leased", "never", "old")]
    table.touch(keys, clock())
    jobs = {job.key.ticket: job for job in table.claim(DESK, 10, LEASE)}
    old, fresh = clock() - timedelta(days=90), clock()
    table.fail([Failed(jobs["dead"], "bad", None)])
    table.finish(
        [
            Done(jobs["due"], clock() + LEASE, old),
            Done(jobs["fresh"], None, fresh),
            Done(jobs["never"], None, None),
            Done(jobs["old"], None, old),
        ]
    )
    assert table.forget(DESK, clock() - timedelta(days=30)) == 2
    assert set(table.seen(DESK, [key.ticket for key in keys])) == {"dead", "due", "fresh", "leased"}


def test_forget_works_through_more_than_one_transaction(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([Key(DESK, str(n)) for n in range(2100)], clock())
    table.finish([Done(job, None, clock() - SECOND) for job in table.claim(DESK, 2100, LEASE)])
    assert table.forget(DESK, clock()) == 2100


def test_counts_tell_the_state_of_each_helpdesk(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([ONE, TWO, THREE, Key(DESK, "4")], clock() - SECOND)
    one, two, _ = table.claim(DESK, 3, LEASE)
    table.fail([Failed(one, "bad", None)])
    table.finish([Done(two, clock() + LEASE, None)])
    table.touch([Key("jira", "1")], clock())
    assert table.counts() == {
        DESK: Counts(due=1, waiting=1, leased=1, dead=1, oldest_due=clock() - SECOND),
        "jira": Counts(due=1, waiting=0, leased=0, dead=0, oldest_due=clock()),
    }
    clock.advance(2 * LEASE)
    assert table.counts()[DESK].due == 3, "an expired lease is due"


def test_thousands_of_tickets_are_touched_in_one_go(table: WorkTable, clock: SteppedClock) -> None:
    table.touch([Key(DESK, str(n)) for n in range(2500)], clock())
    assert table.counts()[DESK].due == 2500
    table.touch([], clock())


@pytest.mark.parametrize("ticket", ["", "a\0b", "a\nb", "\ud800", "x" * 201])
def test_a_key_that_cannot_be_stored_is_refused_before_anything_is(
    table: WorkTable, clock: SteppedClock, ticket: str
) -> None:
    with pytest.raises(ValueError, match="not a helpdesk name or ticket id"):
        table.touch([ONE, Key(DESK, ticket)], clock())
    assert table.counts() == {}


def test_a_naive_time_is_refused(table: WorkTable) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        table.touch([ONE], datetime(2026, 3, 1))  # noqa: DTZ001 - on purpose


def test_the_work_is_still_there_after_a_restart(database_url: str, clock: SteppedClock) -> None:
    first = WorkTable.open(database_url, clock)
    first.touch([ONE], clock())
    first.close()
    second = WorkTable.open(database_url, clock)
    assert claim_one(second).key == ONE
    second.close()
