"""The operations page: who sees it, what is on it, what is done by it."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import request
from structlog.typing import EventDict
from werkzeug.test import Client, TestResponse

from connector.domain.model import TicketId
from connector.helpdesks.helpdesk import Helpdesk
from connector.work.errors import StoreUnavailable
from tests.unit.webhooks.deliveries import Ledger, receiver
from tests.unit.webhooks.ops_night import READ_TOKEN, SECRET_WORDS, TOKEN, Night, opened
from webhooks.app import create_app


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """One night for all tests that change nothing."""
    with opened(tmp_path_factory.mktemp("night")) as night:
        yield night


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A night of its own."""
    with opened(tmp_path) as made:
        yield made


def sign_in(night: Night, token: str = TOKEN, **form: str) -> Client:
    client = night.app.test_client()
    answer = client.post("/ops/sign-in", data={"token": token, **form})
    assert answer.status_code == 303, answer.text
    return client


def proof(page: TestResponse) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_whoever_has_no_token_sees_a_form_and_nothing_else(shared: Night) -> None:
    client = shared.app.test_client()
    for path in ("/ops/", f"/ops/zammad/{shared.incident}", "/ops/no/such", "/ops/ticket?helpdesk=zammad&ticket=1"):
        answer = client.get(path)
        assert answer.status_code == 401
        assert "Token" in answer.text
        assert "Dead letters" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_wrong_token_is_refused_and_ten_of_them_shut_the_door_for_a_minute(shared: Night) -> None:
    client = shared.app.test_client()
    there = {"REMOTE_ADDR": "192.0.2.7"}
    for _ in range(10):
        assert client.post("/ops/sign-in", data={"token": "wrong"}, environ_base=there).status_code == 401
    assert client.post("/ops/sign-in", data={"token": TOKEN}, environ_base=there).status_code == 429
    assert client.post("/ops/sign-in", data={"token": TOKEN}).status_code == 303, "others are not locked out"


def test_the_session_is_a_cookie_that_no_script_and_no_other_site_gets(shared: Night) -> None:
    answer = shared.app.test_client().post("/ops/sign-in", data={"token": TOKEN, "next": "/ops/zammad/1"})
    assert answer.headers["Location"] == "/ops/zammad/1"
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/ops"} <= set(cookie.split("; "))
    assert TOKEN not in cookie


def test_the_link_in_a_note_opens_that_tickets_page_for_looking(tmp_path: Path) -> None:
    with opened(tmp_path, ops_url="https://c.example/ops/", proof_key="a key for what is proved") as night:
        pages = night.operations.settings.ticket_pages
        assert pages is not None
        path = pages.page("zammad", TicketId(night.incident)).removeprefix("https://c.example")
        client = night.app.test_client()

        seen = client.get(path)
        assert seen.status_code == 200
        assert "What each rule sees and decides" in seen.text
        assert "Look at it now" not in seen.text
        assert "Set-Cookie" not in seen.headers
        other = path.replace(f"/{night.incident}?", f"/{night.dead}?")
        for closed in (other, f"{path}x", path.partition("?")[0], "/ops/" + path.rpartition("?")[2]):
            assert client.get(closed).status_code == 401
        assert "Look at it now" in sign_in(night).get(path).text, "whoever may act still may"
    (closed_folder := tmp_path / "closed").mkdir()
    with opened(
        closed_folder,
        ops_url="https://c.example/ops/",
        proof_key="a key for what is proved",
        ops_token=None,
        ops_read_token=None,
    ) as night:
        assert night.app.test_client().get(path).status_code == 403


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/ops/\\evil", "/webhooks", "/ops/\n"]
)
def test_signing_in_leads_to_no_other_site(shared: Night, elsewhere: str) -> None:
    answer = shared.app.test_client().post("/ops/sign-in", data={"token": TOKEN, "next": elsewhere})
    assert answer.headers["Location"] == "/ops/"


def test_behind_https_the_cookie_goes_by_https_only(tmp_path: Path) -> None:
    with opened(tmp_path, ops_url="https://connector.example/ops/") as night:
        answer = night.app.test_client().post("/ops/sign-in", data={"token": TOKEN})
        assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_a_session_ends_after_an_hour_without_a_look_and_after_twelve_hours(night: Night) -> None:
    client = sign_in(night)
    for _ in range(12):
        assert client.get("/ops/").status_code == 200
        night.cast.stage.clock.advance(timedelta(minutes=61))
    assert client.get("/ops/").status_code == 401


def test_a_forged_cookie_is_none(shared: Night) -> None:
    client = sign_in(shared)
    cookie = client.get_cookie("interspace_ops", path="/ops")
    assert cookie is not None
    client.set_cookie("interspace_ops", cookie.value[:-2] + "AA", path="/ops")
    assert client.get("/ops/").status_code == 401


