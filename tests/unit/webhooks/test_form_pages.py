"""The customers' pages without a browser: what each answer may show, keep, load and log."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from structlog.typing import EventDict
from werkzeug.test import TestResponse

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import OutOfReachError, TransientError
from connector.policy.links import ConsentQuestion
from connector.receiver import Receiver, create_app
from connector.sandbox.stage import Stage
from connector.work.errors import StoreUnavailable
from tests.form_texts import catalog
from tests.panels import LINKS, ORIGIN, Counter, token
from tests.promises.conftest import COMPLETE, open_stage
from webhooks.form.language import LANGUAGES, LOCALE, chosen, language
from webhooks.form.values import UnclearStartError, start_of
from webhooks.pages import STATIC
from webhooks.throttle import Throttle


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for all tests."""
    with open_stage(f"sqlite:///{tmp_path_factory.mktemp('form') / 'work.sqlite3'}") as made:
        yield made


@pytest.fixture(scope="module")
def ticket(stage: Stage) -> Ticket:
    """Of Ada, by mail."""
    ada = stage.person("ada@harbour.example", organization="Harbour Bank", name="Ada Lovelace")
    made = ada.writes("Line dead", COMPLETE)
    stage.settle()
    return stage.ticket(made)


def client_of(stage: Stage, **other: Any) -> FlaskClient:
    reports = replace(Counter(stage).reports, **other)
    receiver = Receiver([], touch=stage.commits.touch, now=stage.clock, counts=stage.table.counts)
    return create_app(replace(receiver, reports=reports, links=LINKS)).test_client()


@pytest.fixture
def client(stage: Stage) -> FlaskClient:
    return client_of(stage)


def opened(client: FlaskClient, stage: Stage, **claims: Any) -> TestResponse:
    return client.post("/form/?service=SVC-1005", data={"token": token(stage.clock(), **claims)})


