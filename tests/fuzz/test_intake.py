"""Whatever a panel's server signs: an answer that is described, never a 5xx, and nothing of it comes back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks.on_behalf import Request
from connector.sandbox.stage import Stage
from connector.work.submissions import State, Submitted
from tests.builders import T0
from tests.fuzz.test_http import places, with_other
from tests.promises.conftest import open_stage
from tests.promises.intake_stage import PanelServer, panel_server
from tests.unit.intake.reports import by_panel

ODD = st.sampled_from(
    ["", " ", "\x00", "\ud800", "\u202e", "9" * 400, "x" * 21_000, "2026-02-30T25:61:00Z", "::", "../"]
)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | ODD
ANYTHING = st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
REPORT = by_panel(
    ipAddresses=["192.0.2.7"],
    attachments=[{"name": "a.txt", "mimeType": "text/plain", "content": "aGk="}],
    circuit="HAM-ETH-0108",
    faultType="permanent",
    testResults="loss 90 %",
    name="Line dead",
)


class Kept:
    """A store that keeps everything, as JSON like the real one."""

    def submit(self, helpdesk: str, content: Request, digest: str, _: object) -> Submitted:
        content = Request.model_validate_json(content.model_dump_json())
        return Submitted(helpdesk, content.key, digest, State.ACCEPTED, content, None, None, None, T0)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelServer]:
    stage: Stage
    with open_stage(f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/work.sqlite3") as stage:
        yield panel_server(stage, accepting=Kept())


@given(data=st.data())
def test_a_report_with_anything_else_in_it(panel: PanelServer, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(places(REPORT)))
    body: Any = with_other(REPORT, place, data.draw(ANYTHING))

    answer = panel.post(json.dumps(body).encode())

    assert answer.status_code in {202, 400, 403, 422}
    if answer.status_code == 422:
        assert all(error["detail"] for error in answer.get_json()["errors"])


@given(body=ANYTHING)
def test_anything_at_all(panel: PanelServer, body: Any) -> None:
    assert panel.post(json.dumps(body).encode()).status_code in {400, 422}
