"""R14, R27, R34, R39: what customers answer in threads that quote us, with what a person would read in it.

``ctx`` is what went before: our question for details (``ask``), our question whether the repair may wait (``defer``),
or an agent's message (``open``). In a ``body``, ``{Qg}``, ``{Qo}`` and ``{Qf}`` quote it as Gmail, Outlook, and Outlook
in French do. ``right`` is what must be read, ``may`` what may be, ``asked`` what may be missed.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.domain.fields import Fields
from connector.domain.person import Person
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor
from connector.rules.case import Case
from connector.rules.completeness import completeness
from connector.rules.people import known
from tests.builders import at, complete, default_policy, incident, said

POLICY = default_policy()
CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "text" / "replies.json").read_text(encoding="utf-8"))
BEFORE = {
    "ask": """Hello Ada Example,

thank you for your message. To work on it without delay we also need:

Service ID (as in your welcome message):
Start time (date, time and time zone, for example 2026-11-22 10:05 UTC):
Impact (service affecting, degradation, or non-service affecting):

Please reply to this message and fill in the lines above.

Interspace Customer Service Centre
""",
    "defer": """Hello Ada Example,

your traffic is not disturbed by this fault. With your consent we continue at 2026-11-24 08:00 UTC, when working
hours begin.

Do you agree? Without your consent we go on now.

Interspace Customer Service Centre
""",
    "open": """Hello Ada,

our engineer is on the way to Hamburg. We will escalate to the carrier if the fault is not found by noon. The RFO will
be sent after the repair, please tell us if you need it.

Grace Hopper
Interspace Support
""",
}
OUTLOOK = "From: Interspace Support <support@interspace.example>\nSent: Monday, 23 November 2026 18:02\n"
OUTLOOK += "To: Ada Example <ada@harbour.example>\nSubject: RE: Packet loss on the line\n\n"
FRENCH = "De : Interspace Support <support@interspace.example>\nEnvoyé : lundi 23 novembre 2026 18:02\n"
FRENCH += "À : Ada Example\nObjet : RE: Packet loss\n\n"


def _with_quotation(body: str, earlier: str) -> str:
    marked = "\n".join(f"> {line}" for line in earlier.strip().split("\n"))
    gmail = f"On Mon, 23 Nov 2026 at 18:02, Interspace Support <support@interspace.example> wrote:\n{marked}"
    return body.replace("{Qg}", gmail).replace("{Qo}", OUTLOOK + earlier).replace("{Qf}", FRENCH + earlier)


def thread(case: dict[str, Any]) -> Ticket:
    ctx = case["ctx"]
    first = said("Hello, we have a problem with our line, please call us.", subject="Packet loss on the line")
    when = at(hours=8 if ctx == "defer" else 1)
    question = said(
        BEFORE[ctx],
        when,
        Actor.AGENT if ctx == "open" else Actor.CONNECTOR,
        subject="Re: Packet loss on the line",
        marks=frozenset({"ask": {"asked"}, "defer": {"deferral-asked-1"}}.get(ctx, ())),
    )
    reply = said(
        _with_quotation(case["body"], BEFORE[ctx]),
        when + timedelta(hours=1),
        subject=case.get("subject", "Re: Packet loss on the line"),
        by=Person(id="9", email=case.get("from", "ada@harbour.example")),
        is_html=case.get("html", False),
    )
    impact = {"impact": "non_service_affecting"} if ctx == "defer" else {}
    fields = Fields() if ctx == "ask" else complete(**impact)
    return known(incident(fields, articles=(first, question, reply)), POLICY.catalogue)


def read(ticket: Ticket) -> dict[str, str]:
    """The details that are filled in, and a verdict for each request and consent of the last message."""
    *_, reply = ticket.articles
    case = Case(ticket, POLICY, reply.created_at + timedelta(minutes=1))
    values = {
        name: value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else str(value)
        for name, value in completeness(case).changes.items()
        if name not in ("intake_status", "short_description", "test_results")
    }
    for kind in ("escalation", "rfo", "consent"):
        for mention in getattr(case.spoken, kind):
            if mention.article.id == reply.id:
                values[kind] = mention.reading.verdict.value
    return values


@pytest.mark.parametrize("situation", sorted({case["ctx"] for case in CASES}))
def test_an_answer_is_read_as_a_person_would_or_asked_about(situation: str) -> None:
    for case in CASES:
        if case["ctx"] == situation:
            _is_read_well(case)


def _is_read_well(case: dict[str, Any]) -> None:
    ticket = thread(case)
    right, may = case.get("right", {}), case.get("may", {})

    assert ticket.articles[-1].author is Actor(case.get("author", "customer"))
    got = {name: value for name, value in read(ticket).items() if value not in ("no", "unclear")}
    assert {name for name in right if name not in got} <= set(case.get("asked", ()))
    assert {name: value for name, value in got.items() if right.get(name, may.get(name)) != value} == {}
