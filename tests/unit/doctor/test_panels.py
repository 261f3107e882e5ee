"""What the doctor says of panels."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.doctor import panels
from connector.doctor.context import Examination
from connector.doctor.finding import CheckStatus
from connector.settings import compose

LONG = "a secret of thirty-two characters, or more"
Ask = Callable[..., requests.Response]


class Asking(Examination):
    """Requests are answered by a function."""

    ask: Ask

    def request(self, method: str, url: str, **arguments: Any) -> requests.Response:
        return type(self).ask(method, url, **arguments)


def answering(status: int, kind: str = "application/problem+json", policy: str = "") -> Ask:
    def ask(*_: Any, **__: Any) -> requests.Response:
        made = requests.Response()
        made.status_code = status
        made.headers["Content-Type"] = kind
        made.headers["Content-Security-Policy"] = policy
        return made

    return ask


def no_answer(*_: Any, **__: Any) -> requests.Response:
    raise requests.exceptions.ConnectionError("refused")


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Examination]:
    (tmp_path / "a.secret").write_text(LONG)
    (tmp_path / "a.secret").chmod(0o600)
    file = tmp_path / "panels.yaml"

    def made(ask: Ask = no_answer, customers: str = "[acme]", **settings: Any) -> Examination:
        file.write_text(
            f"panels:\n  - {{name: a, secret_file: a.secret, customers: {customers}, origins: ['https://x.example']}}\n"
        )
        monkeypatch.setattr(Asking, "ask", staticmethod(ask), raising=False)
        values = {"panels": file, "public_url": "https://receiver.example", **settings}
        return Asking(compose(values), clock=lambda: datetime(2026, 11, 23, tzinfo=UTC))

    return made


def test_without_panels_there_is_nothing_to_look_at() -> None:
    context = Examination(compose({}))

    checks = (panels.panels, panels.panels_reach, panels.form_reach)
    assert {check(context).verdict for check in checks} == {CheckStatus.OK}


def test_panels_and_whose_they_are(look: Callable[..., Examination], tmp_path: Path) -> None:
    assert panels.panels(look()) == (CheckStatus.OK, "a", "")
    assert panels.panels(look(customers="[nobody]")).verdict is CheckStatus.FAIL
    (tmp_path / "a.secret").chmod(0o644)
    assert panels.panels(look()).verdict is CheckStatus.WARN


@pytest.mark.parametrize(
    ("ask", "verdict", "says"),
    [
        (answering(404), CheckStatus.OK, "answers"),
        (answering(401), CheckStatus.FAIL, "refuses the signature of a"),
        (answering(404, "text/html"), CheckStatus.FAIL, "not as the intake interface does"),
        (answering(301), CheckStatus.FAIL, "301"),
        (no_answer, CheckStatus.FAIL, "no answer"),
    ],
)
def test_the_interface_is_asked_as_a_panel_asks(
    look: Callable[..., Examination], ask: Ask, verdict: CheckStatus, says: str
) -> None:
    found = panels.panels_reach(look(ask))

    assert found.verdict is verdict
    assert says in found.text
    assert LONG not in f"{found.text} {found.do}"


def test_the_form_is_asked_as_a_browser_asks(look: Callable[..., Examination]) -> None:
    assert panels.form_reach(look(answering(200, "text/html", "frame-ancestors x"))).verdict is CheckStatus.OK
    assert panels.form_reach(look(answering(200, "text/html"))).verdict is CheckStatus.FAIL
    assert panels.form_reach(look(public_url=None)).verdict is CheckStatus.SKIPPED
