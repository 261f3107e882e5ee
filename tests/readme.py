"""The parts of README.md that are made from the code: a ticket as the demo leaves it, and the table of tested versions.

Each stands between ``<!-- NAME: made by make generate -->`` and ``<!-- end -->``.
"""

import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from textwrap import wrap

from structlog.testing import capture_logs

from connector.cli.demo import START
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor
from connector.helpdesks import registry
from connector.helpdesks.versions import versions
from connector.policy.load import load_policy
from connector.sandbox.stage import Stage
from connector.sandbox.story import tell
from connector.settings import Settings
from tests.quality import ROOT

README = ROOT / "README.md"

_SHOWN = (
    *("service_id", "service_check", "impact", "urgency", "priority", "priority_reason", "intake_status"),
    *("first_response_due_at", "repair_due_at", "escalation_level", "escalation_reason", "next_escalation_at", "group"),
)
_AUTHORS = {Actor.CUSTOMER: "customer", Actor.AGENT: "agent", Actor.CONNECTOR: "connector"}
_BLOCK = re.compile(r"(<!-- ([\w ]+): made by make generate -->\n).*?(<!-- end -->)", re.DOTALL)
_WIDTH = 118


def readme() -> str:
    """README.md with its generated parts as they should be."""
    made = {"a ticket": _picture, "tested versions": _versions}
    return _BLOCK.sub(
        lambda block: block[1] + "\n".join(("", *made[block[2]](), "", "")) + block[3],
        README.read_text(encoding="utf-8"),
    )


def _versions() -> Iterator[str]:
    yield "| Helpdesk | How tested | What exactly |"
    yield "|---|---|---|"
    for helpdesk in registry.names():
        for version in versions(helpdesk):
            yield f"| {version.version} | {version.proof.words} | {version.says} |"


def _picture() -> Iterator[str]:
    ticket = _two_hours_old()
    yield "```text"
    of = ", ".join((ticket.customer.name, *ticket.customer.organizations))
    yield f"Ticket {ticket.number}   {ticket.title}   ({of})"
    yield "─" * _WIDTH
    for name in _SHOWN:
        yield f"{ticket.labels[name]:<24}{_value(ticket, name)}"
    yield "─" * _WIDTH
    for article in ticket.articles:
        yield from _lines(article)
    yield "```"


def _two_hours_old() -> Ticket:
    """The demo's incident at level 3."""
    settings = Settings()
    policy = load_policy(settings.policy, settings.services)
    furnish = registry.plugin("zammad").houses[0].open
    with (
        capture_logs(),
        tempfile.TemporaryDirectory() as folder,
        Stage(policy, furnish, f"sqlite:///{Path(folder) / 'work.sqlite3'}", START) as stage,
    ):
        next(step for step in tell(stage) if step.title.startswith("Two hours old"))
        return stage.ticket("1")


def _value(ticket: Ticket, name: str) -> str:
    value = getattr(ticket.fields, name)
    return f"{value:%a %d %b %H:%M} UTC" if isinstance(value, datetime) else ticket.labels.choice(name, str(value))


def _lines(article: Article) -> Iterator[str]:
    """One message on two lines at most: time, author, and how it begins."""
    who = f"{_AUTHORS[article.author]}{', internal' if article.internal else ''}"
    said = article.body.partition("\n\n" if article.internal else "\n-- ")[0]
    words = f"{article.subject} – {said}" if article.author is Actor.CONNECTOR else said
    begin = f"{article.created_at:%H:%M}  {who:<21} "
    yield from wrap(
        " ".join(words.split()),
        _WIDTH,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        max_lines=2,
        placeholder=" …",
    )
