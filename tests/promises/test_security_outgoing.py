"""Security, outwards: the connector speaks to the configured helpdesk and to nobody else, whatever the helpdesk
answers and whatever a ticket says. Redirects are never followed, and the token never reaches another host."""

import hmac
import json
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, get_args

import pytest

from connector.domain.connector_key import key_of
from connector.domain.decision import NewTicket, Note
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor, Channel, TicketKind
from connector.helpdesks.errors import HelpdeskError, PermanentError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.http import checked_address
from connector.helpdesks.jira.client import Connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.mapping import load_mapping as load_jira
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import load_mapping as load_zammad
from connector.install.errors import PlanError
from connector.install.installation import endpoint
from connector.policy.locate import MAPPINGS
from connector.sandbox.clock import SteppedClock
from connector.sandbox.faults import Fault
from connector.sandbox.house import SECRET, WireStep
from connector.settings import SettingsError, load
from tests.builders import T0
from tests.promises.conftest import COMPLETE, HOUSES, Cast

TOKEN = "a token that stays where it is".replace(" ", "-")
Open = Callable[[str], Any]
"""A helpdesk's adapter for this address."""


def clock() -> datetime:
    return T0


def jira(url: str, user: str | None) -> JiraDesk:
    return JiraDesk(Connection(url, user, TOKEN), load_jira(MAPPINGS / "jira.yaml"), clock)


HELPDESKS: dict[str, Open] = {
    "zammad": lambda url: ZammadDesk(ZammadClient(url, TOKEN, clock), load_zammad(MAPPINGS / "zammad.yaml")),
    "jira cloud": lambda url: jira(url, "bot@example.com"),
    "jira data center": lambda url: jira(url, None),
}
CALLS: dict[str, Callable[[Any], object]] = {
    "read": lambda desk: desk.read("7"),
    "list": lambda desk: list(desk.changed_since(T0)),
    "list the unresolved": lambda desk: list(desk.unresolved()),
}


