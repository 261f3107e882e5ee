"""P3: order does not matter: deliveries dropped, repeated and reordered end in the same ticket."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.work.sweep import sweep
from tests.promises.conftest import Cast, set_the_stage
from tests.promises.evidence import outcome

EVENTS = ("asks", "answers", "responds", "corrects", "escalates", "closes", "wants an RFO")


def play(cast: Cast, ticket: str, event: str) -> None:
    match event:
        case "answers":
            cast.customer.replies(ticket, "Service ID: SVC-1005\nImpact: service affecting\nUrgency: high")
        case "responds":
            cast.agent.replies(ticket, "We are on it.")
        case "corrects":
            cast.agent.sets(ticket, impact="degradation")
        case "escalates":
            cast.customer.replies(ticket, "Please escalate this ticket.")
        case "closes":
            cast.agent.sets(ticket, state="closed")
        case "wants an RFO":
            cast.customer.replies(ticket, "Please send us the RFO.")


def story(deliveries: list[int], tmp_url: str) -> dict[str, Any]:
    """Each event's delivery comes as often as ``deliveries`` says, 0 being lost, all of them out of order at the end;
    a sweep finds what was lost."""
    cast = set_the_stage(tmp_url)
    with cast.stage as stage:
        plain, late = stage.post, list[tuple[str, Mapping[str, str], bytes]]()

        def kept(url: str, headers: Mapping[str, str], body: bytes) -> int:
            late.append((url, headers, body))
            return 202

        stage.post = kept
        ticket = cast.customer.writes("Line down", "Since 2026-11-23 09:40 UTC.")
        for event in EVENTS[1:]:
            play(cast, ticket, event)
            stage.zammad.deliver_webhooks(kept)
        for times, delivery in zip(deliveries, late, strict=False):
            for _ in range(times):
                plain(*delivery)
        stage.post = plain
        sweep(stage.desk, stage.table, full=True)
        stage.advance(timedelta(hours=5))
        return outcome(stage.ticket(ticket))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=st.lists(st.integers(0, 3), min_size=7, max_size=7))
def test_lost_repeated_and_reordered_deliveries_end_in_the_same_ticket(
    deliveries: list[int], tmp_path_factory: Any
) -> None:
    def fresh() -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('p3') / 'work.sqlite3'}"

    assert story(deliveries, fresh()) == story([1] * 7, fresh())
