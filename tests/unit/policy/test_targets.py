"""R36: targets by priority, and those of single customers and services: whose count, what can be wrong with them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.vocabulary import Priority
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.policy.targets import Limit

from .files import POLICY, SERVICES, changed, line_of, problems

P1, P2, P3, P4 = Priority
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEFORE = "# R35–R39\nescalation:\n"

OWN = """
targets:
  customers:
    acme:
      P1: {first_response: 10 min, repair: 2 h}
      P4: {calendar: office, first_response: 1 working day}
  services:
    svc-1001:
      P1: {update_every: 30 min, repair: 90 min}
    SVC-1004:
      P1: {repair: 3 h}

"""


def with_targets(directory: Path, text: str, *more: tuple[str, str]) -> Path:
    return changed(POLICY, directory, (BEFORE, text.lstrip("\n") + BEFORE), *more)


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    return load_policy(with_targets(tmp_path_factory.mktemp("targets"), OWN), SERVICES)


def test_whose_targets_count(policy: Policy) -> None:
    """SVC-1001 and SVC-1002 are Acme's. Each number: the service's, else its customer's, else the priority's."""
    for_all = (Limit(15 * MINUTE, "P1"), Limit(HOUR, "P1"), Limit(4 * HOUR, "P1"))
    expected = {
        None: for_all,
        "SVC-9999": for_all,
        "SVC-1005": for_all,
        "SVC-1004": (Limit(15 * MINUTE, "P1"), Limit(HOUR, "P1"), Limit(3 * HOUR, "service SVC-1004")),
        "SVC-1002": (Limit(10 * MINUTE, "customer acme"), Limit(HOUR, "P1"), Limit(2 * HOUR, "customer acme")),
        "SVC-1001": (
            Limit(10 * MINUTE, "customer acme"),
            Limit(30 * MINUTE, "service SVC-1001"),
            Limit(90 * MINUTE, "service SVC-1001"),
        ),
    }
    for service, (response, update, repair) in expected.items():
        limits = policy.targets_of(service, P1)
        assert (limits.first_response, limits.update_every, limits.repair) == (response, update, repair), service


def test_other_priorities_stay_as_they_are(policy: Policy) -> None:
    assert policy.targets_of("SVC-1001", P2) == load_policy(POLICY, SERVICES).targets_of(None, P2)


def test_a_clock_of_their_own_measures_everything(policy: Policy) -> None:
    """A working day is as long as that clock's; the ladder is measured by it, too."""
    office, limits = policy.calendars["office"].calendar, policy.targets_of("SVC-1001", P4)

    assert (limits.calendar, limits.calendar_origin) == (office, "customer acme")
    assert limits.first_response.length == 8.5 * HOUR
    assert policy.targets_of(None, P4).calendar == policy.calendars["always"].calendar


def test_the_ladder_is_measured_by_the_clock_of_the_ticket(tmp_path: Path) -> None:
    path = with_targets(tmp_path, OWN, ("P3: 24 h, P4: 3 days", "P3: 24 h, P4: 3 working days"))
    own = load_policy(path, SERVICES)

    assert own.thresholds("SVC-1001", P4)[2][1] == 25.5 * HOUR
    assert own.thresholds("SVC-1001", P3)[2][1] == 24 * HOUR


def test_the_example_in_the_default_policy_is_sound(tmp_path: Path) -> None:
    text = POLICY.read_text(encoding="utf-8")
    example = re.search(r"^# targets:\n(#   .*\n)+", text, re.MULTILINE)
    assert example is not None
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(example[0], re.sub("^# ", "", example[0], flags=re.MULTILINE)), encoding="utf-8")

    assert problems(path) == []
    assert load_policy(path, SERVICES).targets_of("SVC-1003", P1).repair == Limit(90 * MINUTE, "service SVC-1003")


CUSTOMER, SERVICE = "targets.customers.acme", "targets.services.SVC-1004"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("acme:\n", "acmee:\n", f"{CUSTOMER}e: the catalogue has no such customer; did you mean 'acme'?"),
        ("SVC-1004", "SVC-1044", "targets.services.SVC-1044: the catalogue has no such service"),
        ("ar: office", "ar: ofice", f"{CUSTOMER}.P4.calendar: there is no calendar 'ofice'; did you mean 'office'?"),
        ("repair: 3 h", "repair: 0", f"{SERVICE}.P1.repair: '0': must be longer than nothing"),
        ("repair: 3 h", "repair: 9 min", f"{SERVICE}.P1.repair: 9 min is shorter than the first response of 15 min"),
        ("repair: 3 h", "repairs: 3 h", f"{SERVICE}.P1.repairs: there is no such setting; did you mean repair?"),
        (
            "repair: 90 min",
            "repair: 9 min",
            "targets.services.svc-1001.P1.repair: 9 min is shorter than the first response of 10 min",
        ),
        (
            "first_response: 10 min, repair: 2 h",
            "first_response: 3 h, repair: 2 h",
            f"{CUSTOMER}.P1.first_response: 3 h is longer than the repair of 2 h",
        ),
    ],
)
def test_problem(old: str, new: str, says: str, tmp_path: Path) -> None:
    path = with_targets(tmp_path, OWN.replace(old, new))
    found = problems(path)
    # A first response of 3 h is also longer than the repair of the service that takes it over from its customer.
    assert found[0] == f"{path}:{line_of(path, new.strip())}: {says}"
    assert len(found) == (2 if "3 h, repair: 2 h" in new else 1)


def test_a_service_is_compared_with_what_its_customer_has(tmp_path: Path) -> None:
    """9 min would be shorter than the first response of the priority, which does not count here."""
    shorter = OWN.replace("first_response: 10 min", "first_response: 5 min").replace("repair: 90 min", "repair: 9 min")
    assert problems(with_targets(tmp_path, shorter)) == []


def test_levels_rise_by_every_clock_of_the_priority(tmp_path: Path) -> None:
    """1 working day is later than 20 h on the 24-hour clock, and earlier on Acme's."""
    path = with_targets(tmp_path, OWN, ("P4: 24 h}\n        - level: 3", "P4: 20 h}\n        - level: 3"),
                        ("P3: 24 h, P4: 3 days", "P3: 24 h, P4: 1 working day"))  # fmt: skip
    assert problems(path) == [
        f"{path}:{line_of(path, 'P4: 1 working day}')}: escalation.ladders.acme.levels[2].after.P4: "
        "1 working day must be later than 20 h of the level before"
    ]
