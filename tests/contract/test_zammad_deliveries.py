"""What a real Zammad 5.5 sent, answered by the receiver: the copies in fixtures, and all recordings if present."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from connector.work.jobs import Key
from tests.unit.webhooks.deliveries import FIXTURES, PATH, Ledger, client, detail

RECORDED = Path(__file__).resolve().parents[2] / ".." / "shared" / "recordings" / "zammad-5.5" / "webhooks"
ALL = sorted(RECORDED.glob("*.json"))


def replay(directory: Path, recorded: dict[str, Any], ledger: Ledger) -> tuple[TestResponse, bytes]:
    """The recorded request, sent to our hook instead; header values are the raw bytes read as latin-1."""
    file = directory / recorded["body_file"] if recorded["body_file"] else None
    body = file.read_bytes() if file and recorded["method"] == "POST" else b""
    path = recorded["path"].partition("?")
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in recorded["headers"]}
    kind = environ.pop("HTTP_CONTENT_TYPE", None)
    environ.pop("HTTP_CONTENT_LENGTH", None)
    answer = client(ledger, 1024 * 1024).open(
        PATH,
        method=recorded["method"],
        query_string=path[2],
        data=body,
        content_type=kind,
        environ_overrides=environ,
    )
    return answer, body


def check(directory: Path, recorded: dict[str, Any]) -> int:
    """The right answer for this delivery, and the right thing stored; returns the status."""
    ledger = Ledger()
    answer, body = replay(directory, recorded, ledger)
    headers = {name.lower(): value for name, value in recorded["headers"]}
    if recorded["method"] == "POST" and "x-hub-signature" in headers:
        ticket = str(json.loads(body)["ticket"]["id"])
        assert answer.status_code == 202
        assert answer.get_json() == {"ticket": ticket, "delivery": headers["x-zammad-delivery"]}
        assert [key for key, _ in ledger.stored] == [Key("zammad", ticket)]
    else:
        detail(answer, 401 if recorded["method"] == "POST" else 405)
        assert ledger.stored == []
    return answer.status_code


@pytest.mark.parametrize(
    ("name", "status"), [("0002-ok-main", 202), ("0004-ok-basicauth", 401), ("0018-ok-redirected", 405)]
)
def test_a_signed_an_unsigned_and_a_redirected_delivery(name: str, status: int) -> None:
    recorded = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    assert check(FIXTURES, recorded) == status


@pytest.mark.skipif(not ALL, reason="the Zammad recordings are not in shared, beside the checkout")
def test_every_recorded_delivery_gets_the_right_answer() -> None:
    statuses = [check(RECORDED, json.loads(file.read_text(encoding="utf-8"))) for file in ALL]
    assert (statuses.count(202), statuses.count(401), statuses.count(405)) == (127, 1, 1)
    assert len(statuses) == 129