def session_in(page: TestResponse) -> str:
    found = re.search(r'name="session" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


FILLED = {
    "service": "SVC-1005",
    "title": "No traffic",
    "start-day": "2026-11-23",
    "start-time": "09:40",
    "start-zone": "UTC",
    "impact": "degradation",
}


def test_a_page_runs_our_scripts_alone_is_framed_by_the_panel_alone_and_kept_nowhere(
    client: FlaskClient, stage: Stage
) -> None:
    for page in (client.get("/form/"), opened(client, stage), client.post("/form/")):
        policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == ORIGIN
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in page.headers
        assert not re.search(r"<script>|<style| style=| on\w+=", page.text)


def test_the_page_from_a_letter_stands_in_no_frame(client: FlaskClient) -> None:
    page = client.get("/form/consent?link=wrong")

    assert page.status_code == 404
    assert "frame-ancestors 'none'" in client.get(_link()).headers["Content-Security-Policy"]
    assert client.get(_link()).headers["X-Frame-Options"] == "DENY"


def _link() -> str:
    return LINKS.consent(ConsentQuestion("zammad", TicketId("1"), datetime(2027, 1, 4, 8, tzinfo=UTC))).removeprefix(
        "https://support.isp.example"
    )


def test_a_form_with_everything_is_small(client: FlaskClient, stage: Stage) -> None:
    files = [STATIC / "page.css", STATIC / "form" / "form.css", STATIC / "form" / "form.js"]
    files.append(STATIC / "form" / "interspace-ticket.js")

    everything = len(opened(client, stage, lang="de").data) + sum(file.stat().st_size for file in files)

    assert everything <= 60 * 1024


def test_nothing_of_who_asks_and_what_they_write_is_in_a_log(stage: Stage, log: list[EventDict]) -> None:
    client = client_of(stage)
    word = token(stage.clock(), email="ada.secret@harbour.example", name="Ada Secret")
    page = client.post("/form/", data={"token": word})
    held = session_in(page)
    client.post("/form/", data={"token": word})
    client.post("/form/", data={"token": word[:-2]})
    client.post("/form/report", data={**FILLED, "session": held, "title": "Secret words"})
    client.post("/form/report", data={"session": held[:-3]})
    client.get("/form/consent?link=secret-link")
    client.get("/form/nothing?token=" + word)

    said = repr(log)

    assert len(log) > 3
    for text in (word, word.split(".")[1], held, held.split(".")[2], "ada.secret", "Ada Secret", "Secret words"):
        assert text not in said
    assert "secret-link" not in said


@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token": "x"}, {"session": "a.b.c"}, {"token": "ä" * 50}])
def test_without_a_token_there_is_a_page_that_says_so(client: FlaskClient, form: dict[str, str]) -> None:
    for path in ("/form/", "/form/service", "/form/report", "/form/sent", "/form/matrix", "/form/tickets/1"):
        page = client.post(path, data=form)
        assert (page.status_code, page.mimetype) == (403, "text/html")
        assert "open it again from your control panel" in page.text


def test_a_body_that_is_too_large_is_a_page(stage: Stage) -> None:
    client = client_of(stage, most_bytes=10_000)
    held = session_in(opened(client, stage))

    answers = [client.post("/form/report", data={**FILLED, "session": held, "details": "x" * 20_000})]
    answers.append(client.post("/form/service", data={"session": held, "x": "x" * 400_000}))

    assert [answer.status_code for answer in answers] == [413, 413]
    assert all("Nothing was sent" in answer.text for answer in answers)


def test_a_store_that_is_away_loses_nothing_silently(stage: Stage) -> None:
    def away(*_: object) -> Any:
        raise StoreUnavailable("away")

    client = client_of(stage)
    held = session_in(opened(client, stage))
    broken = client_of(stage, use_once=away, find=away)
    broken_accepting = Counter(stage)
    vars(broken_accepting)["submit"] = away

    answers = [
        broken.post("/form/", data={"token": token(stage.clock())}),
        broken.post("/form/sent", data={"session": held}),
        client_of(stage, accepting=broken_accepting).post("/form/report", data={**FILLED, "session": held}),
    ]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert all("Nothing was sent" in answer.text and answer.headers["Retry-After"] for answer in answers)


def test_a_helpdesk_that_is_away_hides_what_is_reported_and_nothing_else(stage: Stage) -> None:
    class Away:
        name = "zammad"

        def read(self, ticket_id: TicketId) -> Ticket:
            raise TransientError("away")

        def __getattr__(self, name: str) -> Any:
            return self.read

    client = client_of(stage, open_desk=lambda name: Away())
    page = opened(client, stage)

    assert page.status_code == 200
    assert "We cannot show now what is reported" in page.text
    assert client.post("/form/tickets/1", data={"session": session_in(page)}).status_code == 503


def test_a_person_can_send_so_much_and_no_more(stage: Stage) -> None:
    client = client_of(stage, throttle=Throttle(per_panel=0, per_person=2))
    held = session_in(opened(client, stage))

    answers = [client.post("/form/report", data={**FILLED, "session": held}).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_a_button_that_is_pressed_twice_on_one_page_is_one_message(stage: Stage, ticket: Ticket) -> None:
    client = client_of(stage)
    page = client.post(f"/form/tickets/{ticket.id}", data={"token": token(stage.clock())})
    once = re.search(r'name="once" value="([^"]+)"', page.text)
    assert once is not None
    form = {"session": session_in(page), "once": once[1], "text": "Any news?"}

    for _ in range(2):
        assert client.post(f"/form/tickets/{ticket.id}/add", data=form).status_code == 200

    assert [article.body for article in stage.ticket(ticket.id).articles].count("Any news?") == 1


@pytest.mark.parametrize(
    "claims",
    [{"org": "acme"}, {"service_ids": ["SVC-1006"]}, {"service_ids": []}, {"org": "nobody"}],
)
def test_anothers_ticket_looks_like_none(stage: Stage, ticket: Ticket, claims: dict[str, Any]) -> None:
    client = client_of(stage)
    held = session_in(opened(client, stage, **claims))

    pages = [
        client.post(f"/form/tickets/{name}", data={"session": held}) for name in (ticket.id, "99999", "..", "a" * 99)
    ]
    pages.append(client.post(f"/form/tickets/{ticket.id}/escalate", data={"session": held, "reason": "x"}))

    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert not any(article.act for article in stage.ticket(ticket.id).articles)


def test_a_ticket_that_we_may_not_see_looks_like_none(stage: Stage, ticket: Ticket) -> None:
    class Hidden:
        def read(self, ticket_id: TicketId) -> Ticket:
            raise OutOfReachError("another department's")

    client = client_of(stage, open_desk=lambda _: Hidden())
    held = session_in(opened(client, stage))

    assert client.post(f"/form/tickets/{ticket.id}", data={"session": held}).status_code == 404


@pytest.mark.parametrize(("button", "field"), [("add", "text"), ("escalate", "reason")])
def test_no_text_with_control_characters_goes_to_the_helpdesk(
    client: FlaskClient, stage: Stage, ticket: Ticket, button: str, field: str
) -> None:
    form = {"session": session_in(opened(client, stage)), "once": "c", field: "a\0b"}

    page = client.post(f"/form/tickets/{ticket.id}/{button}", data=form)

    assert (page.status_code, "control characters" in page.text) == (422, True)
    assert not any("\0" in article.body for article in stage.ticket(ticket.id).articles)


def test_nobody_tries_many_numbers_of_tickets(stage: Stage) -> None:
    client = client_of(stage, throttle=Throttle(per_panel=0, per_person=0, monotonic=lambda: 0.0))
    held = session_in(opened(client, stage))

    answers = [client.post(f"/form/tickets/{9000 + n}", data={"session": held}).status_code for n in range(70)]

    assert (answers[0], answers[-1]) == (404, 429)
    assert opened(client, stage).status_code == 200


def test_the_matrix_is_a_file_of_an_own_service(client: FlaskClient, stage: Stage) -> None:
    held = session_in(opened(client, stage))

    own = client.post("/form/matrix", data={"session": held, "service": "SVC-1005"})
    other = client.post("/form/matrix", data={"session": held, "service": "SVC-1001"})

    assert own.data.startswith(b"%PDF-")
    assert own.headers["Content-Disposition"] == 'attachment; filename="escalation-matrix-SVC-1005-v1.pdf"'
    assert other.status_code == 404


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_text_is_there_in_each_language_with_the_same_values(code: str) -> None:
    with (LOCALE / code / "form.po").open("rb") as file:
        translated = read_po(file, locale=code)

    for message in catalog():
        if not message.id:
            continue
        known = translated.get(message.id)
        assert known is not None, f"{code}: {message.id!r} is not translated"
        assert known.string, f"{code}: {message.id!r} is not translated"
        assert _values(str(known.string)) == _values(str(message.id)), message.id
    assert {each.id for each in translated if each.id} == {each.id for each in catalog() if each.id}


def _values(text: str) -> set[str]:
    named = {name for _, name, _, _ in Formatter().parse(text) if name} if "{" in text else set()
    return named | set(re.findall(r"%\(\w+\)s", text))


def test_a_language_that_we_do_not_have_is_english() -> None:
    assert [chosen(code).code for code in ("de-AT", "FR", "pt", "", None)] == ["de", "fr", "en", "en", "en"]
    at = datetime(2026, 3, 1, 8, 5, tzinfo=UTC)
    assert {language(code).time(at, ZoneInfo("Europe/Berlin"))[-5:] for code in LANGUAGES} == {"09:05"}


@pytest.mark.parametrize(
    ("day", "time", "zone"),
    [
        ("2026-03-29", "02:30", "Europe/Berlin"),
        ("2026-10-25", "02:30", "Europe/Berlin"),
        ("2026-11-23", "", "UTC"),
        ("", "10:00", "UTC"),
        ("2026-11-23", "10:00+02:00", "UTC"),
        ("2026-11-23", "10:00", "Asia/Tokyo"),
        ("2026-13-23", "10:00", "UTC"),
        ("0001-01-01", "00:00", "Europe/Berlin"),
    ],
)
def test_a_start_is_never_guessed(day: str, time: str, zone: str) -> None:
    with pytest.raises(UnclearStartError):
        start_of({"start-day": day, "start-time": time, "start-zone": zone}, ["Europe/Berlin", "UTC"])


def test_a_start_counts_by_its_zone() -> None:
    values = {"start-day": "2026-07-01", "start-time": "00:30", "start-zone": "Europe/Berlin"}

    assert start_of(values, ["Europe/Berlin"]) == datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert start_of({**values, "start-day": "", "start-time": ""}, []) is None


def test_the_kept_texts_of_a_form_are_those_that_were_sent(client: FlaskClient, stage: Stage) -> None:
    held = session_in(opened(client, stage))
    hostile = "</textarea><script>alert(1)</script>\"'{{7*7}}"

    page = client.post(
        "/form/report", data={"session": held, "service": "SVC-1005", "title": hostile, "details": hostile}
    )

    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert page.text.count("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;{{7*7}}") == 2


def test_the_log_of_the_work_on_a_ticket_has_no_words_of_its_customer(stage: Stage, log: list[EventDict]) -> None:
    ada = stage.person("ada@harbour.example", organization="Harbour Bank", name="Ada Lovelace")
    ada.writes("Zephyrine is dead", "The quagmire is dark.")
    stage.settle()

    told = [line for line in log if line["log_level"] != "debug"]
    assert any(line["event"] == "reconciled" and line["note"] for line in told), "they were asked for details"
    assert not re.search("zephyrine|quagmire|lovelace|ada@", repr(told), re.IGNORECASE)
