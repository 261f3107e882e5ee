"""What the newest Zammad does otherwise takes no level, no date and no event away (source of 7.0 to 7.2)."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connector.domain.vocabulary import Actor, TicketState
from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.world import Version
from tests.builders import T0
from tests.promises.conftest import COMPLETE, Cast, set_the_stage, zammad_house


@pytest.fixture
def newest(sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on it."""
    made = set_the_stage(sqlite_url, "zammad-7")
    with made.stage:
        yield made


def test_a_recipient_that_is_refused_takes_no_level_along(newest: Cast) -> None:
    """Ticket and article roll back together: the level is written, and support reads what the customer cannot."""
    stage = newest.stage
    customer = stage.person("nobody@intranet", organization="Harbour Bank")
    ticket = customer.writes("Line dead", COMPLETE)

    stage.advance(timedelta(hours=2, minutes=5))

    seen = stage.ticket(ticket)
    assert seen.fields.escalation_level == 3
    assert stage.table.dead_letters() == []
    ours = [article for article in seen.articles if article.author is Actor.CONNECTOR]
    assert all(article.internal for article in ours)
    assert any("level 3 of our escalation matrix" in article.body for article in ours), "to be passed on by a person"


def test_no_write_names_a_pending_time(newest: Cast) -> None:
    """Time triggers come once until it changes: it is not ours to write."""
    stage = newest.stage
    bodies: list[bytes] = []
    sandbox = zammad_house(stage).sandbox
    answer = sandbox.handle

    def watched(method: str, target: str, headers: dict[str, str], body: bytes) -> object:
        bodies.extend([body] if method in ("PUT", "POST") else [])
        return answer(method, target, headers, body)

    sandbox.handle = watched  # type: ignore[method-assign,assignment]
    stage.connect()
    ticket = newest.left_waiting()
    newest.customer.replies(ticket, "Any news?")
    stage.settle()
    newest.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    ours = [body for body in bodies if b"interspace" in body]

    assert ours
    assert not any(b"pending_time" in body for body in ours)


class _Redirects(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(("version", "status"), [("6.4", 200), ("7", 302)])
def test_a_redirect_is_taken_for_success_until_the_newest_takes_it_for_a_failure(version: Version, status: int) -> None:
    """Deliveries of 5.5 and 6.4 (REDIR302); source of 7.0."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Redirects) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        desk = SandboxZammad(SteppedClock(T0), version=version)
        answered = desk.post(f"http://127.0.0.1:{server.server_port}/hook", {"X-Zammad-Trigger": "t"}, b"{}")
        server.shutdown()

    assert answered == status
