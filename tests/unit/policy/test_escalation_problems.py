"""What can be wrong with escalation, intake, RFO and pauses is reported with its line and path."""

from pathlib import Path

import pytest

from .files import POLICY, SERVICES, ZAMMAD, Case, changed, expected_and_found, line_of, problems

DEFAULT = "escalation.ladders.default"
PATTERN = "'SVC-\\d{3,}'"

CASES = [
    Case(
        "P4: 12 days",
        "P4: 8 days",
        f"{DEFAULT}.levels[4].after.P4: 8 days must be later than 8 days of the level before",
    ),
    Case(
        "P4: 12 days",
        "P4: 191 h",
        f"{DEFAULT}.levels[4].after.P4: 191 h must be later than 8 days of the level before",
    ),
    Case("P3: 96 h, ", "", f"{DEFAULT}.levels[4].after.P3: is missing"),
    Case("P3: 96 h, ", "P3: 96 h, P5: 1 h, ", f"{DEFAULT}.levels[4].after.P5: expected 'P1', 'P2', 'P3' or 'P4'"),
    Case("level: 5\n", "level: 12\n", f"{DEFAULT}.levels[4].level: must be at most 9"),
    Case("level: 5\n", "level: five\n", f"{DEFAULT}.levels[4].level: expected a whole number"),
    Case(
        "contacts: [Management board]",
        "contacts: []",
        f"{DEFAULT}.levels[4]: needs contacts, or 'skip: true' to pass the level over",
        at="- level: 5",
    ),
    Case(
        "contacts: [Management board]",
        "contacts: [Management board, board@isp]",
        f"{DEFAULT}.levels[4].contacts[1]: 'board@isp' is no e-mail address (example: shift@isp.example)",
    ),
    Case(
        "contacts: [Management board]",
        "contacts: [Management board <board@isp.example>]",
        f"{DEFAULT}.levels[4].contacts[0]: 'Management board <board@isp.example>' is no e-mail address "
        "(example: shift@isp.example)",
    ),
    Case("    default:\n", "    defaults:\n", f"{DEFAULT}: is missing", at="  ladders:"),
    Case("[3, 4, 5]", "[3, 6, 5]", "escalation: customer_hears_of: no ladder has a level 6", at="escalation:"),
    Case("    acme: acme\n", "    acme: gold\n", "escalation.customers.acme: there is no ladder 'gold'"),
    Case(
        "    acme: acme\n",
        "    acmee: acme\n",
        "escalation.customers.acmee: the catalogue has no such customer; did you mean 'acme'?",
    ),
    Case(
        "SVC-1003: transit_premium",
        "SVC-1003: no",
        "escalation.services.SVC-1003: there is no ladder 'no'",
    ),
    Case(
        "SVC-1003: transit_premium",
        "SVC-9: transit_premium",
        "escalation.services.SVC-9: the catalogue has no such service",
    ),
    Case(
        "[first_response, repair] ",
        "[first_response, updates] ",
        "escalation.missed_targets[1]: expected 'first_response', 'repair' or 'update'",
    ),
    Case("    - escalat*\n", "    - '  '\n", "escalation.request_phrases[0]: must not be empty"),
    Case(
        "short_description, impact]",
        "short_description, circuit_id]",
        "intake.required[3]: expected 'service_id', 'problem_start', 'short_description' or 'impact'",
    ),
    Case(
        PATTERN,
        "'SVC-(\\d+'",
        "intake.service_id_pattern: is not a regular expression: missing ), unterminated subpattern at position 4",
    ),
    Case(PATTERN, "'(SVC)?'", "intake.service_id_pattern: the regular expression fits an empty text"),
    Case(
        "remind_after: 24 h",
        "remind_after: 1 working day",
        "intake.remind_after: '1 working day': no calendar counts here; give minutes, hours or days",
    ),
    Case("eligible: [P1, P2]", "eligible: P1", "rfo.eligible: expected a list"),
    Case("remind_on: [3, 4]", "remind_on: [4, 3]", "rfo: remind_on must rise", at="rfo:"),
    Case(
        "remind_on: [3, 4]",
        "remind_on: [3, 5]",
        "rfo: remind_on must lie between 1 and working_days - 1",
        at="rfo:",
    ),
    Case("requests_every: 1 h ", "requests_every: 0 ", "escalation.requests_every: '0': must be longer than nothing"),
    Case("remind_after: 24 h", "remind_after: 0 h", "intake.remind_after: '0 h': must be longer than nothing"),
    Case("ask_within: 7 days ", "ask_within: 0 days ", "intake.ask_within: '0 days': must be longer than nothing"),
    Case("working_days: 5\n", "working_days: 0\n", "rfo.working_days: must be at least 1"),
    Case(
        "calendar: office\n  group: rfo",
        "calendar: offfice\n  group: rfo",
        "rfo.calendar: there is no calendar 'offfice'; did you mean 'office'?",
    ),
    Case(
        "overdue_level: 3 ",
        "overdue_level: 4 ",
        "rfo.overdue_level: the ladder 'transit_premium' has no level 4",
    ),
    Case("customer: true", "customer:", "pauses.pending_customer: expected true or false"),
    Case("customer: true", "customer: maybe", "pauses.pending_customer: expected true or false"),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says.split(": ")[0] for case in CASES])
def test_problem(case: Case, tmp_path: Path) -> None:
    expected, found = expected_and_found(POLICY, case, tmp_path)
    assert found == expected


def test_a_ladder_on_which_nobody_is_told(tmp_path: Path) -> None:
    level = "{level: 1, name: nobody, skip: true, after: {P1: 0, P2: 0, P3: 0, P4: 0}}"
    ladder = f"    none:\n      levels: [{level}]\n"
    policy = changed(
        POLICY, tmp_path, ("    acme:\n", f"{ladder}    acme:\n"), ("level: 3        ", "level: 1        ")
    )
    assert problems(policy) == [
        f"{policy}:{line_of(policy, '    none:')}: escalation.ladders.none: "
        "every level is passed over: nobody would ever be told",
        f"{policy}:{line_of(policy, '  remind_at: 80 %') + 1}: problem.overdue_level: the ladder 'none' has no level 3",
    ]


def test_a_list_where_services_belong_is_a_problem(tmp_path: Path) -> None:
    policy = changed(POLICY, tmp_path, ("SVC-1003: transit_premium", "- SVC-1003"))
    [services, _] = problems(policy)
    assert services.endswith("escalation.services: expected a section of settings (name: value)")


def test_problems_of_all_files_at_once(tmp_path: Path) -> None:
    policy = changed(POLICY, tmp_path, ("level: 5\n", "level: 4\n"), ("group: level_5", "group: board"))
    services = changed(SERVICES, tmp_path, ("Europe/London", "London"))
    mapping = changed(ZAMMAD, tmp_path, ("service_id: service_ref", "service_id: service_id"))
    assert problems(policy, services, mapping) == [
        f"{policy}:{line_of(policy, 'name: management board') - 1}: {DEFAULT}.levels[4].level: "
        "level 4 stands after level 4",
        f"{services}:{line_of(services, 'timezone: London')}: customers[1].timezone: "
        "'London' is not an IANA time zone (example: Europe/Berlin)",
        f"{mapping}:{line_of(mapping, 'service_id:')}: fields.service_id: "
        "'service_id': Zammad refuses names that end in _id or _ids",
        f"{mapping}:{line_of(mapping, 'groups:')}: groups.board: "
        "the policy names this group, the mapping has no name for it",
    ]
