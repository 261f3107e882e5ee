"""The intake interface: who is answered what, and what is never said."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.intake.panels import Panel
from connector.intake.signing import signed_headers
from connector.sandbox.stage import Stage
from tests.promises.conftest import open_stage
from tests.promises.intake_stage import MAIN, SECRET, PanelServer, panel_server
from tests.unit.intake.reports import by_panel
from webhooks.reports import InUse
from webhooks.throttle import Throttle


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for all: nothing here depends on the tickets that are there."""
    with open_stage(f"sqlite:///{tmp_path_factory.mktemp('intake')}/work.sqlite3") as made:
        yield made


@pytest.fixture
def panel(stage: Stage) -> PanelServer:
    return panel_server(stage)


def test_all_faults_are_told_with_pointers_and_sentences(panel: PanelServer) -> None:
    answer = panel.post(by_panel(impact="bad", description=None, relatedEntity={"id": "SVC-0"}))

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.get_json()["errors"] == [
        {"pointer": "#/description", "code": "required", "detail": "This is required."},
        {
            "pointer": "#/impact",
            "code": "choice",
            "detail": "Please choose one of: service_affecting, degradation, non_service_affecting.",
        },
        {"pointer": "#/relatedEntity/id", "code": "unknown_service", "detail": "We do not know this service."},
    ]


def test_another_customers_service_is_forbidden(panel: PanelServer) -> None:
    answer = panel.post(by_panel(relatedEntity={"id": "SVC-1003"}, contact={"email": "a@harbour.example"}))

    assert answer.status_code == 403
    assert [error["code"] for error in answer.get_json()["errors"]] == ["foreign_service"]


def test_every_wrong_signature_is_answered_alike(panel: PanelServer) -> None:
    wrong = [
        panel.post(by_panel(), secret=b"somebody else's secret, of the right length"),
        panel.post(by_panel(), headers={"webhook-signature": ""}),
        panel.post(by_panel(), headers={"webhook-timestamp": "1"}),
        panel.client.post("/intake/v1/tickets", data=b"{}", content_type="application/json"),
        panel.get("4711", message_id="another"),
    ]

    assert {answer.status_code for answer in wrong} == {401}
    assert len({answer.data for answer in wrong[:4]}) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b'{"a": 1, "a": 2}', 400), (b"\xff", 400), (b"[" * 100_000, 400), (b"[]", 422), (b'"x"', 422)],
)
def test_what_is_no_by_panel(panel: PanelServer, body: bytes, status: int) -> None:
    assert panel.post(body).status_code == status


def test_a_body_over_the_limit_is_refused_unread(stage: Stage) -> None:
    assert panel_server(stage, most_bytes=1_000).post(b'"' + b"x" * 2_000 + b'"').status_code == 413


def test_nothing_that_was_sent_comes_back(panel: PanelServer) -> None:
    evil = "<script>alert(1)</script>"
    body: dict[str, Any] = {
        "externalId": evil * 10,
        evil: 1,
        "relatedEntity": {"id": evil},
        "impact": evil,
        "issueStartDate": evil,
        "ipAddresses": [evil],
        "contact": {"email": evil, "name": evil},
        "attachments": [{"name": evil, "mimeType": evil, "content": evil}],
    }

    assert b"alert" not in panel.post(body).data


def test_the_rates_of_a_panel_and_of_a_person(stage: Stage) -> None:
    seconds = [0.0]
    throttle = Throttle(per_panel=3, per_person=2, monotonic=lambda: seconds[0])
    panel = panel_server(stage, throttle=throttle)
    bodies = [by_panel(externalId=f"rate-{n}") for n in range(4)]

    assert [panel.post(body).status_code for body in bodies[:2]] == [201, 201]
    person = panel.post(bodies[2])
    whole = panel.post(bodies[2])

    assert (person.status_code, person.headers["Retry-After"]) == (429, "30")
    assert (whole.status_code, whole.headers["Retry-After"]) == (429, "20")
    seconds[0] = 60.0
    assert panel.post(bodies[2]).status_code == 201


def test_who_cannot_sign_is_limited_by_address_and_keeps_nobody_out(stage: Stage) -> None:
    panel = panel_server(stage, throttle=Throttle(monotonic=lambda: 0.0))
    other = b"somebody else's secret, of the right length"

    statuses = [panel.post(by_panel(), secret=other).status_code for _ in range(61)]

    assert statuses == [401] * 60 + [429]
    assert panel.post(by_panel()).status_code in (200, 201)


def test_two_panels_do_not_share_ids(stage: Stage) -> None:
    second = b"the secret of a second panel, as long"
    panels = (MAIN, Panel(name="other", secret_file=Path("x"), secrets=(second,)))
    panel = panel_server(stage, panels=panels)
    body = by_panel(externalId="shared")

    first, other = panel.post(body), panel.post(body, secret=second)

    assert (first.status_code, other.status_code) == (201, 201)
    assert first.get_json()["number"] != other.get_json()["number"]


def test_the_document_is_served(panel: PanelServer) -> None:
    told = panel.client.get("/intake/v1/openapi.json")

    assert told.status_code == 200
    assert "/intake/v1/tickets" in told.get_json()["paths"]


def test_other_methods_are_not_served(panel: PanelServer) -> None:
    assert panel.client.get("/intake/v1/tickets").status_code == 405
    assert panel.client.delete("/intake/v1/tickets/4711").status_code == 405
    assert panel.client.get("/intake/v1/x").status_code == 404


def test_a_store_that_does_not_answer_is_said(stage: Stage) -> None:
    from connector.work.errors import StoreUnavailable

    class Broken:
        def submit(self, *_: object) -> None:
            raise StoreUnavailable("the disk is full")

    answer = panel_server(stage, accepting=Broken()).post(by_panel())

    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert b"disk" not in answer.data


def test_changed_files_come_into_use_and_mistakes_do_not(tmp_path: Path, stage: Stage) -> None:
    from connector.policy.problem import PolicyError

    file = tmp_path / "file"
    file.write_text("1")
    now = [stage.clock()]

    def read() -> int:
        text = file.read_text()
        if not text.isdigit():
            raise PolicyError([])
        return int(text)

    value = InUse(read, lambda _: [file], lambda: now[0])
    seen = [value()]
    for step, text in enumerate(("22", "mistake", "333")):
        file.write_text(text)
        now[0] += timedelta(seconds=10 * (step + 1))
        seen.append(value())

    assert seen == [1, 22, 22, 333]


def test_a_signature_is_over_the_raw_body(panel: PanelServer, stage: Stage) -> None:
    raw = json.dumps(by_panel()).encode()
    headers = signed_headers([SECRET], "m1", stage.clock(), raw)

    answer = panel.client.post("/intake/v1/tickets", data=raw + b" ", headers=headers, content_type="application/json")

    assert answer.status_code == 401
