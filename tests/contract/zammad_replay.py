"""Replaying recorded exchanges against the sandbox, in their order, in a world set up like the recorded one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.history import apply_consequences, commit
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import FIRST_CUSTOM_ID, NOBODY
from connector.sandbox.zammad.tables import RESOURCES, new_record
from tests.contract.zammad_recordings import (
    SECRET,
    Recorded,
    differences,
    recorded_header,
    shape_differences,
)
from tests.evidence import deliveries, exchanges

MODELS = {
    "tickets": "Ticket",
    "ticket_articles": "TicketArticle",
    "links/add": "Link",
    "users": "User",
    "groups": "Group",
    "roles": "Role",
    "organizations": "Organization",
    "webhooks": "Webhook",
    "triggers": "Trigger",
    "ticket_states": "TicketState",
    "ticket_priorities": "TicketPriority",
    "object_manager_attributes": "ObjectManagerAttribute",
    "calendars": "Calendar",
    "slas": "Sla",
    "macros": "Macro",
    "overviews": "Overview",
    "core_workflows": "CoreWorkflow",
    "templates": "Template",
    "text_modules": "TextModule",
    "report_profiles": "ReportProfile",
    "jobs": "Job",
}
FORM = b"title=form&group=Users&customer=customer@example.com&article[body]=x"
"""The body of recording 203, which was not kept, rebuilt from its answer."""
DELIVERY_DELAY = timedelta(seconds=2)
SHAPE_ONLY = frozenset(
    {
        "http-logs-webhook",
        "http-logs-webhook-failures",
        "health-check",
        "monitoring-status",
        "tickets-list-default",
        "tickets-list-per-page-1000",
        "tickets-list-count",
        "search-page-2",
        "search-sql-order",
        "search-per-page-1",
        "search-per-page-2",
        "search-updated-since",
        "search-relative",
    }
)
"""Lists with tickets that jobs changed, and what counts or is secret: only keys and types are compared."""
PEOPLE = {
    "admin": ("admin@example.com", ("Admin", "Agent"), "Admin"),
    "agent": ("agent@example.com", ("Agent",), "Agent"),
    "customer": ("customer@example.com", ("Customer",), "Customer"),
}
TOKEN_PERMISSIONS = {
    "admin": ("admin", "ticket.agent"),
    "agent": ("ticket.agent",),
    "customer": ("ticket.customer",),
}
"""What the tokens of the recorded accounts allowed (recording 253)."""

Fired = tuple[str, int, int | None]
"""Trigger, ticket and article of a webhook."""


@dataclass
class Sent:
    """A webhook that the sandbox delivered during the replay."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Replay:
    """What came of the replay: differences by recording number, and the webhooks sent."""

    found: dict[int, list[str]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)


_WORKED_ON = {"5.5": 999, "6.4": 381}
"""From which exchange on the connector had been at work there."""
LAST_TICKET = {"5.5": 99, "6.4": 43}
"""That a replayed exchange makes."""
HELPED = 1000
"""Steps that only 6.4 has, between the others (`6.4-story`), have numbers from here on."""


def steps(version: Recorded) -> dict[int, Any]:
    """All exchanges in the order in which they happened."""
    held = dict(exchanges(version))
    if version == "6.4":
        held |= {HELPED + number: step for number, step in exchanges("6.4-story").items()}
    return dict(sorted(held.items(), key=lambda step: step[1]["recorded_at"]))


