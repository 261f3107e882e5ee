"""The intake interface does what its OpenAPI document says, whatever is sent (schemathesis)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from connector.intake.openapi import document
from connector.sandbox.stage import Stage
from tests.promises.conftest import open_stage
from tests.promises.intake_stage import panel_server
from tests.unit.intake.reports import by_panel


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(f"sqlite:///{tmp_path_factory.mktemp('document')}/work.sqlite3") as made:
        yield made


def test_the_document_is_sound_and_complete() -> None:
    told = document()

    assert set(told["paths"]) == {"/intake/v1/tickets", "/intake/v1/tickets/{externalId}"}
    schemas = told["components"]["schemas"]
    assert set(by_panel()) <= set(schemas["Report"]["properties"])


@pytest.mark.slow
@pytest.mark.parametrize("generated", ["POSITIVE", "NEGATIVE"])
def test_every_answer_is_one_of_those_that_are_described(stage: Stage, generated: str) -> None:
    """Bodies that fit the schema, and bodies that do not; signed, because anything else is a 401."""
    panel = panel_server(stage)
    schema = schemathesis.openapi.from_dict(panel.client.get("/intake/v1/openapi.json").get_json())
    report = schema["/intake/v1/tickets"]["POST"]
    seen: Counter[int] = Counter()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=report.as_strategy(generation_mode=schemathesis.GenerationMode[generated]))
    def holds(case: Any) -> None:
        answer = panel.post(case.body if isinstance(case.body, dict | list | str | int | float | None) else {})
        seen[answer.status_code] += 1
        assert report.is_valid_response(answer), (answer.status_code, answer.data[:300])

    holds()
    assert seen.keys() <= {200, 201, 202, 403, 409, 422}
    assert seen[422]


@pytest.mark.slow
def test_what_is_told_of_a_report_is_as_described(stage: Stage) -> None:
    panel = panel_server(stage)
    schema = schemathesis.openapi.from_dict(panel.client.get("/intake/v1/openapi.json").get_json())
    post, get = schema["/intake/v1/tickets"]["POST"], schema["/intake/v1/tickets/{externalId}"]["GET"]

    answers = [
        (post, panel.post(by_panel(externalId="told"))),
        (post, panel.post(by_panel(externalId="told"))),
        (post, panel.post(by_panel(externalId="told", urgency="low"))),
        (post, panel.post(by_panel(relatedEntity={"id": "SVC-1003"}))),
        (post, panel.post(by_panel(), secret=b"another secret of thirty-two characters")),
        (get, panel.get("told")),
        (get, panel.get("nothing")),
    ]

    assert [answer.status_code for _, answer in answers] == [201, 200, 409, 403, 401, 200, 404]
    for operation, answer in answers:
        assert operation.is_valid_response(answer), (answer.status_code, answer.data)
