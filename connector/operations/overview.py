"""How everything is, from the work table and the rules' files alone: no helpdesk is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connector.counted import counted
from connector.helpdesks import registry
from connector.operations import dead_letters, pauses
from connector.operations.links import ticket_page
from connector.policy.load import load_policy
from connector.policy.problem import PolicyError
from connector.settings import Settings
from connector.work.health import Health, problems
from connector.work.jobs import Counts
from connector.work.outlook import Outlook
from connector.work.records import Found
from connector.work.table import WorkTable

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class PolicyFile:
    """The version of the policy that stands in the files, read again only when one of them has changed."""

    def __init__(self, policy: Path, services: Path) -> None:
        self._paths = policy, services
        self._stamps: object = None
        self._version: str | None = None
        self._fault: str | None = None

    def look(self) -> tuple[str | None, str | None]:
        """The version, or why the files hold none that could be used."""
        stamps = [_stamp(path) for path in self._paths]
        if stamps != self._stamps:
            self._version = self._fault = None
            try:
                self._version = load_policy(*self._paths).version
            except PolicyError as error:
                self._fault = "; ".join(str(problem) for problem in error.problems)
            self._stamps = stamps
        return self._version, self._fault


def overview(table: WorkTable, settings: Settings, policy_file: PolicyFile) -> dict[str, Any]:
    """As JSON, times in UTC. Nothing in it was said by a customer.

    Raises StoreError.
    """
    now, counts = table.now(), table.counts()
    told = {health.helpdesk: health for health in table.health.all()}
    letters = dead_letters.dead_letters(table)
    seen = dead_letters.outlooks(table, letters[:500])
    served = sorted({*settings.helpdesks, *counts, *told} & set(registry.names()))
    version, fault = policy_file.look()
    found = [problem for name in served for problem in problems(name, told.get(name), counts.get(name), now)]
    dead = [
        dead_letters.as_data(
            settings, letter, seen.get((letter.key.helpdesk, dead_letters.ticket_of(letter.key)), Outlook())
        )
        for letter in letters
    ]
    if dead:
        found.append(f"{counted(len(dead), 'dead letter needs', 'dead letters need')} a person")
    desks = [_helpdesk(table, settings, name, told.get(name), counts.get(name)) for name in served]
    return {
        "now": now.isoformat(),
        "headline": _headline(found, sum(desk["missed_last_day"]["of"] for desk in desks)),
        "problems": found,
        "helpdesks": desks,
        "policy_files": {"version": version, "fault": fault},
        "dead_letters": dead,
        "pauses": [pauses.as_data(pause) for pause in table.pauses()],
    }


def _headline(problems: Sequence[str], missed: int) -> str:
    """``missed``: on how many tickets a promise was missed in the last 24 hours."""
    if problems:
        return "Something needs you"
    if missed:
        return f"The connector works, but a promise was missed on {counted(missed, 'ticket')} in the last 24 hours"
    return "All is well"


def _helpdesk(
    table: WorkTable, settings: Settings, name: str, health: Health | None, counts: Counts | None
) -> dict[str, Any]:
    sweeps = table.records.sweeps(name)
    last = next((sweep for sweep in sweeps if sweep.whole), None)
    examination = table.records.examination(name)
    return {
        "name": name,
        "title": registry.plugin(name).title,
        "up": health is not None and health.failed is None,
        "failing_since": _time(health.failed) if health else None,
        "failure": health.failure if health else None,
        "worker_alive": _time(health.beat) if health else None,
        "last_answer": _time(health.answered) if health else None,
        "last_look": _time(health.looked) if health else None,
        "token_ends": _time(health.token_ends) if health else None,
        "policy": {
            "in_use": health.policy if health else None,
            "not_in_use_because": health.policy_failure if health else None,
            "held_back": last.held if last else None,
        },
        "work": {**counts._asdict(), "oldest_due": _time(counts.oldest_due)} if counts else None,
        "next_hour": _found(settings, table.records.ahead(name, HOUR)),
        "next_day": _found(settings, table.records.ahead(name, DAY)),
        "missed_last_day": _found(settings, table.records.missed(name, DAY)),
        "sweeps": {
            "last": _time(sweeps[0].at) if sweeps else None,
            "last_full": _time(last.at) if last else None,
            "last_day": len(sweeps),
            "webhooks_missed": sum(sweep.missed for sweep in sweeps),
        },
        "doctor": None if examination is None else _doctor(examination.at, examination.findings),
    }


def _found(settings: Settings, found: Found) -> dict[str, Any]:
    rows = [
        {
            "helpdesk": key.helpdesk,
            "ticket": key.ticket,
            "link": ticket_page(settings, key),
            **{name: _time(value) if isinstance(value, datetime) else value for name, value in seen._asdict().items()},
        }
        for key, seen in found.tickets
    ]
    return {"of": found.of, "tickets": rows}


def _doctor(at: datetime, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    verdicts = Counter(str(finding.get("verdict")) for finding in findings)
    wrong = [finding for finding in findings if finding.get("verdict") in ("fail", "warn")]
    return {"at": at.isoformat(), "verdicts": dict(verdicts), "wrong": wrong}


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