class Replayer:
    """One pass over the recordings."""

    def __init__(self, left_out: Mapping[int, str], version: Recorded) -> None:
        self.version = version
        self.now = datetime(2026, 11, 22, 12, 44, 38, tzinfo=UTC)
        self.desk = SandboxZammad(self._clock, version=version)
        self.left_out = left_out
        self.result = Replay()
        self.tokens: dict[str, str] = {}
        self.etag = ""
        self._set_up()

    def run(self) -> Replay:
        """Replay everything that is in scope."""
        for number, recording in steps(self.version).items():
            self._pass_time(recording)
            self.prepare(number)
            if number not in self.left_out:
                self.result.found[number] = self.replay(recording)
        self.desk.deliver_webhooks(self._post)
        return self.result

    def _pass_time(self, recording: Any) -> None:
        """The real one delivers some seconds after the event, with the body of that later moment."""
        then = datetime.fromisoformat(recording["recorded_at"])
        if then - self.now > DELIVERY_DELAY:
            self.desk.deliver_webhooks(self._post)
        self.now = then

    def prepare(self, number: int) -> None:
        """Do what happened before this recording without being recorded."""
        for step in UNRECORDED[self.version].get(number, ()):
            step(self)

    def switch_off(self, *trigger_ids: int) -> None:
        """Deactivate triggers."""
        for trigger_id in trigger_ids:
            self.desk.world.table("Trigger")[trigger_id]["active"] = False

    def switch_off_workflows(self) -> None:
        """Deactivate the core workflows."""
        for workflow in self.desk.world.table("CoreWorkflow").values():
            workflow["active"] = False

    def add_webhook(self, number: int) -> None:
        """A signed webhook with this id."""
        self._skip_to("Webhook", number)
        hook = {"name": f"webhook {number}", "endpoint": "http://127.0.0.1:9099/ok/x", "signature_token": SECRET}
        new_record(self.desk.world, RESOURCES["webhooks"], hook, NOBODY)

    def create(self, number: int, fields: Record) -> None:
        """A ticket with this id, made by the admin."""
        self._skip_to("Ticket", number)
        body = {"group": "Users", "article": {"body": "x"}, **fields}
        self.desk.handle("POST", "/api/v1/tickets", _headers(self.tokens["admin"]), json.dumps(body).encode())

    def run_jobs(self, note_id: int, *, again: int | None = None) -> None:
        """The background worker ran its jobs, the first note of which got this id; `again` ran without being due."""
        self._skip_to("TicketArticle", note_id)
        if again is not None:
            self.desk.world.table("Job")[again]["next_run_at"] = self.desk.world.now()
        self.desk.run_jobs()

    def change(self, ticket_id: int, **values: object) -> None:
        """What the system itself does to a ticket."""
        ticket = self.desk.world.table("Ticket")[ticket_id]
        commit(self.desk.world, ticket, {**ticket, **values}, NOBODY)

    def account(self, ticket_id: int, minutes: str) -> None:
        """Time was booked on a ticket (recording 327)."""
        self.desk.world.table("Ticket")[ticket_id]["time_unit"] = minutes
        self.desk.world.time_accounting_ids[ticket_id] = [1]

    def close_pending(self, ticket_id: int) -> None:
        """The scheduler closed a ticket whose time had come."""
        ticket = self.desk.world.table("Ticket")[ticket_id]
        draft = {**ticket, "state_id": 4}
        apply_consequences(self.desk.world, ticket, draft)
        commit(self.desk.world, ticket, draft, NOBODY)

    def _clock(self) -> datetime:
        """Time passes a little with every look, as on a real server, so that writes have an order."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def _set_up(self) -> None:
        add = self.desk.add_user
        token = add("nicole.braun@zammad.org", organization="Zammad Foundation", firstname="Nicole", lastname="Braun")
        for name, (email, roles, first) in PEOPLE.items():
            self.tokens[name] = add(email, roles, firstname=first, lastname="Example")
            self.desk.limit_token(self.tokens[name], TOKEN_PERMISSIONS[name])
        self.desk.world.skip_to_number(int(exchanges(self.version)[40]["response"]["body"][0]["number"]))
        body = {"title": "Welcome to Zammad!", "group": "Users", "article": {"body": "Welcome!", "type": "phone"}}
        self.desk.handle("POST", "/api/v1/tickets", _headers(token), json.dumps(body).encode())
        self.desk.world.skip_to_number(int(exchanges(self.version)[6]["response"]["body"]["number"]))
        for trigger in exchanges(self.version)[92]["response"]["body"][:3]:
            self._skip_to("Trigger", trigger["id"])
            new_record(self.desk.world, RESOURCES["triggers"], trigger, NOBODY)

    def replay(self, recording: Any) -> list[str]:
        request, recorded = recording["request"], recording["response"]
        self._align_ids(request, recorded["body"])
        headers = {**request["headers"], **self._credentials(request["auth_as"])}
        if "If-None-Match" in headers:
            headers["If-None-Match"] = self.etag
        answer = self.desk.handle(request["method"], request["path"], headers, _body(request))
        self.etag = answer.headers["ETag"]
        if answer.status != recorded["status"]:
            return [f"status: recorded {recorded['status']}, made {answer.status} {answer.body[:200]!r}"]
        if recorded["body"] is None:
            return [] if answer.body.decode() == (recorded["body_text"] or "") else [f"body: {answer.body!r}"]
        compare = shape_differences if recording["name"] in SHAPE_ONLY else differences
        return list(compare(_comparable(recorded["body"]), _comparable(json.loads(answer.body))))

    def _align_ids(self, request: Any, body: Any) -> None:
        """Zammad's sequences have gaps where a create was rolled back; ids must be equal to compare."""
        if not isinstance(body, dict) or request["method"] not in {"POST", "PUT"}:
            return
        resource = request["path"].removeprefix("/api/v1/").split("?")[0].rstrip("0123456789").rstrip("/")
        if request["method"] == "POST" and resource in MODELS and "id" in body:
            self._skip_to(MODELS[resource], body["id"])
        if body.get("article_ids") and (request["body"] or {}).get("article"):
            self._skip_to("TicketArticle", body["article_ids"][0 if request["method"] == "POST" else -1])
        for file in body.get("attachments") or []:
            self._skip_to("Store", file["id"])

    def _skip_to(self, model: str, number: int) -> None:
        self.desk.world.skip_to(model, number)

    def _credentials(self, auth_as: str | None) -> dict[str, str]:
        if auth_as is None:
            return {}
        scheme, _, name = auth_as.rpartition(":")
        if scheme == "basicbad":
            return {"Authorization": "Basic d3Jvbmc6d3Jvbmc="}
        if scheme == "rawtoken":
            return {"Authorization": "Token token=nobody-has-this"}
        if name == "bot" and name not in self.tokens:
            self.tokens[name] = self.desk.add_user("bot@example.com")
        token = self.tokens[name]
        written = {"bearer": f"Bearer {token}", "tokenplain": f"Token {token}"}
        return {"Authorization": written.get(scheme, f"Token token={token}")}

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.result.sent.append(Sent(url, headers, body))
        return 200


