"""Which times of a ticket's past were the rules', and which group counts."""

from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.vocabulary import Actor, TicketKind
from connector.helpdesks.jira.mapping import load_mapping as load_jira
from connector.helpdesks.mapping import check
from connector.helpdesks.scope import counted_group, outside
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.policy.locate import MAPPINGS
from tests.builders import T0, at, changed

MAPPING = load_mapping(MAPPINGS / "zammad.yaml")
POLICY, SERVICES = MAPPINGS / "interspace.yaml", MAPPINGS / "services.yaml"


def test_no_customer_takes_a_ticket_out_of_its_group() -> None:
    by_customer = changed("group", "intake", "HR", at(hours=1), Actor.CUSTOMER)
    by_support = changed("group", "HR", "Billing", at(hours=2))

    assert counted_group("HR", [by_customer]) == "intake"
    assert counted_group("Billing", [by_customer, by_support]) == "Billing"
    assert counted_group("intake", []) == "intake"


def test_outside_is_from_leaving_to_coming_back() -> None:
    turns = [(at(hours=1), False), (at(hours=2), False), (at(hours=3), True), (at(hours=4), False)]

    assert outside(T0, inside=True, turns=turns) == ((at(hours=1), at(hours=3)),)
    assert outside(T0, inside=False, turns=turns[2:]) == ((T0, at(hours=3)),)


@given(inside=st.booleans(), turns=st.lists(st.tuples(st.integers(0, 99), st.booleans())).map(sorted))
def test_at_every_moment_that_is_over_a_ticket_was_either_inside_or_outside(
    inside: bool, turns: list[tuple[int, bool]]
) -> None:
    spans = outside(T0, inside=inside, turns=[(at(minutes=minute), there) for minute, there in turns])

    for minute in range(100):
        moment, was_inside = at(minutes=minute) + timedelta(seconds=1), inside
        for turned, there in turns:
            was_inside = there if turned <= minute else was_inside
        came_back = any(there and turned > minute for turned, there in turns)
        assert any(start <= moment < end for start, end in spans) == (not was_inside and came_back)


def test_every_group_of_the_mapping_holds_incidents_but_those_of_tasks_and_problems() -> None:
    kinds = MAPPING.groups_in_scope

    assert kinds["Users"] is kinds["Directors"] is TicketKind.INCIDENT
    assert (kinds["RFO"], kinds["Problem Management"]) == (TicketKind.RFO_TASK, TicketKind.PROBLEM)
    assert MAPPING.kind_in("HR") is TicketKind.OTHER


def _with_scope(tmp_path: Path, text: str) -> Path:
    before, _, after = (MAPPINGS / "zammad.yaml").read_text().partition("scope:\n")
    path = tmp_path / "zammad.yaml"
    path.write_text(f"{before}scope:\n{text}{after[after.index('# Whose choices') :]}")
    return path


def test_groups_of_the_helpdesk_can_be_named(tmp_path: Path) -> None:
    path = _with_scope(tmp_path, "  incidents: [intake, level_3, level_4, level_5, Second Level]\n")

    assert load_mapping(path).kind_in("Second Level") is TicketKind.INCIDENT
    assert check(POLICY, SERVICES, {path: ZammadMapping}) == []


def test_a_level_outside_the_rules_and_two_kinds_in_one_group_are_named(tmp_path: Path) -> None:
    without_a_level = _with_scope(tmp_path, "  incidents: [intake, level_3, level_4]\n")
    (problem,) = check(POLICY, SERVICES, {without_a_level: ZammadMapping})
    assert "level_5" in str(problem)

    twice = _with_scope(tmp_path, "  incidents: [level_3, level_4, level_5, RFO]\n  rfo_tasks: [rfo]\n")
    problems = [str(problem) for problem in check(POLICY, SERVICES, {twice: ZammadMapping})]
    assert any("'rfo' already stands for" in problem or "'RFO' already stands for" in problem for problem in problems)
    assert any("intake is missing" in problem for problem in problems)


def test_in_jira_the_type_decides_and_groups_only_where_they_are_named() -> None:
    mapping = load_jira(MAPPINGS / "jira.yaml")
    narrow = mapping.model_copy(update={"scope": mapping.scope.model_copy(update={"incidents": ("intake",)})})

    assert mapping.kind_of("Incident", "HR") is TicketKind.INCIDENT
    assert narrow.kind_of("Incident", "HR") is TicketKind.OTHER
    assert narrow.kind_of("Problem", "HR") is TicketKind.PROBLEM
    assert mapping.kind_of("Change", "intake") is TicketKind.OTHER
