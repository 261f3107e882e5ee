"""Which fields the project has, on a Cloud before and after its migration to field schemes (2026)."""

from typing import Any

import pytest

from connector.helpdesks.jira.install.site import ASSOCIATIONS
from connector.install.errors import StepError
from connector.install.plan import Action
from connector.sandbox.clock import SteppedClock
from connector.sandbox.faults import Fault
from connector.sandbox.jira import schemes
from connector.sandbox.jira.records import FieldScheme
from connector.sandbox.jira.world import World
from tests.unit.helpdesks.jira.install.bench import JiraBench, field_named, new_bench


@pytest.fixture(params=[False, True], ids=["field configurations", "field schemes"])
def bench(clock: SteppedClock, request: pytest.FixtureRequest) -> JiraBench:
    """A bare Cloud before and after."""
    return new_bench(clock, migrated=request.param)


def scheme(bench: JiraBench) -> FieldScheme:
    """What says which fields the project has."""
    (project,) = bench.jira.world.projects.values()
    return bench.jira.world.field_schemes[project.field_scheme_id]


def names(bench: JiraBench) -> set[str]:
    """All fields of the rules."""
    return {*bench.mapping.fields.values(), bench.mapping.group_field}


def test_a_field_made_by_rest_belongs_to_the_project_afterwards(bench: JiraBench) -> None:
    first = bench.install()

    steps = [step for step in first.work if step.kind == ASSOCIATIONS]
    assert {step.action for step in steps} == {Action.UPDATE}
    assert [step.name for step in steps] == (
        [f"field scheme of the project: {kind}" for kind in ("incidents", "RFO tasks", "problems")]
        if bench.jira.world.migrated
        else ["field configuration of the project"]
    )
    assert {field_named(bench, name).id for name in names(bench)} <= scheme(bench).fields
    assert not bench.plan().work


def test_each_field_belongs_to_the_issue_types_on_which_people_look_for_it(clock: SteppedClock) -> None:
    bench = new_bench(clock)
    bench.install()
    kinds = {one.name: one.id for one in bench.jira.world.issue_types.values()}
    types = bench.mapping.issue_types
    incidents, task, problem = {kinds[name] for name in types.incident}, {kinds[types.rfo_task]}, {kinds[types.problem]}
    restricted = scheme(bench).restricted

    for field, on in {
        "impact": incidents,
        "escalation_level": incidents | task | problem,
        "rfo_summary": task | problem,
        "rfo_release": task,
        "rfo_due_at": incidents | task,
        "workaround": problem,
    }.items():
        assert restricted[field_named(bench, bench.mapping.fields[field]).id] == on, field


def test_a_plan_says_how_many_other_projects_get_the_fields_too(clock: SteppedClock) -> None:
    bench = new_bench(clock)
    bench.jira.add_project("OPS")

    step, *_ = (step for step in bench.plan().work if step.kind == ASSOCIATIONS)

    assert step.name == "field scheme of the project (and of 1 others): incidents"


def test_a_field_that_fell_out_is_found_and_put_back(bench: JiraBench) -> None:
    bench.install()
    lost = field_named(bench, "Repair due").id
    scheme(bench).fields.discard(lost)

    assert [step.kind for step in bench.plan().work] == [ASSOCIATIONS]

    bench.install()
    assert lost in scheme(bench).fields


def test_each_kind_of_site_is_asked_in_its_own_words(bench: JiraBench) -> None:
    bench.install()

    written = {call.path.partition("?")[0] for call in bench.jira.requests if call.method == "PUT"}
    old, new = "/rest/api/3/field/association", "/rest/api/3/config/fieldschemes/fields"
    assert (old in written, new in written) == (not bench.jira.world.migrated, bench.jira.world.migrated)


def test_a_restriction_of_somebody_elses_is_widened_and_never_dropped(clock: SteppedClock) -> None:
    bench = new_bench(clock)
    bench.install()
    kinds = {one.name: one.id for one in bench.jira.world.issue_types.values()}
    field_id = field_named(bench, "Repair due").id
    scheme(bench).restricted[field_id] = {kinds["Service Request"]}

    bench.install()

    incidents = {kinds[name] for name in bench.mapping.issue_types.incident}
    assert scheme(bench).restricted[field_id] == {kinds["Service Request"], *incidents}
    assert not bench.plan().work


def test_a_field_that_the_scheme_does_not_take_stops_the_installation(
    clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = new_bench(clock)
    real = schemes._added

    def but_one(world: World, field_id: str, number: int, only: set[str]) -> dict[str, Any]:
        told = real(world, field_id, number, only)
        is_one = world.custom_fields[field_id].name == "Repair due"
        return told | ({"success": False, "error": "Locked"} if is_one else {})

    monkeypatch.setattr(schemes, "_added", but_one)

    with pytest.raises(StepError, match=r"customfield_\d+: Locked"):
        bench.install()


def test_a_site_that_names_no_scheme_of_the_project_is_one_before_the_migration(clock: SteppedClock) -> None:
    bench = new_bench(clock)
    bench.jira.faults.add(Fault("status", "GET", "fieldschemes/projects", status=404, times=None))

    (step,) = (step for step in bench.plan().work if step.kind == ASSOCIATIONS)

    assert step.name == "field configuration of the project"


def test_an_answer_of_another_shape_is_refused(clock: SteppedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = new_bench(clock)
    monkeypatch.setattr(schemes, "page", lambda call, rows: {"isLast": True, "values": [{"projectId": 10000}]})

    with pytest.raises(StepError, match="unexpected answer: expected the id of a scheme"):
        bench.plan()


def test_data_center_has_no_associations(data_center: JiraBench) -> None:
    assert not [step for step in data_center.plan().work if step.kind == ASSOCIATIONS]