@contextmanager
def answering(status: int, headers: dict[str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server that gives one answer to everything; its address, and the host and credentials of each request."""
    seen: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            seen.append((self.headers["Host"], self.headers.get("Authorization", "")))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - names set by http.server

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", seen
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def listening() -> Iterator[tuple[int, Callable[[], bool]]]:
    """A port, and whether anybody has connected to it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as sock:
        sock.setblocking(False)

        def visited() -> bool:
            try:
                sock.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield sock.getsockname()[1], visited


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("helpdesk", HELPDESKS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(status: int, helpdesk: str, call: str) -> None:
    """Neither to another host nor to another port of the same one."""
    with listening() as (port, visited), answering(status, {"Location": f"http://localhost:{port}/"}) as (url, seen):
        with pytest.raises(HelpdeskError) as caught:
            CALLS[call](HELPDESKS[helpdesk](url))

        assert not visited()
    assert seen, "the helpdesk itself was asked"
    assert TOKEN not in str(caught.value)


def work_on(desk: Helpdesk, number: str) -> None:
    """Reads a ticket, writes on it, makes an RFO task for it, and links a record to it."""
    ticket = desk.read(TicketId(number))
    note = Note(public=False, title="Looked at", text="Somebody looks at it.", marks=frozenset({Mark.parse("looked")}))
    desk.write(ticket, {"service_id": "SVC-1005"}, note)
    task = NewTicket(key=key_of(TicketKind.RFO_TASK, ticket.id), title="RFO", text="Write it.", group="rfo")
    made = desk.ensure(task, ticket)
    desk.link(made, ticket)


@pytest.mark.parametrize("step", get_args(WireStep))
@pytest.mark.parametrize("kind", HOUSES)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_step_of_its_work_follows_a_redirect(status: int, kind: str, step: WireStep) -> None:
    """Reading, writing, creating and linking, in the middle of the work of a helpdesk that answers all else."""
    house = HOUSES[kind](SteppedClock(T0))
    customer = house.join("ada@harbour.example", Actor.CUSTOMER, "Harbour Bank", "Ada Lovelace")
    ticket = house.open_ticket(customer, "Line down", COMPLETE, Channel.EMAIL, {})
    with answering(200, {}) as (elsewhere, seen), house.sandbox.serve() as server:
        away = {"Location": elsewhere.replace("127.0.0.1", "localhost")}
        redirect = house.sandbox.faults.add(
            Fault("status", *house.request_of(step), times=1, status=status, headers=away)
        )

        with pytest.raises(HelpdeskError, match=rf"answered {status}.*Redirects are not followed"):
            work_on(house.open_desk(server.url), ticket)

    assert redirect.times == 0, "the step was redirected"
    assert seen == []


@pytest.mark.parametrize("helpdesk", HELPDESKS)
def test_what_a_helpdesk_tells_about_other_addresses_is_not_believed(helpdesk: str) -> None:
    headers = {"Refresh": "0", "Alt-Svc": 'h2="localhost:1"', "Set-Cookie": "a=b; Domain=example.com"}
    with listening() as (port, visited):
        away = f"http://localhost:{port}/"
        told = {name: f"{value}; url={away}" for name, value in headers.items()}
        with answering(200, {**told, "Link": f"<{away}>; rel=next", "Location": away}) as (url, seen):
            with pytest.raises(HelpdeskError):
                CALLS["read"](HELPDESKS[helpdesk](url))

            assert not visited()
            assert {host for host, _ in seen} == {url.removeprefix("http://")}


@pytest.mark.parametrize("helpdesk", HELPDESKS)
def test_a_netrc_does_not_replace_the_token(
    helpdesk: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("default login eve password eve\n")
    monkeypatch.setenv("NETRC", str(netrc))
    expected = {TOKEN, b64encode(f"bot@example.com:{TOKEN}".encode()).decode()}
    with answering(200, {}) as (url, seen):
        with pytest.raises(HelpdeskError):
            CALLS["read"](HELPDESKS[helpdesk](url))
        assert seen
        assert {credentials.rpartition(" ")[2].removeprefix("token=") for _, credentials in seen} <= expected


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://support.example.com",
        "gopher://127.0.0.1:25/x",
        "javascript:alert(1)",
        "//support.example.com",
        "https:/support.example.com",
        "https://token@support.example.com",
        "https://support.example.com@169.254.169.254",
        "https://support.example.com?x=169.254.169.254",
        "https://support.example.com#@169.254.169.254",
        "https://support.example.com\\@169.254.169.254",
        "https://support.example.com\r\nHost: 169.254.169.254",
        "https://support.example.com/ HTTP/1.1\r\nX: y",
        " https://support.example.com",
    ],
)
def test_only_plain_web_addresses_can_be_configured(url: str) -> None:
    with pytest.raises(PermanentError):
        checked_address(url, "Zammad")
    for name in ("INTERSPACE_ZAMMAD_URL", "INTERSPACE_JIRA_URL"):
        if not url.startswith(("https://", "http://")):
            with pytest.raises(SettingsError, match=name):
                load({name: url}, with_file=False)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a", "//a", "https://eve@a", "https://a/?b", "https://a/#b"]
)
def test_a_webhook_can_be_installed_for_a_plain_web_address_only(url: str) -> None:
    with pytest.raises(PlanError):
        endpoint(url, "/webhooks/zammad/main")


def test_no_address_in_a_ticket_or_a_delivery_is_ever_visited(cast: Cast) -> None:
    """Links, images, forms and style sheets in a customer's message; addresses anywhere in a signed payload."""
    stage = cast.stage
    with listening() as (port, visited):
        away = f"http://127.0.0.1:{port}/"
        html = (
            f'<html><head><link rel=stylesheet href="{away}"><base href="{away}"></head><body><img src="{away}">'
            f'<form action="{away}"><iframe src="{away}"></iframe><a href="{away}">Service ID: SVC-1005</a></form>'
            f'<!DOCTYPE x [<!ENTITY e SYSTEM "{away}">]>&e;</body></html>'
        )
        ticket = cast.customer.writes(away, f"{COMPLETE}\nTest results: {away}\n{html}")
        cast.customer.replies(ticket, html)
        stage.settle()

        assert not visited()
    assert stage.ticket(ticket).fields.service_id == "SVC-1005"
    assert stage.table.dead_letters() == []


@pytest.mark.parametrize(
    "identifier", ["1/../users/1", "../users/1", "1?all=true", "1#x", "1%2f..", "1\r\nX: y", "@sweep"]
)
def test_a_delivery_cannot_name_a_path_instead_of_a_ticket(cast: Cast, identifier: str) -> None:
    """The number of a ticket becomes part of an address: nothing but a number is taken for one, signed or not."""
    stage, statuses = cast.stage, list[int]()
    plain = stage.post
    body = json.dumps({"ticket": {"id": identifier}, "issue": {"id": identifier}}).encode()

    def instead(url: str, headers: Any, _: bytes) -> int:
        signed = {**headers, "X-Hub-Signature": sign(headers["X-Hub-Signature"], body)}
        statuses.append(plain(url, signed, body))
        return 202

    cast.customer.writes("Line down", COMPLETE)
    stage.sandbox.deliver_webhooks(instead)

    assert statuses == [400]
    assert stage.table.next_due(stage.house.name) is None


def sign(like: str, body: bytes) -> str:
    """A valid signature for ``body``, by the same method."""
    method = like.partition("=")[0]
    return f"{method}={hmac.digest(SECRET.encode(), body, method).hex()}"
