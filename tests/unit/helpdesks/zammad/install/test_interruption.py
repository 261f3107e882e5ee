"""An interruption at every step, and a missing permission at every step."""

import pytest

from connector.helpdesks.zammad.install.tables import KINDS, TABLES
from connector.install.apply import apply
from connector.install.errors import StepError
from connector.sandbox.clock import SteppedClock
from connector.sandbox.faults import Kind
from connector.sandbox.zammad import Fault
from tests.unit.helpdesks.zammad.install.bench import SECRETS, Bench, new_bench
from tests.unit.install.both import INTERRUPTED, apply_steps


@pytest.mark.parametrize(("kind", "every"), INTERRUPTED)
def test_an_installation_that_stops_at_every_step_ends_as_one_that_does_not(
    clock: SteppedClock, kind: Kind, every: int
) -> None:
    whole = new_bench(clock)
    requests = [(step.kind, step.name) for step in whole.install().work]
    broken = new_bench(clock)
    stops = []
    for _ in range(0, len(requests) + every, every):
        # Every run gets further: the first write is done or refused, the second always breaks.
        broken.zammad.faults.clear()
        plan = broken.plan()
        if not plan.work:
            break
        broken.zammad.faults.add(
            Fault(kind, path=rf"/api/v1/{plan.work[0].kind}(/\d+)?$", method=_method(plan.work[0].id))
        )
        with pytest.raises(StepError) as stopped:
            apply(broken.writer(), plan, SECRETS)
        stops.append((plan.work[0].kind, plan.work[0].name))
        assert plan.work[0].title in str(stopped.value)
        broken.zammad.faults.clear()
        apply_steps(broken, every if kind == "status" else every - 1)

    assert stops == requests[::every]
    assert broken.plan().work == ()
    assert broken.state() == whole.state()


def _method(existing: object) -> str:
    return "POST" if existing is None else "PUT"


@pytest.mark.parametrize("path", [path for path in KINDS if path != "users"])
def test_a_missing_permission_to_read_is_named(bench: Bench, path: str) -> None:
    bench.zammad.faults.add(Fault("status", "GET", rf"/{path}\?", status=403))

    with pytest.raises(StepError) as stopped:
        bench.plan()

    assert f"cannot read {path}" in str(stopped.value)
    assert KINDS[path].permission in str(stopped.value)


NEEDED = {TABLES.permission(path).split()[0] for path in KINDS}


@pytest.mark.parametrize("lacking", sorted(NEEDED))
def test_a_missing_permission_at_any_step_is_named_with_the_object(bench: Bench, lacking: str) -> None:
    token = bench.tokens["admin"]
    bench.zammad.limit_token(token, {*NEEDED, "ticket.agent"})
    plan = bench.plan()
    bench.zammad.limit_token(token, {*NEEDED, "ticket.agent"} - {lacking})

    with pytest.raises(StepError) as stopped:
        apply(bench.writer(), plan, SECRETS)

    first = next(step for step in plan.work if TABLES.permission(step.kind).split()[0] == lacking)
    assert first.title in str(stopped.value)
    assert f"needs the permission {lacking}" in str(stopped.value)
    bench.zammad.limit_token(token, {*NEEDED, "ticket.agent"})
    bench.install()
    assert bench.plan().work == ()
