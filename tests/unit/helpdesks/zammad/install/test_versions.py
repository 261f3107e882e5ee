"""The installation on the oldest and the newest Zammad: made, found complete, set right, and taken back."""

import pytest

from connector.helpdesks.zammad.install.webhook import NAME, PLAIN
from connector.install.plan import Action
from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad.world import Version
from tests.unit.helpdesks.zammad.install.bench import new_bench, steps


@pytest.mark.parametrize("version", ["5.5", "7"])
def test_it_is_made_found_complete_and_taken_back(version: Version, clock: SteppedClock) -> None:
    """Webhooks that triggers use cannot be deleted: the triggers go first."""
    bench = new_bench(clock, version)
    before = bench.state()

    bench.install()

    assert bench.plan(receiver_url=None).work == ()
    assert bench.uninstall(purge_fields=True) == ()
    assert bench.state() == before


def test_a_webhook_that_sends_what_the_receiver_cannot_read_is_set_right(clock: SteppedClock) -> None:
    bench = new_bench(clock, "7")
    bench.install()
    webhook = bench.row("webhooks", NAME)
    webhook |= {"customized_payload": True, "pre_defined_webhook_type": "Slack", "http_method": "put"}

    (change,) = steps(bench.plan(receiver_url=None), Action.UPDATE)
    bench.install()

    assert (change.kind, change.name) == ("webhooks", NAME)
    assert {name: webhook[name] for name in PLAIN} == PLAIN
    assert bench.plan(receiver_url=None).work == ()
