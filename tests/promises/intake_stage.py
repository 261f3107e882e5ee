"""A stage with a panel: the receiver's intake interface beside a worker that works while a report waits."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from werkzeug.test import Client, TestResponse

from connector.intake.panels import Panel
from connector.intake.signing import signed_headers
from connector.receiver import Receiver, Reports, create_app
from connector.sandbox.stage import Stage
from connector.work.accepting import Accepting

SECRET = b"a secret of the panel, for tests only"
MAIN = Panel(name="main", secret_file="main.secret", customers=("harbour",), secrets=(SECRET,))


class PanelServer(NamedTuple):
    """The program of a panel, which signs."""

    client: Client
    stage: Stage

    def post(self, body: Any, secret: bytes = SECRET, headers: Mapping[str, str] | None = None) -> TestResponse:
        """A signed report; ``headers`` replace those of the signature."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = signed_headers([secret], "m1", self.stage.clock(), raw)
        return self.client.post(
            "/intake/v1/tickets", data=raw, headers={**signed, **(headers or {})}, content_type="application/json"
        )

    def get(self, external_id: str, message_id: str | None = None) -> TestResponse:
        """What has become of a report."""
        signed = signed_headers([SECRET], message_id or external_id, self.stage.clock(), b"")
        return self.client.get(f"/intake/v1/tickets/{external_id}", headers=signed)


def reports_on(stage: Stage, panels: tuple[Panel, ...] = (MAIN,), **changes: Any) -> Reports:
    """What panels report on this stage; whoever waits for a ticket lets the worker work."""
    seconds = [0.0]

    def pause(length: float) -> None:
        seconds[0] += length
        stage.worker.run_due()

    given: dict[str, Any] = {
        "panels": lambda: panels,
        "policy": lambda: stage.policy,
        "now": stage.clock,
        "helpdesks": (stage.desk.name,),
        "open_desk": lambda _: stage.desk,
        "accepting": Accepting(stage.table.submissions, monotonic=lambda: seconds[0], sleep=pause),
        "find": stage.table.submissions.find,
        "use_once": stage.table.submissions.use_once,
        "most_bytes": 1024 * 1024,
    }
    return Reports(**{**given, **changes})


def panel_server(stage: Stage, **changes: Any) -> PanelServer:
    """A panel whose reports go to this stage."""
    receiver = Receiver(
        [],
        touch=stage.commits.touch,
        now=stage.clock,
        counts=stage.table.counts,
        reports=reports_on(stage, **changes),
    )
    return PanelServer(create_app(receiver).test_client(), stage)
