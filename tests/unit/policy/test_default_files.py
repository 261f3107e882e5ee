"""The files that are delivered hold the rules as the requirements state them, cell by cell."""

from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.vocabulary import FaultType, Impact, Priority, Urgency
from connector.helpdesks.mapping import check, unknown_groups
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.policy.kinds import Span
from connector.policy.load import load_policy
from connector.policy.models import Policy

from .files import POLICY, SERVICES, SERVICES_CSV, ZAMMAD

P1, P2, P3, P4 = Priority
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY, SERVICES)


def test_the_files_fit_together() -> None:
    assert check(POLICY, SERVICES, {ZAMMAD: ZammadMapping}) == []
    assert check(POLICY, SERVICES_CSV, {ZAMMAD: ZammadMapping}) == []


def test_matrix(policy: Policy) -> None:
    """R23–R26."""
    high, medium, low = Urgency
    assert policy.matrix == {
        Impact.SERVICE_AFFECTING: {high: P1, medium: P2, low: P3},
        Impact.DEGRADATION: {high: P2, medium: P3, low: P4},
        Impact.NON_SERVICE_AFFECTING: {high: P3, medium: P4, low: P4},
    }


@pytest.mark.parametrize("impact", [*Impact, None])
@pytest.mark.parametrize("fault_type", [*FaultType, None])
def test_urgency_where_the_customer_chose_none(
    policy: Policy, impact: Impact | None, fault_type: FaultType | None
) -> None:
    expected = Urgency.MEDIUM
    if impact is Impact.SERVICE_AFFECTING and fault_type is FaultType.PERMANENT:
        expected = Urgency.HIGH
    if impact is Impact.NON_SERVICE_AFFECTING:
        expected = Urgency.LOW
    chosen = next(entry.urgency for entry in policy.urgency_defaults if entry.fits(impact, fault_type))
    assert chosen is expected


@pytest.mark.parametrize(
    ("priority", "name", "calendar", "first_response", "update_every", "repair"),
    [
        (P1, "critical", "always", 15 * MINUTE, HOUR, 4 * HOUR),
        (P2, "major", "always", HOUR, 4 * HOUR, 8 * HOUR),
        (P3, "minor", "always", 4 * HOUR, 24 * HOUR, 48 * HOUR),
        (P4, "low", "always", 24 * HOUR, None, 10 * DAY),
    ],
)
def test_targets(
    policy: Policy,
    priority: Priority,
    name: str,
    calendar: str,
    first_response: timedelta,
    update_every: timedelta | None,
    repair: timedelta,
) -> None:
    """R36, R37."""
    targets = policy.priorities[priority]
    clock = policy.calendar(priority)
    assert (targets.name, targets.calendar) == (name, calendar)
    assert policy.duration(targets.first_response, clock) == first_response
    assert policy.duration(targets.repair, clock) == repair
    every = targets.update_every
    assert (every and policy.duration(every, clock)) == update_every


def test_ladder(policy: Policy) -> None:
    """R38: the table of levels, and groups from level 3."""
    hours = {P1: (0, 1, 2, 4, 8), P2: (0, 2, 6, 12, 24), P3: (0, 8, 24, 48, 96), P4: (0, 36, 5 * 24, 8 * 24, 12 * 24)}
    expected = {priority: [hour * HOUR for hour in row] for priority, row in hours.items()}
    for priority in Priority:
        reached = policy.thresholds(None, priority)
        assert [level.level for level, _ in reached] == [1, 2, 3, 4, 5]
        assert [after for _, after in reached] == expected[priority]
    levels = policy.ladder(None).levels
    names = ["engineer on duty", "shift manager", "head of operations", "director", "management board"]
    assert [level.name for level in levels] == names
    assert [level.group for level in levels] == [None, None, "level_3", "level_4", "level_5"]
    assert not any(level.skip for level in levels)


def test_calendars(policy: Policy) -> None:
    """R1, R27."""
    assert policy.calendars["always"].always
    office = policy.calendars["office"]
    assert (office.timezone, office.opens, office.closes) == ("Europe/Berlin", 9 * HOUR, 17.5 * HOUR)
    assert office.days == ("mon", "tue", "wed", "thu", "fri")
    assert office.holidays is not None
    assert (office.holidays.country, office.holidays.state) == ("DE", "BE")


def test_requests_and_rfo(policy: Policy) -> None:
    """R14–R18, R34, R37, R39 and the pauses."""
    assert policy.escalation.requests_every == Span("1 h")
    assert policy.escalation.missed_targets == {"first_response", "repair"}
    assert policy.intake.required == ("service_id", "problem_start", "short_description", "impact")
    assert policy.rfo.eligible == {P1, P2}
    assert (policy.rfo.working_days, policy.rfo.remind_on) == (5, (3, 4))
    assert policy.rfo_calendar == policy.calendars["office"].calendar
    assert policy.pauses.pending_customer
    assert "escalat*" in policy.escalation.request_phrases
    assert "eskal*" in policy.escalation.request_phrases
    assert "reason for outage" in policy.rfo.request_phrases
    assert "Grund des Ausfalls" in policy.rfo.request_phrases


def test_the_catalogue_is_the_same_as_table_and_as_yaml() -> None:
    from_yaml, from_csv = load_policy(POLICY, SERVICES), load_policy(POLICY, SERVICES_CSV)
    assert from_csv.catalogue == from_yaml.catalogue
    assert from_csv.version == from_yaml.version
    assert len(from_yaml.catalogue.services) == 6


def test_the_mapping_knows_every_group(policy: Policy) -> None:
    mapping = load_mapping(ZAMMAD)
    assert list(unknown_groups(mapping, policy.groups())) == []
    assert policy.groups() == {"level_3", "level_4", "level_5", "problems", "rfo"}


@pytest.mark.parametrize(("path", "schema"), [(POLICY, "policy"), (SERVICES, "services"), (ZAMMAD, "zammad")], ids=str)
def test_editors_find_the_schema(path: Path, schema: str) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=schemas/{schema}.schema.json"
    assert (path.parent / "schemas" / f"{schema}.schema.json").is_file()
