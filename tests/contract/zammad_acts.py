"""Replaying what was recorded around people and mail on Zammad 6.4: the same acts, and the facts that answers tell."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.utils import parseaddr
from typing import Any

from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.seed import NOBODY
from connector.sandbox.zammad.tables import RESOURCES, new_record
from tests.evidence import exchanges, mails

Json = Any
PEOPLE = {"admin": (3, ("Admin", "Agent")), "agent": (4, ("Agent",)), "customer": (5, ("Customer",))}
BOT = 7
_AUTOMATIC = re.compile(r"^(Auto-Submitted: auto-|Precedence: )", re.MULTILINE)
_TICKET = ("id", "state_id", "group_id", "owner_id", "customer_id", "updated_by_id", "article_count")
_ARTICLE = ("id", "ticket_id", "type_id", "sender_id", "internal", "created_by_id", "origin_by_id")
_ENTRY = ("object", "type", "attribute", "id_from", "id_to", "created_by_id")
_BY_SLA = ("escalation", "_in_min", "last_owner_update_at", "first_response_at")
"""Attributes that only an SLA fills, or whose order in the history only chance decides."""


class Acts:
    """A small Zammad 6.4 in which the recorded people act; ids are kept equal to those of the recording."""

    def __init__(self, name: str) -> None:
        self.now = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
        self.desk = SandboxZammad(self._clock)
        self.world = self.desk.world
        self.recorded = exchanges(f"6.4-{name}")
        self.mails = mails(f"6.4-{name}")
        self.tokens: dict[str, str] = {}
        for who, (number, roles) in PEOPLE.items():
            self._add(who, number, roles)
        self._add("bot", BOT, ("Agent",))
        self.desk.add_sender("Users", "support@example.com")
        self._skip("Group", 2)
        self.desk.add_group("NOC")
        for who in ("agent", "bot"):
            # As agents they have no access to it.
            self.world.table("User")[self.desk.user_id(f"{who}@example.com")]["group_ids"].pop("2")
        self.desk.add_attribute("impact", "select", ["high", "medium", "low"])
        trigger = next(row for row in exchanges("6.4")[92]["response"]["body"] if row["id"] == 1)
        new_record(self.world, RESOURCES["triggers"], trigger, NOBODY)
        self._skip("Ticket", 2)
        self.world.skip_to_number(41002)
        body = {"title": "older", "group": "Users", "customer": "customer@example.com"}
        self.desk.handle("POST", "/api/v1/tickets", self._headers("agent"), json.dumps(body).encode())

    def play(self) -> Iterator[tuple[int, Json, Json]]:
        """Each recorded request with the recorded answer and the sandbox's; a mail arrives at its number."""
        for number in sorted(self.recorded.keys() | self.mails.keys()):
            # What has the number of a mail was done or looked at before the mail came.
            if number in self.recorded:
                yield number, self.recorded[number], self._ask(self.recorded[number])
            if number in self.mails:
                self._receive(number)

    def _ask(self, recording: Json) -> Json:
        request, recorded = recording["request"], recording["response"]["body"]
        who = request["auth_as"]
        if who not in self.tokens:
            self.tokens[who] = self.world.new_token(self.world.user_ids[f"{who}@example.com"])
        if request["method"] != "GET" and isinstance(recorded, dict):
            self._align(request, recorded)
        data = b"" if request["body"] is None else json.dumps(request["body"]).encode()
        self.now += timedelta(seconds=1)
        answer = self.desk.handle(request["method"], request["path"], self._headers(who), data)
        return answer.status, json.loads(answer.body) if answer.body else None

    def _receive(self, number: int) -> None:
        """A mail, with the ids that the next look at its ticket shows."""
        message = message_from_string(self.mails[number])
        sender = parseaddr(message["From"])[1]
        seen = next(
            self.recorded[n]["response"]["body"]
            for n in sorted(self.recorded)
            if n > number and "assets" in (self.recorded[n]["response"]["body"] or {})
        )
        ticket = seen["assets"]["Ticket"][str(seen["ticket_id"])]
        if ticket["id"] not in self.world.table("Ticket"):
            self._skip("Ticket", ticket["id"])
            self.world.skip_to_number(int(ticket["number"]))
        known = self.world.table("TicketArticle")
        self._skip("TicketArticle", min(number for number in seen["ticket_article_ids"] if number not in known))
        if sender not in self.world.user_ids:
            self._skip("User", ticket["updated_by_id"])
        self.now += timedelta(seconds=1)
        body = str(message.get_payload())
        self.desk.receive_mail(sender, message["Subject"], body, automatic=bool(_AUTOMATIC.search(str(message))))

    def _align(self, request: Json, recorded: Json) -> None:
        area = request["path"].removeprefix("/api/v1/").split("?")[0].split("/")[0]
        model = {"tickets": "Ticket", "ticket_articles": "TicketArticle", "users": "User"}.get(area)
        if model and request["method"] == "POST" and "id" in recorded:
            self._skip(model, recorded["id"])
        if model == "Ticket" and request["method"] == "POST" and "number" in recorded:
            self.world.skip_to_number(int(recorded["number"]))
        if recorded.get("article_ids"):
            fresh = [number for number in recorded["article_ids"] if number not in self.world.table("TicketArticle")]
            if fresh:
                self._skip("TicketArticle", fresh[0])
        if area == "ticket_merge" and recorded.get("result") == "success":
            self._skip("TicketArticle", self._next_article(request["path"]))

    def _next_article(self, merge: str) -> int:
        """The note of a merge, which its answer does not show."""
        source = int(merge.split("/")[-2])
        place = f"/api/v1/ticket_articles/by_ticket/{source}"
        looks = [row["response"]["body"] for row in self.recorded.values() if row["request"]["path"] == place]
        known = self.world.table("TicketArticle")
        notes = [row["id"] for rows in looks for row in rows if row["body"] == "merged" and row["id"] not in known]
        return min(notes, default=max(known) + 1)

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Token token={self.tokens[who]}"}

    def _add(self, who: str, number: int, roles: tuple[str, ...]) -> None:
        self._skip("User", number)
        first = "Bridge" if who == "bot" else who.capitalize()
        self.tokens[who] = self.desk.add_user(f"{who}@example.com", roles, firstname=first, lastname="Example")

    def _skip(self, model: str, number: int) -> None:
        self.world.skip_to(model, number)

    def _clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def facts(body: Json) -> Json:
    """What an answer says about tickets, messages and the past; nothing that depends on the moment or on an SLA."""
    if isinstance(body, list):
        return [facts(row) for row in body]
    if not isinstance(body, dict):
        return body
    if "history" in body:
        entries = [row for row in body["history"] if _counts(row)]
        return sorted([json.dumps({key: row.get(key) for key in _ENTRY}) for row in entries])
    if "assets" in body and "ticket_id" in body:
        tickets = body["assets"]["Ticket"]
        told = {key: body[key] for key in ("ticket_id", "ticket_article_ids", "tags")}
        told["links"] = sorted(json.dumps(link, sort_keys=True) for link in body["links"])
        return told | {"ticket": _some(tickets[str(body["ticket_id"])], _TICKET)}
    if "sender_id" in body:
        machine = (body["preferences"] or {}).get("is-auto-response")
        return _some(body, _ARTICLE) | {"machine": machine, "trigger": body["preferences"].get("perform_origin")}
    if "number" in body:
        return _some(body, _TICKET)
    if "result" in body:
        return {"result": body["result"]}
    if "error" in body:
        return re.sub(r"Error ID \S+:", "Error ID:", str(body["error"]))
    return _some(body, ("id", "name", "email", "active", "role_ids"))


def _counts(entry: Record) -> bool:
    attribute = str(entry.get("attribute") or "")
    return entry["type"] not in {"notification", "email"} and not any(part in attribute for part in _BY_SLA)


def _some(row: Json, names: tuple[str, ...]) -> dict[str, Json]:
    return {name: row.get(name) for name in names if name in row}
