"""The background worker: it runs jobs when they are due and takes in e-mail (recordings 273-276, 298-303, 340-347)."""

from collections.abc import Iterator
from contextlib import contextmanager

from connector.sandbox.zammad import actions, seed, shapes, triggers
from connector.sandbox.zammad.conditions import UnknownFieldError, compiled
from connector.sandbox.zammad.records import Record, stamp
from connector.sandbox.zammad.world import World

LIMIT = 2000
"""A job takes at most so many tickets in one run."""


def run_due_jobs(world: World) -> int:
    """Run every active job whose time has come; returns how many ran. Other times are not made up for."""
    now = stamp(world.clock())
    jobs = [job for job in world.table("Job").values() if job["active"] and not job["running"]]
    due = [job for job in jobs if (job["next_run_at"] or "~") <= now]
    with in_worker(world):
        for job in due:
            _run(world, job)
    return len(due)


@contextmanager
def in_worker(world: World) -> Iterator[None]:
    """What happens inside is done by the background worker, with the attributes it knows."""
    world.in_worker = True
    try:
        yield
    finally:
        world.in_worker = False


def _run(world: World, job: Record) -> None:
    if world.newer and world.lost_on_write(_written(job["perform"])):
        # It is left as running, and left out for a day, until an admin sets `running` back (6.4, extra/worker).
        world.log.append(f"job {job['name']!r}: The given job contains invalid attributes, stopping!")
        job |= {"running": True, "last_run_at": world.now()}
        return
    try:
        holds = compiled(job["condition"], world, seed.NOBODY)
        matching = [ticket for ticket in world.table("Ticket").values() if holds(ticket, None)]
    except UnknownFieldError as unknown:
        world.log.append(f"job {job['name']!r}: {unknown}")
        matching = []
    for ticket in matching[:LIMIT]:
        with world.acts("Job", job):
            done = actions.run(world, job["name"], job["perform"], ticket, None)
        if done.changes or done.note:
            triggers.fire(world, triggers.Event("update", ticket, done.note, done.changes))
    world_now = world.now()
    job |= {"last_run_at": world_now, "processed": len(matching[:LIMIT]), "matching": len(matching)}
    job |= {"updated_by_id": seed.NOBODY, "updated_at": world_now}
    shapes.next_run(world, job)


def _written(perform: Record) -> list[str]:
    return [key.partition(".")[2] for key in perform if key.startswith("ticket.") and key != actions.TAGS]
