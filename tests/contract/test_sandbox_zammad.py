"""The sandbox answers what a real 5.5 and a real 6.4 answered, byte for byte where time and chance do not matter."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from connector.sandbox.zammad.call import to_json
from connector.sandbox.zammad.deliveries import signature
from tests.contract.zammad_recordings import SECRET, VERSIONS, Recorded, recorded_header, shape_differences
from tests.contract.zammad_replay import (
    Fired,
    Replay,
    Replayer,
    made_webhooks,
    recorded_webhooks,
    steps,
    without_others,
)
from tests.evidence import deliveries

PASSWORDS = "the sandbox knows tokens, not passwords"
SLA = "a history with the times that an SLA computes"
NOTIFICATIONS = "online notifications are not used"
MASK = "the description of a mask for the user interface"
MERGE = "the target of this merge is not told; tests/contract/test_sandbox_acts.py replays others"
OTHER = "not used by the connector"
WORKED = "by then version 0.1.0 of the connector had been installed there and had worked on the ticket"

_BOTH = {
    **dict.fromkeys((4, 253), PASSWORDS),
    **dict.fromkeys((23, 260, 326, 332, 333), OTHER),
    **dict.fromkeys((331, 346), NOTIFICATIONS),
    272: MASK,
    **dict.fromkeys((344, 345, 384), SLA),
    **dict.fromkeys((324, 325, 376), MERGE),
}
LEFT_OUT: Mapping[Recorded, Mapping[int, str]] = {
    "5.5": _BOTH,
    "6.4": {**_BOTH, 327: OTHER, **dict.fromkeys((381, 382, 383), WORKED)},
}
REPLAYED: Mapping[Recorded, int] = {"5.5": 368, "6.4": 378}
"""How many exchanges are replayed, all of which agree: a table of `connector/helpdesks/zammad/quality.yaml` says so."""

ONLY_RECORDED: Mapping[Recorded, Counter[Fired]] = {
    "5.5": Counter(
        {
            # closing what waits is not built, its effect is brought about without triggers; and the SLA below
            ("p pendclose", 36, None): 2,
            # an SLA computes its times right after the create, which fires triggers without an action once more
            ("p pendclose", 37, None): 1,
            ("q burst", 40, None): 1,
        }
    ),
    "6.4": Counter(),
}
ONLY_MADE: Mapping[Recorded, Counter[Fired]] = {
    # nobody listened at the real one's endpoint
    "5.5": Counter({("r CONNREF", 23, 29): 1}),
    # the same; and why a job's note told nobody there is not known
    "6.4": Counter({("r CONNREF", 23, 30): 1, ("b webhook on update", 28, 71): 1}),
}


@cache
def replayed(version: Recorded) -> Replay:
    """Everything that is in scope, played once."""
    return Replayer(LEFT_OUT[version], version).run()


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_as_recorded(version: Recorded) -> None:
    assert {number: other for number, other in replayed(version).found.items() if other} == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recording_is_replayed_or_left_out_for_a_reason(version: Recorded) -> None:
    found, left_out = replayed(version).found.keys(), LEFT_OUT[version].keys()

    assert found | left_out == steps(version).keys()
    assert not found & left_out
    assert len(found) == REPLAYED[version]


@pytest.mark.parametrize("version", VERSIONS)
def test_triggers_fire_for_the_same_events(version: Recorded) -> None:
    made = Counter(event for event, _ in made_webhooks(replayed(version).sent))
    recorded = Counter(event for event, _ in recorded_webhooks(version))
    assert recorded - made == ONLY_RECORDED[version]
    assert made - recorded == ONLY_MADE[version]


@pytest.mark.parametrize("version", VERSIONS)
def test_webhook_bodies_have_the_recorded_shape(version: Recorded) -> None:
    made: dict[Fired, list[Any]] = {}
    for event, body in made_webhooks(replayed(version).sent):
        made.setdefault(event, []).append(body)
    other = {event: _least(body, made.get(event, ())) for event, body in recorded_webhooks(version)}
    assert {event for event, told in other.items() if told} <= ONLY_RECORDED[version].keys()


def _least(recorded: Any, made: Sequence[Any]) -> list[str]:
    """What is other in the body that comes closest: what happened more than once may have had another shape."""
    told = [
        [
            other
            for part in recorded
            for other in shape_differences(without_others(recorded[part]), without_others(one[part]))
        ]
        for one in made
    ]
    return min(told, key=len, default=["none was made"])


@pytest.mark.parametrize("version", VERSIONS)
def test_webhooks_are_signed_and_named_as_recorded(version: Recorded) -> None:
    sent = replayed(version).sent
    for sending in sent:
        secret = None if sending.url.endswith("/ok/basicauth") else SECRET
        assert sending.headers.get("X-Hub-Signature") == (signature(secret, sending.body) if secret else None)
    recorded = {name for delivery, _ in deliveries(version).values() for name, _ in delivery["headers"]}
    made = {name for sending in sent for name in sending.headers}
    assert recorded - made == {"Accept-Encoding", "Host", "Connection", "Content-Length"}
    kinds = {sending.headers["Content-Type"] for sending in sent}
    assert kinds == {recorded_header(about, "Content-Type") for about, body in deliveries(version).values() if body}


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_signatures_and_bodies_are_what_the_sandbox_makes(version: Recorded) -> None:
    for about, body in deliveries(version).values():
        assert recorded_header(about, "X-Hub-Signature") in {None, signature(SECRET, body)}
        assert not body or "ticket" not in json.loads(body) or to_json(json.loads(body)) == body
