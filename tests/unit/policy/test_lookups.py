"""What the rules ask a policy: ladders, thresholds, versions."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.vocabulary import Impact, Priority, Urgency
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.policy.problem import PolicyError

from .files import POLICY, SERVICES, SERVICES_CSV, changed

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY, SERVICES)


@pytest.mark.parametrize(
    ("service_id", "ladder"),
    [
        ("SVC-1001", "acme"),
        ("svc-1001", "acme"),
        ("SVC-1003", "transit_premium"),
        (" svc-1003 ", "transit_premium"),
        ("SVC-1004", "default"),
        ("SVC-9999", "default"),
        ("", "default"),
        (None, "default"),
    ],
)
def test_the_ladder_of_the_service_else_of_the_customer(policy: Policy, service_id: str | None, ladder: str) -> None:
    """R35."""
    assert policy.ladder(service_id) is policy.escalation.ladders[ladder]
    reached = policy.thresholds(service_id, Priority.P1)
    assert tuple(level for level, _ in reached) == policy.escalation.ladders[ladder].levels


def test_thresholds_are_kept(policy: Policy) -> None:
    first = policy.thresholds("SVC-1003", Priority.P4)
    assert policy.thresholds("SVC-1003", Priority.P4) is first
    assert [after for _, after in first] == [timedelta(), 4 * HOUR, 24 * HOUR]
    assert [level.skip for level, _ in first] == [False, True, False]


def test_a_changed_copy_does_not_remember_the_old_values(policy: Policy) -> None:
    assert len(policy.thresholds(None, Priority.P1)) == 5
    ladders = {**policy.escalation.ladders, "default": policy.escalation.ladders["acme"]}
    copy = policy.model_copy(update={"escalation": policy.escalation.model_copy(update={"ladders": ladders})})
    assert len(copy.thresholds(None, Priority.P1)) == 4
    assert len(policy.thresholds(None, Priority.P1)) == 5


def test_the_version_is_the_content(policy: Policy, tmp_path: Path) -> None:
    assert [len(part) for part in policy.version.split(".")] == [12, 6]
    assert load_policy(POLICY, SERVICES_CSV).version == policy.version
    respelt = changed(
        POLICY,
        tmp_path,
        ("name: Interspace\n", ""),
        ("eligible: [P1, P2]", "eligible: [P2, P1]"),
        ("{high: P2, medium: P3, low: P4} ", "{low: P4, high: P2, medium: P3} "),
        ("remind_on: [3, 4]", "remind_on:\n    - 3\n    - 4 # a comment"),
        ("# R32–R34", "name: Interspace\n# R32–R34"),
    )
    assert load_policy(respelt, SERVICES).version == policy.version


@pytest.mark.process
@pytest.mark.parametrize("seed", ["1", "2"])
def test_every_process_computes_the_same_version(policy: Policy, seed: str) -> None:
    """Sets have another order in every process."""
    code = (
        "from connector.policy.load import load_policy; from connector.policy.locate import MAPPINGS as m; "
        "print(load_policy(m / 'interspace.yaml', m / 'services.yaml').version)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=MAPPINGS.parent, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == policy.version


@pytest.mark.parametrize(
    ("original", "old", "new"),
    [
        (POLICY, "update_every: 1 h\n", "update_every: 2 h\n"),
        (POLICY, "- escalat*\n", "- hurry\n"),
        (SERVICES, "region: Berlin}", "region: Potsdam}"),
        (SERVICES, "timezone: Europe/London", "timezone: Europe/Dublin"),
    ],
)
def test_another_content_is_another_version(policy: Policy, original: Path, old: str, new: str, tmp_path: Path) -> None:
    files = {POLICY: POLICY, SERVICES: SERVICES, original: changed(original, tmp_path, (old, new))}
    assert load_policy(files[POLICY], files[SERVICES]).rules_version != policy.rules_version


@pytest.mark.parametrize(
    ("old", "new"),
    [("display_timezone: Europe/Berlin", "display_timezone: Europe/Rome"), ("language: en", "language: de")],
)
def test_another_wording_is_another_version_of_the_same_rules(
    policy: Policy, old: str, new: str, tmp_path: Path
) -> None:
    loaded = load_policy(changed(POLICY, tmp_path, (old, new)), SERVICES)
    assert loaded.version != policy.version
    assert loaded.rules_version == policy.rules_version


def test_a_policy_needs_no_catalogue() -> None:
    policy = load_policy(POLICY, None)
    assert policy.service("SVC-1001") is None
    assert policy.ladder("SVC-1001") is policy.escalation.ladders["default"]


def test_a_level_later_by_one_clock_may_be_earlier_by_another(tmp_path: Path) -> None:
    """9 h lie after one working day of 8.5 h, and before one of a 24-hour clock."""
    path = changed(
        POLICY,
        tmp_path,
        (
            "name: low\n    calendar: always\n    first_response: 24 h\n",
            "name: low\n    calendar: office\n    first_response: 8 h\n",
        ),
        ("P3: 8 h, P4: 36 h", "P3: 8 h, P4: 1 working day"),
        ("P3: 24 h, P4: 5 days", "P3: 24 h, P4: 9 h"),
    )
    assert load_policy(path, SERVICES).thresholds(None, Priority.P4)[2][1] == 9 * HOUR


@pytest.mark.parametrize("impact", Impact)
@pytest.mark.parametrize("urgency", Urgency)
def test_a_matrix_without_one_cell_does_not_load(
    policy: Policy, impact: Impact, urgency: Urgency, tmp_path: Path
) -> None:
    """R23."""
    cells = {i: {u: p.value for u, p in row.items() if (i, u) != (impact, urgency)} for i, row in policy.matrix.items()}
    rows = "\n".join(f"  {i}: {{{', '.join(f'{u}: {p}' for u, p in row.items())}}}" for i, row in cells.items())
    text = POLICY.read_text(encoding="utf-8")
    head, _, rest = text.partition("matrix:\n")
    path = tmp_path / "policy.yaml"
    path.write_text(f"{head}matrix:\n{rows}\n{rest[rest.index('# The urgency') :]}", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(path, SERVICES)
    assert [(problem.path, problem.message) for problem in caught.value.problems] == [
        (f"matrix.{impact}.{urgency}", "the cell is missing")
    ]
