"""A whole report: every figure names its tickets, equal input gives equal bytes, and customers' words are data."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from connector.documents.render import pdf
from connector.domain.fields import Fields
from connector.domain.model import TicketId
from connector.domain.person import Customer
from connector.domain.ticket import LinkedTicket
from connector.domain.vocabulary import (
    Actor,
    CauseCategory,
    Impact,
    Priority,
    ServiceCheck,
    TicketKind,
    TicketState,
)
from connector.policy.letterhead import shipped_letterhead
from connector.reports.document import report_document
from connector.reports.figures import Figure, Report, Row, Table
from connector.reports.incident import Incident, causes_of, incident
from connector.reports.month import Month
from connector.reports.render import TEXTS
from connector.reports.tables import of_customer, of_provider
from tests.builders import at, changed, complete, default_policy, moved, said
from tests.builders import incident as ticket_of

POLICY = default_policy()
MONTH = Month.parse("2026-11", ZoneInfo("Europe/Berlin"))
UNTIL = at(days=3)


def lived(number: str, hours: float, begins: float = 0, **values: object) -> Incident:
    """A P1 that was answered at once and repaired after so many hours."""
    ticket = ticket_of(
        complete(priority=Priority.P1, impact=Impact.SERVICE_AFFECTING, service_check=ServiceCheck.VERIFIED),
        number=number,
        created_at=at(hours=begins),
        state=TicketState.CLOSED,
        articles=(said("down", at(hours=begins)), said("news", at(hours=begins, minutes=5), Actor.AGENT)),
        history=(
            changed("service_check", None, ServiceCheck.VERIFIED, at(hours=begins), Actor.CONNECTOR),
            moved(TicketState.OPEN, TicketState.CLOSED, at(hours=begins + hours)),
        ),
        **values,
    )
    return incident(ticket, POLICY, UNTIL)


INCIDENTS = (lived("1", 2), lived("2", 6, begins=1), lived("3", 1, begins=-24 * 40))


def report(tables: tuple[Table, ...], customer: str | None = None) -> Report:
    return Report(MONTH, customer, UNTIL, "Interspace", POLICY.version, tables)


def row(tables: Sequence[Table], key: str, label: str) -> list[tuple[object, tuple[str, ...]]]:
    (table,) = (one for one in tables if one.key == key)
    (found,) = (one for one in table.rows if one.label == label)
    return [(figure.value, figure.tickets) for figure in found.figures]


def test_what_began_in_the_month_counts_and_each_figure_names_its_tickets() -> None:
    tables = of_customer(INCIDENTS, MONTH, UNTIL)

    assert row(tables, "incidents", "All")[0] == (2, ("1", "2"))
    assert row(tables, "promises", "Repair, P1") == [
        (2, ("1", "2")), (1, ("1",)), (1, ("2",)), (120, ("2",)), (50.0, ("1",)),
    ]  # fmt: skip
    assert row(tables, "repeats", "SVC-1005") == [(2, ("1", "2"))]


def test_downtime_that_overlaps_counts_once() -> None:
    down, waiting, available = row(of_customer(INCIDENTS, MONTH, UNTIL), "downtime", "SVC-1005")

    assert down == (7 * 60, ("1", "2"))
    assert waiting[0] == 0
    assert available[0] == int(100_000 * (1 - timedelta(hours=7) / (UNTIL - MONTH.begins))) / 1000


def test_the_provider_sees_all_customers_and_twelve_months() -> None:
    other = lived("4", 1, customer=Customer(id="9", name="=cmd|'/c calc'!A1", organizations=("<b>Acme</b>",)))
    tables = of_provider((*INCIDENTS, other), MONTH, UNTIL)

    (trend,) = (table for table in tables if table.key == "trend")
    assert [one.label for one in trend.rows] == [MONTH.shifted(-back).name for back in range(11, -1, -1)]
    assert [one.figures[0].value for one in trend.rows][-2:] == [1, 3]
    assert row(tables, "customers", "harbour")[0] == (2, ("1", "2"))


def test_every_format_holds_every_figure_and_is_the_same_every_time() -> None:
    whole = report(of_provider(INCIDENTS, MONTH, UNTIL))
    again = report(of_provider(tuple(reversed(INCIDENTS)), MONTH, UNTIL))

    for form in TEXTS.values():
        assert form(whole) == form(again)
    data = json.loads(TEXTS["json"](whole))
    assert data["tables"]["promises"][1]["Missed"] == {"value": 1, "tickets": ["2"]}
    lines = list(csv.DictReader(io.StringIO(TEXTS["csv"](whole))))
    assert len(lines) == sum(len(one.figures) for table in whole.tables for one in table.rows)
    assert "Repair, P1" in TEXTS["html"](whole)


def test_words_are_read_from_the_left_in_every_format() -> None:
    rows = (Row("Level 2", (Figure("Level 2: age"), Figure(1, ("41",)))), Row("Level 3", (Figure(None), Figure(2))))
    table = Table("levels", "Escalations", "", ("Why", "Times"), rows)

    assert table.words == (True, False)
    assert '<td>Level 2: age</td><td class="figure">' in TEXTS["html"](report((table,)))


def test_shares_are_rounded_and_what_was_missed_once_is_never_all() -> None:
    tables = of_provider((lived("1", 2), lived("2", 2), lived("3", 6)), MONTH, UNTIL)

    assert row(tables, "promises", "Repair, P1")[-1][0] == 66.7
    many = of_provider(
        (*(INCIDENTS[0]._replace(number=str(number)) for number in range(2000)), lived("late", 6)), MONTH, UNTIL
    )
    assert row(many, "promises", "Repair, P1")[-1][0] == 99.9


def test_what_people_wrote_is_data_in_every_format() -> None:
    evil = "=HYPERLINK(1)<script>alert(1)</script>{{ 7*7 }}"
    other = lived("4", 1, customer=Customer(id="9", name="x", organizations=(evil,)))
    whole = report(of_provider((other,), MONTH, UNTIL), customer=evil)

    html = TEXTS["html"](whole)
    assert "<script" not in html
    assert "{{ 7*7 }}" in html
    cells = [cell for line in csv.reader(io.StringIO(TEXTS["csv"](whole))) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_a_month_without_incidents_is_a_report() -> None:
    empty = report(of_provider((), MONTH, UNTIL))

    assert TEXTS["html"](empty).count("None.") >= 5
    assert all(form(empty) for form in TEXTS.values())


def test_the_pdf_shows_every_figure_and_what_people_wrote_as_text() -> None:
    evil = "#panic(1) *x* $y$ <b>"
    other = lived("4", 1, customer=Customer(id="9", name="x", organizations=(evil,)))
    whole = report(of_provider((*INCIDENTS, other), MONTH, UNTIL))
    made = pdf(report_document(whole, "report.pdf"), shipped_letterhead())
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages).split())

    assert made == pdf(report_document(whole, "report.pdf"), shipped_letterhead())
    assert evil in text
    for table in whole.tables:
        assert table.title in text
    assert "1, 2, 4" in text


def test_causes_come_from_problem_records_and_open_measures_from_the_incidents() -> None:
    link = LinkedTicket(id=TicketId("1"), number="1", state=TicketState.CLOSED, created_by_connector=False)
    history = (changed("cause_category", None, CauseCategory.FIBRE, at(hours=1), Actor.AGENT),)
    record = ticket_of(
        Fields(cause_category=CauseCategory.FIBRE), kind=TicketKind.PROBLEM, links=(link,), history=history
    )
    causes = causes_of(record)
    waiting = INCIDENTS[0]._replace(cause=causes["1"], measure=at(days=2)), INCIDENTS[1]._replace(measure=at(days=9))
    tables = of_provider(waiting, MONTH, UNTIL)

    assert causes == {"1": CauseCategory.FIBRE}
    assert causes_of(ticket_of(Fields(), kind=TicketKind.PROBLEM, links=(link,))) == {}
    assert row(tables, "causes", "Fibre") == [(1, ("1",)), (100.0, ("1",))]
    assert row(of_customer(waiting, MONTH, UNTIL), "measures", "1")[1] == ("yes", ("1",))
    assert row(tables, "measures", "2") == [("2026-12-02 10:00 UTC", ("2",)), ("no", ("2",))]
