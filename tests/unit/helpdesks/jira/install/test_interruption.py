"""An interruption at every step, and a missing permission at every step."""

import re

import pytest

from connector.helpdesks.jira.install.site import KINDS
from connector.install.apply import apply
from connector.install.errors import StepError
from connector.sandbox.clock import SteppedClock
from connector.sandbox.faults import Fault, Kind
from connector.sandbox.jira import Flavour
from tests.unit.helpdesks.jira.install.bench import FLAVOURS, SECRETS, JiraBench, new_bench
from tests.unit.install.both import INTERRUPTED, apply_steps


@pytest.mark.parametrize(("kind", "every"), INTERRUPTED)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_installation_that_stops_at_every_write_ends_as_one_that_does_not(
    clock: SteppedClock, flavour: Flavour, kind: Kind, every: int
) -> None:
    whole = new_bench(clock, flavour)
    whole.install()
    broken = new_bench(clock, flavour)
    writes, stops = 0, 0
    while broken.plan().work:
        # Every run gets further than the one before.
        stops += _stopped_at(broken, writes, kind)
        writes = every if kind == "status" else 0
        assert stops < 500, "it never ends"

    assert stops > 60 // every
    assert _unordered(broken) == _unordered(whole)


def _stopped_at(bench: JiraBench, writes: int, kind: Kind) -> int:
    """Apply until the write after so many; 1 if it was stopped."""
    plan = bench.plan()
    served = len(bench.jira.requests)
    bench.jira.faults.add(_NthWrite(kind, writes))
    said = ""
    try:
        apply(bench.writer(), plan, SECRETS)
    except StepError as error:
        said = str(error)
    bench.jira.faults.clear()
    assert not said or "Everything before this step is done; plan and apply again to continue" in said
    assert len(bench.jira.requests) > served
    return int(bool(said))


class _NthWrite(Fault):
    """Trouble for the write that follows so many others."""

    def __init__(self, kind: Kind, after: int) -> None:
        super().__init__(kind)
        self._left = after

    def matches(self, method: str, target: str) -> bool:
        if method == "GET":
            return False
        self._left -= 1
        return self._left < 0


def _unordered(bench: JiraBench) -> dict[str, list[object]]:
    """Fields come onto a screen in the order in which they were made."""
    return {**bench.state(), "screens": [(name, tab, sorted(held)) for name, tab, held in bench.state()["screens"]]}


READ = {
    "field": r"/field/search|/customFields\\?",
    "association": r"/config/fieldschemes/\d+/fields",
    "option": r"/context",
    "screen": r"/screens\\?",
    "priority": r"/priority$",
    "issueLinkType": r"/issueLinkType$",
    "role": r"/role$",
    "member": r"/project/ISP/role/",
    "property": r"/properties/interspace-installation",
    "webhook": r"/webhooks?$",
    "filter": r"/filter/(search|favourite)",
    "dashboard": r"/dashboard/search",
    "gadget": r"/gadget$",
}


@pytest.mark.parametrize("path", KINDS)
def test_a_missing_permission_to_read_is_named(cloud: JiraBench, path: str) -> None:
    cloud.install()
    cloud.jira.faults.add(Fault("status", "GET", READ[path].replace("\\\\", "\\"), status=403))

    with pytest.raises(StepError) as stopped:
        cloud.plan()

    assert f"cannot read every {KINDS[path].label}" in str(stopped.value)
    assert KINDS[path].permission in str(stopped.value)


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_missing_permission_at_every_step_is_named_with_the_object(
    clock: SteppedClock, flavour: Flavour, every: int
) -> None:
    bench = new_bench(clock, flavour)
    titles = [step.title for step in bench.plan().work][::every]
    told = []
    for _ in titles:
        plan = bench.plan()
        bench.jira.faults.add(_NthWrite("status", 0))
        bench.jira.faults._waiting[-1].status = 403
        with pytest.raises(StepError) as stopped:
            apply(bench.writer(), plan, SECRETS)
        bench.jira.faults.clear()
        told.append(str(stopped.value))
        apply_steps(bench, every)

    assert bench.plan().work == ()
    for title, text in zip(titles, told, strict=True):
        assert title in text
        assert re.search(r"The admin token needs the permission (Administer|Share)", text)
