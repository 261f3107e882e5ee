"""The trouble-ticket API (TMF621) on each helpdesk: what is sent is a ticket under the rules and comes back as it was
sent; every answer fits the specification."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from werkzeug.test import Client, TestResponse

from connector.domain.vocabulary import Actor, Channel, Impact, IntakeChannel, Priority, TicketState
from connector.intake.panels import Panel
from connector.outgoing.courier import Courier
from connector.outgoing.hub import Hub
from connector.receiver import Receiver, create_app
from connector.sandbox.stage import Stage
from connector.work.table import WorkTable
from connector.work.worker import Worker
from tests.listener import listening
from tests.promises.conftest import Cast
from tests.promises.intake_stage import reports_on
from tests.tmf621_judge import faults
from tests.unit.trouble_ticket.documents import LARGE, OLD, SMALL
from webhooks.trouble_ticket import interface_of

TOKEN = "a token of the wholesale customer's program"
SECRET = b"a secret of the wholesale customer's program"
PANEL = Panel(
    name="wholesale",
    secret_file="x",
    customers=("harbour",),
    secrets=(SECRET,),
    tokens=(TOKEN.encode(),),
    token_file="y",
    contact="noc@harbour.example",
    address="https://api.isp.example",
    private_addresses=True,
)
OTHER = PANEL.model_copy(update={"name": "other", "tokens": (b"another token, of another program of theirs",)})
V5, V4 = "/tmf-api/troubleTicket/v5", "/tmf-api/troubleTicket/v4"


class Program(NamedTuple):
    """The customer's system."""

    client: Client
    stage: Stage
    token: str = TOKEN

    def asks(self, method: str, path: str, body: Any = None, kind: str = "application/json", name: str = "") -> Any:
        """A request; its answer has to be ``name`` of the specification, or the standard's error."""
        answer = self.sends(method, path, body, kind)
        version = 4 if path.startswith(V4) else 5
        told = answer.get_json() if answer.data else None
        if answer.status_code >= 400:
            assert faults(told, "Error", version) == []
            return answer.status_code, told
        names = {5: "TroubleTicket_RES", 4: "TroubleTicket"}
        for each in told if isinstance(told, list) else [told]:
            assert told is None or faults(each, name or names[version], version) == []
        return answer.status_code, told

    def sends(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> TestResponse:
        """The same, as it comes."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.open(path, method=method, data=data, headers=headers, content_type=kind)


def program(stage: Stage) -> Program:
    """It talks to this stage."""
    reports = reports_on(stage, (OTHER, PANEL))
    receiver = Receiver(
        [],
        touch=stage.commits.touch,
        now=stage.clock,
        counts=stage.table.counts,
        reports=reports,
        trouble_tickets=interface_of(reports, stage.table.listeners, stage.table.submissions.opened_lately),
    )
    return Program(create_app(receiver).test_client(), stage)


def test_the_story_of_a_trouble_ticket(cast: Cast, tmp_path: Path) -> None:
    stage = cast.stage
    own = program(stage)
    answer = own.sends("POST", f"{V5}/troubleTicket", LARGE)
    made = answer.get_json()
    assert (answer.status_code, faults(made, "TroubleTicket_RES")) == (201, [])
    assert answer.headers["Location"] == made["href"] == f"https://api.isp.example{V5}/troubleTicket/{made['id']}"
    plain = {"severity", "description", "priority", "status", "relatedEntity", "relatedParty", "externalIdentifier"}
    assert {name: made[name] for name in plain} == {name: LARGE[name] for name in plain}
    stage.settle()

    ticket = stage.ticket(made["id"])
    assert ticket.fields.intake_channel is IntakeChannel.TROUBLE_TICKET_API
    assert (ticket.customer.email, ticket.channel) == ("noc@harbour.example", Channel.PANEL)
    assert (ticket.fields.impact, ticket.fields.priority) == (Impact.SERVICE_AFFECTING, Priority.P1)
    assert "trace.txt" in ticket.articles[0].attachments
    again = own.asks("POST", f"{V5}/troubleTicket", LARGE)
    assert (again[0], again[1]["id"]) == (201, made["id"])
    assert own.asks("POST", f"{V5}/troubleTicket", {**LARGE, "severity": "Minor"})[0] == 409
    assert len(stage.house.tickets()) == 1

    cast.agent.replies(made["id"], "A splice is cut.")
    stage.settle()
    _, shown = own.asks("GET", f"{V5}/troubleTicket/{made['id']}")
    assert [note["text"] for note in shown["note"]][-1] == "A splice is cut."
    characteristics = {each["name"]: each.get("value") for each in shown["troubleTicketCharacteristic"]}
    assert characteristics["sellerPriority"] == "P1"
    assert characteristics["ticketNumber"] == ticket.number
    status, few = own.asks("GET", f"{V5}/troubleTicket/{made['id']}?fields=severity,status")
    assert (status, set(few)) == (200, {"id", "href", "@type", "severity", "status"})

    patch = {"@type": "TroubleTicket", "status": "resolved", "statusChangeReason": "It works again"}
    status, changed = own.asks("PATCH", f"{V5}/troubleTicket/{made['id']}", patch, "application/merge-patch+json")
    assert (status, changed["status"], changed["statusChangeReason"]) == (200, "resolved", "It works again")
    status, noted = own.asks("PATCH", f"{V5}/troubleTicket/{made['id']}", {"note": [{"text": "Thanks"}]})
    assert [note["text"] for note in noted["note"]].count("Thanks") == 1
    stage.settle()
    customers = [each.body for each in stage.ticket(made["id"]).articles if each.author is Actor.CUSTOMER]
    assert any("status: resolved" in body and "It works again" in body for body in customers[1:])
    assert not stage.ticket(made["id"]).state.is_over, "support closes it"

    # A lost database loses nothing of what was sent.
    shown = own.asks("GET", f"{V5}/troubleTicket/{made['id']}")[1]
    stage.table.close()
    stage.table = WorkTable.open(f"sqlite:///{tmp_path / 'new.sqlite3'}", stage.clock)
    stage.connect()
    assert program(stage).asks("GET", f"{V5}/troubleTicket/{made['id']}")[1] == shown


def test_a_list_is_filtered_counted_and_paged(cast: Cast) -> None:
    stage = cast.stage
    own = program(stage)
    ids = []
    for severity in ("Critical", "Minor", "Bill dispute"):
        ids.append(own.asks("POST", f"{V5}/troubleTicket", {**SMALL, "severity": severity})[1]["id"])
        stage.advance(timedelta(minutes=1))
    old = own.asks("POST", f"{V4}/troubleTicket", OLD)
    assert old[0] == 201
    assert {name: old[1][name] for name in OLD if name != "note"} == {n: v for n, v in OLD.items() if n != "note"}
    cast.customer.writes("Another way", "Not by this interface")
    stage.settle()

    answer = own.sends("GET", f"{V5}/troubleTicket")
    everything = answer.get_json()
    assert [each["id"] for each in everything] == [old[1]["id"], *reversed(ids)]
    assert (answer.headers["X-Total-Count"], answer.headers["X-Result-Count"]) == ("4", "4")
    answer = own.sends("GET", f"{V5}/troubleTicket?severity=Bill dispute&fields=id")
    assert [set(each) for each in answer.get_json()] == [{"id", "href", "@type"}]
    answer = own.sends("GET", f"{V4}/troubleTicket?offset=1&limit=2")
    assert (answer.headers["X-Total-Count"], answer.headers["X-Result-Count"]) == ("4", "2")
    assert own.asks("GET", f"{V5}/troubleTicket?severity=nothing") == (200, [])
    assert own.asks("GET", f"{V5}/troubleTicket?limit=x")[0] == 400
    other = Program(own.client, stage, "another token, of another program of theirs")
    assert other.asks("GET", f"{V5}/troubleTicket") == (200, [])
    assert other.asks("GET", f"{V5}/troubleTicket/{ids[0]}")[0] == 404
    assert other.asks("PATCH", f"{V5}/troubleTicket/{ids[0]}", {"name": "mine"})[0] == 404


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One stage for all that is refused."""
    from tests.promises.conftest import set_the_stage

    cast = set_the_stage(f"sqlite:///{tmp_path_factory.mktemp('tmf')}/work.sqlite3", "zammad-7")
    with cast.stage:
        made = program(cast.stage).asks("POST", f"{V5}/troubleTicket", SMALL)[1]
        foreign = cast.customer.writes("By mail", "Nobody's business there")
        yield program(cast.stage), made["id"], foreign


REFUSED: list[tuple[str, str, Any, int]] = [
    ("POST", "/troubleTicket", {**SMALL, "severity": 1}, 400),
    ("POST", "/troubleTicket", {name: SMALL[name] for name in ("@type", "severity", "ticketType")}, 400),
    ("POST", "/troubleTicket", [], 400),
    ("POST", "/troubleTicket", b"{", 400),
    ("GET", "/troubleTicket/999999", None, 404),
    ("GET", "/troubleTicket/nothing-like-it", None, 404),
    ("GET", "/troubleTicket/FOREIGN", None, 404),
    ("PATCH", "/troubleTicket/999999", {"name": "x"}, 404),
    ("PATCH", "/troubleTicket/ID", {"severity": 1}, 400),
    ("PATCH", "/troubleTicket/ID", {"severity": None}, 400),
    ("PATCH", "/troubleTicket/ID", {"id": "7"}, 400),
    ("PATCH", "/troubleTicket/ID", {"creationDate": "2026-01-01T00:00:00Z"}, 400),
    ("DELETE", "/troubleTicket/ID", None, 405),
    ("POST", "/hub", {}, 400),
    ("POST", "/hub", {"callback": 7}, 400),
    ("POST", "/hub", {"callback": "https://listener.example/\n"}, 400),
    ("POST", "/hub", {"callback": "https://\ud800.example/"}, 400),
    ("POST", "/hub", {"callback": "http://listener.example/"}, 400),
    ("PATCH", "/troubleTicket/ID", {"channel": {"name": "x"}}, 400),
    ("OPTIONS", "/troubleTicket", None, 405),
    ("PUT", "/troubleTicket", {}, 405),
    ("GET", "/nothing", None, 404),
    ("GET", "/hub", None, 405),
    ("GET", "/hub/nothing", None, 404),
    ("DELETE", "/hub/nothing", None, 404),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED)
def test_refusals_are_the_standards_errors(refusing: Any, method: str, path: str, body: Any, status: int) -> None:
    own, ticket, foreign = refusing
    where = path.replace("ID", ticket).replace("FOREIGN", foreign)

    assert own.asks(method, f"{V5}{where}", body)[0] == status
    assert own.asks(method, f"{V4}{where}", body)[0] == status


def test_so_is_whatever_else_is_asked_there(refusing: Any) -> None:
    for path in ("/tmf-api/troubleTicket/v6/troubleTicket", "/tmf-api/productOrder/v5/productOrder"):
        assert refusing[0].asks("GET", path)[0] == 404
    assert refusing[0].client.get("/tmf-api").get_json()["detail"] == "no such page", "a problem detail as elsewhere"


def test_another_customers_service_is_forbidden(refusing: Any) -> None:
    own = refusing[0]
    new, old = {"role": "service", "entity": {"id": "SVC-1003"}}, {"role": "service", "id": "SVC-1003"}

    assert own.asks("POST", f"{V5}/troubleTicket", {**SMALL, "relatedEntity": [new]})[0] == 403
    assert own.asks("POST", f"{V4}/troubleTicket", {**OLD, "relatedEntity": [old]})[0] == 403


def test_who_has_no_token_gets_nothing(refusing: Any) -> None:
    own = refusing[0]._replace(token="x" * 43)

    for method, path in (("GET", "/troubleTicket"), ("POST", "/troubleTicket"), ("POST", "/hub")):
        assert own.asks(method, f"{V5}{path}", SMALL)[0] == 401
    assert own.client.get(f"{V5}/troubleTicket").status_code == 401
    assert own.asks("PATCH", f"{V5}/troubleTicket/1", b"[]", "application/json-patch+json")[0] == 415


def test_listeners_are_told_once_by_the_version_that_they_asked(cast: Cast) -> None:
    stage = cast.stage
    own = program(stage)
    hub = Hub(stage.desk.name, stage.table.listeners, {PANEL.name: PANEL}, stage.clock)
    stage.worker = Worker(stage.table, stage.desk, stage.policy, tellers=(hub,))
    courier = Courier(stage.table, stage.desk.name, hub.deliver)
    with listening() as listener:
        status, subscription = own.asks("POST", f"{V5}/hub", {"@type": "Hub", "callback": listener.url}, name="Hub")
        only = {"callback": f"{listener.url}?4", "query": "eventType=TroubleTicketCreateEvent"}
        assert own.sends("POST", f"{V4}/hub", only).status_code == status == 201
        ticket = own.asks("POST", f"{V5}/troubleTicket", SMALL)[1]["id"]
        stage.advance(timedelta(seconds=10))
        cast.agent.sets(ticket, state=TicketState.RESOLVED)
        stage.settle()
        courier.run_due()
        stage.settle()
        courier.run_due()

        bodies = [json.loads(one.body) for one in listener.got]
        kinds = [body["eventType"] for body in bodies if "@type" in body]
        assert all(faults(body, body["eventType"]) == [] for body in bodies if "@type" in body)
        assert kinds.count("TroubleTicketCreateEvent") == kinds.count("TroubleTicketResolvedEvent") == 1
        assert {"TroubleTicketStatusChangeEvent", "TroubleTicketInformationRequiredEvent"} <= set(kinds)
        assert len({body["eventId"] for body in bodies}) == len(bodies)
        old = [body for body in bodies if "@type" not in body]
        assert [body["eventType"] for body in old] == ["TroubleTicketCreateEvent"]
        assert faults(old[0], "TroubleTicketCreateEvent", 4) == []
        assert bodies[0]["event"]["troubleTicket"]["severity"] == "Critical"

        assert own.asks("GET", f"{V5}/hub/{subscription['id']}", name="Hub")[1] == subscription
        listener.answer = lambda: (410, {})
        cast.agent.sets(ticket, state=TicketState.OPEN)
        stage.settle()
        courier.run_due()
        assert own.sends("DELETE", f"{V5}/hub/{subscription['id']}").status_code == 404, "410 has ended it"
        assert stage.table.tellings.dead() == []
