"""P26: an unknown version or shape of an answer is noticed and named; nothing is guessed, and nothing is written.

Tried, and red: an answer of another shape counts as a ticket that is gone; the dead letter does not name the place;
every version counts as proved.
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.cli import service
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.sandbox.wire import Response
from connector.work.table import Key
from tests.promises.conftest import COMPLETE, Cast

CREATED = ("created", "created_at")
"""The time that every ticket and message has, as the helpdesks call it."""


def otherwise(value: Any) -> Any:
    """The answer of a version that writes its times otherwise."""
    if isinstance(value, dict):
        return {key: {"epoch": 1} if key in CREATED else otherwise(held) for key, held in value.items()}
    return [otherwise(held) for held in value] if isinstance(value, list) else value


def test_an_answer_of_an_unknown_shape_is_a_dead_letter_that_names_the_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, nonsense: None
) -> None:
    stage, sandbox = cast.stage, cast.stage.sandbox
    odd, good = (cast.customer.writes(f"Line {n} down", COMPLETE) for n in range(2))
    wire, real = stage.house.request_of("read", odd), sandbox._answer

    def newer(method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
        answered, who = real(method, target, headers, body)
        if method == wire.method and re.search(wire.path, target) and answered.status == 200:
            text = json.dumps(otherwise(json.loads(answered.body))).encode()
            answered = Response(answered.status, answered.headers, text)
        return answered, who

    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "_answer", newer)
        stage.advance(timedelta(hours=2))

    (letter,) = stage.table.dead_letters()
    assert letter.key == Key(stage.desk.name, odd)
    assert "unexpected answer" in letter.error
    assert any(name in letter.error for name in CREATED), letter.error
    assert stage.ticket(odd).marks == {}, "nothing was written"
    assert stage.ticket(good).fields.escalation_level == 3

    stage.table.replay([letter.key])
    stage.settle()
    assert stage.ticket(odd).fields.escalation_level == 3


def test_a_version_that_nobody_proved_is_said_at_the_start(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = cast.stage.desk
    assert isinstance(desk, ZammadDesk | JiraDesk)
    monkeypatch.setattr(type(desk), "version", lambda _: "99.1.0")

    with capture_logs() as said:
        service._say_version(desk)

    (line,) = said
    assert (line["log_level"], line["version"]) == ("warning", "99.1.0")
    assert "refused, never guessed" in line["what_follows"]
