"""Service level agreements of a sandbox Jira's service desk, as counted by Jira around the clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from connector.sandbox.jira.access import is_support
from connector.sandbox.jira.records import Issue, Json
from connector.sandbox.jira.service_desks import date
from connector.sandbox.jira.world import World

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))
Until = Literal["resolution", "response"]


class Sla(NamedTuple):
    """A goal until the resolution or the first response, whose clock stands still in some statuses."""

    goal: timedelta
    until: Until
    pauses: frozenset[str]

    def cycles(self, world: World, issue: Issue, zone: tzinfo) -> dict[str, Json]:
        """The completed cycles, or the one that is under way, as the service desk API tells of them."""
        stop = self._stop(world, issue)
        now = stop or world.now()
        elapsed = sum((length for length, paused in self._stretches(issue, now) if not paused), timedelta())
        remaining = self.goal - elapsed
        cycle: dict[str, Json] = {
            "startTime": date(issue.fields["created"], zone),
            "breachTime": date(now + remaining, zone),
            "breached": remaining < timedelta(0),
            "goalDuration": _duration(self.goal),
            "elapsedTime": _duration(elapsed),
            "remainingTime": _duration(remaining),
        }
        if stop is not None:
            return {"completedCycles": [cycle | {"stopTime": date(stop, zone)}]}
        paused = world.statuses[issue.fields["status"]].name in self.pauses
        return {"completedCycles": [], "ongoingCycle": cycle | {"paused": paused, "withinCalendarHours": True}}

    def _stop(self, world: World, issue: Issue) -> datetime | None:
        """When the goal was met: at the resolution, or at the first public comment of support."""
        if self.until == "resolution":
            return issue.fields.get("resolutiondate")
        project = world.projects[issue.project_id]
        public = (one for one in issue.comments if not one.internal)
        return next((one.created for one in public if is_support(world, project, world.users[one.author])), None)

    def _stretches(self, issue: Issue, until: datetime) -> Iterator[tuple[timedelta, bool]]:
        """How long the issue was in each of its statuses up to a moment, and whether the clock stood still."""
        since, paused = issue.fields["created"], False
        for change in issue.changes:
            for item in change.items:
                if item["field"] == "status" and change.created <= until:
                    yield change.created - since, paused
                    since, paused = change.created, item["toString"] in self.pauses
        yield until - since, paused


def _duration(length: timedelta) -> dict[str, Json]:
    """A length of time, negative where it is exceeded."""
    rest, words = abs(int(length.total_seconds())), []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        words += [f"{count}{unit}"] if count else []
    sign = "-" if length < timedelta(0) else ""
    return {"millis": int(length.total_seconds() * 1000), "friendly": sign + (" ".join(words) or "0m")}