def test_without_token_and_proxy_nobody_sees_anything(tmp_path: Path) -> None:
    with opened(tmp_path, ops_token=None, ops_read_token=None) as night:
        client = night.app.test_client()
        answer = client.get("/ops/")
        assert answer.status_code == 403
        assert "INTERSPACE_OPS_TOKEN" in answer.text
        assert client.post("/ops/sign-in", data={"token": ""}).status_code == 403
        assert client.get("/ops/", headers={"X-Remote-User": "ada"}).status_code == 403


def test_a_proxys_word_counts_only_from_its_address(tmp_path: Path) -> None:
    more = {"ops_user_header": "X-Remote-User", "ops_proxies": "10.0.0.0/24, ::1", "ops_token": None}
    with opened(tmp_path, **more, ops_read_token=None) as night:
        client, told = night.app.test_client(), {"X-Remote-User": "grace"}
        assert client.get("/ops/", headers=told, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 200
        assert client.get("/ops/", headers=told, environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
        for stranger in ("10.0.1.9", "127.0.0.1", "unix:"):
            assert client.get("/ops/", headers=told, environ_base={"REMOTE_ADDR": stranger}).status_code == 403
        assert client.get("/ops/", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 403


def test_the_overview_says_what_is_wrong_what_comes_and_what_was_missed(shared: Night) -> None:
    page = sign_in(shared).get("/ops/").text
    number = shared.cast.stage.ticket(shared.incident).number
    dead = shared.cast.stage.ticket(shared.dead).number
    for said in (
        "Something needs you",
        "1 dead letter needs a person",
        "this ticket alone breaks it",
        f">{number}</a>",
        f">{dead}</a>",
        f'href="https://desk.example/#ticket/zoom/{shared.dead}"',
        "rises from level 2",
        "first response: due",
        "answered 429",
        "policy 5f3c would change 30 of 40",
        "it is switched off",
        "Switch it on.",
        shared.cast.stage.policy.version,
    ):
        assert said in page, said


def test_a_ticket_is_explained_with_its_rules_and_numbers(shared: Night) -> None:
    page = sign_in(shared).get(f"/ops/zammad/{shared.incident}").text
    for said in (
        "escalation",
        "P1: impact service affecting",
        "SVC-1005 belongs to",
        "level 2",
        "first response was due 2026-11-23 10:15 UTC",
        "Look at it now",
    ):
        assert said in page, said


def test_a_ticket_is_found_by_the_number_that_people_see(shared: Night) -> None:
    client, number = sign_in(shared), shared.cast.stage.ticket(shared.incident).number
    for said in (number, f"#{number}", f" {number} "):
        page = client.get("/ops/ticket", query_string={"helpdesk": "zammad", "ticket": said})
        assert f"<h1>Ticket {number}</h1>" in page.text
    assert client.get("/ops/ticket", query_string={"helpdesk": "zammad", "ticket": "1 or 1"}).status_code == 400
    assert client.get("/ops/ticket", query_string={"helpdesk": "zammad", "ticket": "99999"}).status_code == 404
    assert client.get("/ops/ticket", query_string={"helpdesk": "nobody", "ticket": number}).status_code == 404
    assert client.get("/ops/zammad/999999").status_code == 404
    assert client.get("/ops/zammad/..%2f..").status_code == 404


def test_no_word_of_a_customer_is_on_any_page(shared: Night) -> None:
    client = sign_in(shared)
    for path in ("/ops/", f"/ops/zammad/{shared.incident}", f"/ops/zammad/{shared.dead}"):
        page = client.get(path).text.casefold()
        assert [word for word in SECRET_WORDS if word.casefold() in page] == [], path


def test_a_dead_letter_is_tried_again_by_its_form(night: Night, log: list[EventDict]) -> None:
    client = sign_in(night)
    form = {"proof": proof(client.get("/ops/")), "helpdesk": "zammad", "ticket": night.dead}
    answer = client.post("/ops/do/replay", data=form)
    assert answer.headers["Location"] == "/ops/?done=replay&n=1"
    assert "1 will be tried again now" in client.get(answer.headers["Location"]).text
    assert night.operations.table.dead_letters() == []
    night.cast.stage.settle()
    assert night.operations.table.dead_letters() == []
    assert [(line["action"], line["by"]) for line in log if line["event"] == "done by hand"] == [
        ("replay", "token to act")
    ]


def test_drop_again_and_lift(night: Night) -> None:
    client, table = sign_in(night), night.operations.table
    form = {"proof": proof(client.get("/ops/")), "helpdesk": "zammad"}
    assert client.post("/ops/do/lift", data=form).status_code == 303
    assert table.pauses() == []
    assert client.post("/ops/do/drop", data={**form, "ticket": night.dead}).status_code == 303
    assert table.dead_letter(night.key) is None
    assert client.post("/ops/do/again", data={**form, "ticket": night.incident}).status_code == 303
    due = table.seen("zammad", [night.incident])[night.incident].due
    assert due == night.cast.stage.clock()


def test_without_its_proof_a_form_does_nothing(night: Night) -> None:
    client, other = sign_in(night), sign_in(night)
    foreign = proof(other.get("/ops/"))
    form = {"helpdesk": "zammad", "ticket": night.dead}
    own = proof(client.get("/ops/"))
    for data, headers in (
        (form, {}),
        ({**form, "proof": foreign}, {}),
        ({**form, "proof": own}, {"Sec-Fetch-Site": "cross-site"}),
        ({**form, "proof": own}, {"Sec-Fetch-Site": "same-site"}),
    ):
        assert client.post("/ops/do/drop", data=data, headers=headers).status_code == 403
    assert night.app.test_client().post("/ops/do/drop", data={**form, "proof": own}).status_code == 401
    assert client.get("/ops/do/drop", query_string={**form, "proof": own}).status_code == 404
    assert night.operations.table.dead_letter(night.key) is not None


def test_whoever_may_only_look_does_nothing(night: Night) -> None:
    client = sign_in(night, READ_TOKEN)
    page = client.get("/ops/")
    assert "this ticket alone breaks it" in page.text
    assert "proof" not in page.text
    cookie = client.get_cookie("interspace_ops", path="/ops")
    assert cookie is not None
    with night.app.test_request_context("/ops/", headers={"Cookie": f"interspace_ops={cookie.value}"}):
        reader = night.operations.access.visitor(request)
    assert reader is not None
    forged = {"proof": night.operations.access.form_proof(reader), "helpdesk": "zammad", "ticket": night.dead}
    assert client.post("/ops/do/drop", data=forged).status_code == 403
    assert night.operations.table.dead_letter(night.key) is not None


@pytest.mark.parametrize(
    ("action", "more", "status"),
    [
        ("erase", {"ticket": "1"}, 404),
        ("drop", {}, 400),
        ("again", {"ticket": "@full-sweep"}, 404),
        ("lift", {"helpdesk": "nobody"}, 404),
        ("drop", {"ticket": "1" * 20_000}, 413),
    ],
)
def test_what_cannot_be_done_is_refused(shared: Night, action: str, more: dict[str, str], status: int) -> None:
    client = sign_in(shared)
    form = {"proof": proof(client.get("/ops/")), "helpdesk": "zammad", **more}
    assert client.post(f"/ops/do/{action}", data=form).status_code == status


def test_a_link_from_another_site_comes_to_its_page_although_it_brings_no_cookie(shared: Night) -> None:
    answer = shared.app.test_client().get(f"/ops/zammad/{shared.incident}", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, 'http-equiv="refresh"' in answer.text) == (200, True)


def test_during_a_pause_of_the_whole_helpdesk_nothing_is_asked_of_it(night: Night) -> None:
    client, stage = sign_in(night), night.cast.stage
    stage.table.pause("zammad", stage.clock() + timedelta(minutes=5), "answered 503")
    before = stage.house.served()
    assert client.get(f"/ops/zammad/{night.incident}").status_code == 503
    assert stage.house.served() == before


def test_only_two_tickets_are_read_at_a_time_so_that_webhooks_find_threads(night: Night) -> None:
    client, stage = sign_in(night), night.cast.stage
    busy, answers, before = threading.Barrier(3), list[int](), stage.house.served()

    def finds(_: Helpdesk) -> TicketId:
        busy.wait(60)
        busy.wait(60)
        return TicketId(night.incident)

    readers = [threading.Thread(target=lambda: night.operations.explain("zammad", finds)) for _ in range(2)]
    for reader in readers:
        reader.start()
    busy.wait(60)
    answers.append(client.get(f"/ops/zammad/{night.incident}").status_code)
    assert stage.house.served() == before
    busy.wait(60)
    for reader in readers:
        reader.join()
    answers.append(client.get(f"/ops/zammad/{night.incident}").status_code)
    assert answers == [503, 200]


def test_a_work_table_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as night:
        client = sign_in(night)

        def away() -> None:
            raise StoreUnavailable("the database is away, password hunter2")

        monkeypatch.setattr(night.operations.table, "counts", away)
        answer = client.get("/ops/")
        assert answer.status_code == 503
        assert "hunter2" not in answer.text


def test_a_receiver_without_the_page_has_no_such_address() -> None:
    assert create_app(receiver(Ledger())).test_client().get("/ops/").status_code == 404
