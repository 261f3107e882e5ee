"""Service level agreements of a service desk: read only, as counted by Jira around the clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from connector.sandbox.jira.access import is_support
from connector.sandbox.jira.records import Issue, Json, Row
from connector.sandbox.jira.times import epoch_millis, stamp
from connector.sandbox.jira.world import World

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))


def date(moment: datetime, zone: tzinfo) -> dict[str, Json]:
    """A time in all the ways of the service desk API."""
    local = moment.astimezone(zone)
    ways = {"iso8601": f"{local:%Y-%m-%dT%H:%M:%S%z}", "jira": stamp(moment, zone)}
    return {**ways, "friendly": f"{local:%d/%b/%y %I:%M %p}", "epochMillis": epoch_millis(moment)}


def duration(length: timedelta) -> dict[str, Json]:
    """A length of time, negative where it is exceeded."""
    rest, words = abs(int(length.total_seconds())), []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        words += [f"{count}{unit}"] if count else []
    sign = "-" if length < timedelta(0) else ""
    return {"millis": int(length.total_seconds() * 1000), "friendly": sign + (" ".join(words) or "0m")}


def cycles(world: World, issue: Issue, sla: Row, zone: tzinfo) -> dict[str, Json]:
    """The completed cycles of an SLA, or the one that is under way."""
    stop = _stop(world, issue, sla)
    now = stop or world.now()
    elapsed = sum((length for length, paused in _stretches(issue, sla, now) if not paused), timedelta())
    remaining = sla.goal - elapsed
    cycle = {"startTime": date(issue.fields["created"], zone), "breachTime": date(now + remaining, zone)}
    cycle |= {"goalDuration": duration(sla.goal), "elapsedTime": duration(elapsed)}
    cycle |= {"remainingTime": duration(remaining), "breached": remaining < timedelta(0)}
    if stop is not None:
        return {"completedCycles": [cycle | {"stopTime": date(stop, zone)}]}
    paused = world.statuses[issue.fields["status"]].name in sla.pauses
    return {"completedCycles": [], "ongoingCycle": cycle | {"paused": paused, "withinCalendarHours": True}}


def _stop(world: World, issue: Issue, sla: Row) -> datetime | None:
    """When the goal was met: at the resolution, or at the first public comment of support."""
    if sla.until == "resolution":
        return issue.fields.get("resolutiondate")
    project = world.projects[issue.project_id]
    public = (one for one in issue.comments if not one.internal)
    return next((one.created for one in public if is_support(world, project, world.users[one.author])), None)


def _stretches(issue: Issue, sla: Row, until: datetime) -> Iterator[tuple[timedelta, bool]]:
    """How long the issue was in each of its statuses up to a moment, and whether the clock stood still."""
    since, paused = issue.fields["created"], False
    for change in issue.changes:
        for item in change.items:
            if item["field"] == "status" and change.created <= until:
                yield change.created - since, paused
                since, paused = change.created, item["toString"] in sla.pauses
    yield until - since, paused