UNRECORDED: Mapping[str, Mapping[int, tuple[Callable[[Replayer], object], ...]]] = {
    "5.5": {
        149: (lambda world: world.switch_off(17, 18, 19, 20),),
        298: (lambda world: world.run_jobs(40),),
        306: tuple(partial(Replayer.add_webhook, number=number) for number in (18, 19, 20)),
        315: (lambda world: world.add_webhook(21), lambda world: world.switch_off(24, 25, 26)),
        318: (lambda world: world.create(38, {"title": "dup", "customer": "customer@example.com"}),),
        325: (lambda world: world.change(38, state_id=5),),
        340: (lambda world: world.run_jobs(55),),
        348: (lambda world: world.add_webhook(22),),
        381: (
            lambda world: world.run_jobs(60),
            lambda world: world.desk.restart_worker(),
            lambda world: world.run_jobs(61, again=4),
        ),
        382: (lambda world: world.close_pending(36),),
    },
    "6.4": {
        149: (lambda world: world.switch_off(16, 17, 18, 19),),
        328: (lambda world: world.account(36, "15.0"),),
        340: (lambda world: world.run_jobs(71),),
    },
}
"""What happened before a recording and was not recorded, or is not built (merging, closing what waits)."""


def fired(trigger: str, body: Any) -> Fired:
    """Which trigger, ticket and article a webhook is about."""
    return trigger, body["ticket"]["id"], body["article"].get("id")


def made_webhooks(sent: list[Sent]) -> list[tuple[Fired, Any]]:
    """What the sandbox sent in the replay, with its bodies."""
    bodies = [(sending.headers["X-Zammad-Trigger"], json.loads(sending.body)) for sending in sent]
    return [(fired(trigger, body), body) for trigger, body in bodies]


def recorded_webhooks(version: Recorded) -> list[tuple[Fired, Any]]:
    """What the real one sent, with its bodies; retries and the GET after a redirect left out, and what belongs to no
    exchange that is replayed."""
    found = []
    last = max(step["recorded_at"] for number, step in exchanges(version).items() if number < _WORKED_ON[version])
    for about, sent in deliveries(version).values():
        if sent and about["attempt_for_this_delivery_id"] == 1:
            body = json.loads(sent)
            if "ticket" not in body or body["ticket"]["id"] > LAST_TICKET[version] or about["received_at"] > last:
                continue
            found.append((fired(recorded_header(about, "X-Zammad-Trigger") or "", body), body))
    return found


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Token token={token}"}


def _body(request: Any) -> bytes:
    if request["headers"].get("Content-Type") == "application/x-www-form-urlencoded":
        return FORM
    if request["body"] is not None:
        return json.dumps(request["body"], ensure_ascii=False).encode()
    return str(request["body_raw"] or "").encode()


def _comparable(body: Any) -> Any:
    """Without what depends on background work: notifications in the history, and ids that count them."""
    if isinstance(body, dict) and "history" in body:
        kept: list[Record] = [entry for entry in body["history"] if entry["type"] != "notification"]
        return {**body, "history": [{**entry, "id": 0} for entry in kept]}
    if isinstance(body, list) and body and "deletable" in body[0]:
        return [_comparable_attribute(attribute) for attribute in body if attribute["object"] == "Ticket"]
    if isinstance(body, list):
        return [_comparable(item) for item in body]
    return without_others(body) if isinstance(body, dict) else body


def without_others(ticket: Any) -> Any:
    """A ticket without the attribute `regions`, which some of Zammad's processes still showed after its deletion, and
    `late_field`, which was made on 6.4 between two steps."""
    return {name: value for name, value in ticket.items() if name not in {"regions", "late_field"}}


def _comparable_attribute(attribute: Any) -> Any:
    """Built-in attributes without the details of their masks."""
    hidden = {"data_option"} if attribute["id"] < FIRST_CUSTOM_ID else set()
    return {name: value for name, value in attribute.items() if name not in hidden | {"not_deletable_reason"}}
