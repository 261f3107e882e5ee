"""Words count in the customer's own, affirmative, present sentence; and a person can overrule every reading."""

import unicodedata
from datetime import timedelta
from html import escape

import pytest

from connector.domain.vocabulary import TicketState, Urgency
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.public_reports.conftest import deferrable, requests_of
from tests.unit.rules.text.reading import read

QUESTION = "Hello Ada,\n\nIf you agree, please reply: I agree to the deferral.\n\nWithout your consent we go on now."
HEADERS = {
    "French": "De : Interspace Support <support@interspace.example>\nEnvoyé : lundi 23 novembre 2026 20:00\n"
    "À : Ada Example <ada@harbour.example>\nObjet : Ticket 41007",
    "Spanish": "De: Interspace Support <support@interspace.example>\nEnviado el: lunes, 23 de noviembre de 2026 20:00\n"
    "Para: Ada\nAsunto: Ticket 41007",
    "Italian": "Da: Interspace Support <support@interspace.example>\nInviato: lunedì 23 novembre 2026 20:00\nA: Ada\n"
    "Oggetto: Ticket 41007",
    "French Thunderbird": "Le 23/11/2026 à 20:00, Interspace Support a écrit :",
}
"""How mail clients introduce what they quote, here without any mark in front of its lines."""


@pytest.mark.parametrize(
    "text",
    [
        "I do not agree to the deferral. Please continue now.",
        "I don't think this can wait until tomorrow.",
        "Why do you think it can wait until Monday? Please go on.",
        "Ich bin nicht mit dem Aufschub einverstanden.",
    ],
)
def test_a_no_does_not_defer(friday: Cast, text: str) -> None:
    """Microsoft-community/Dotsimus#48, kurone-kito/idd-skill#2609."""
    ticket = deferrable(friday)
    friday.customer.replies(ticket, text)
    friday.stage.settle()
    assert friday.stage.ticket(ticket).fields.deferred_until is None


@pytest.mark.parametrize(
    "text",
    [
        "Please do not escalate this ticket, we are fine.",
        "Why did you escalate this ticket?",
        "We do not need an RFO for this one.",
        "You need not send us an RFO.",
    ],
)
def test_a_no_requests_nothing(text: str) -> None:
    """Microsoft-community/Dotsimus#48, kurone-kito/idd-skill#2609."""
    assert requests_of(text) == set()


@pytest.mark.parametrize("client", HEADERS)
@pytest.mark.parametrize("is_html", [False, True], ids=["text", "html"])
def test_our_quoted_question_is_not_the_customers_answer(client: str, is_html: bool) -> None:
    """twentyhq/twenty#25315, crisp-oss/email-reply-parser#24, mailgun/talon#193."""
    head = HEADERS[client]
    body = f"No! Go on tonight.\n\n{head}\n\n{QUESTION}"
    if is_html:
        lines = escape(head, quote=False).replace("\n", "<br>")
        quoted = f"<hr><div id='divRplyFwdMsg'>{lines}</div><div><p>{QUESTION}</p></div>"
        body = f"<div>No! Go on tonight.</div>{quoted}"
    assert requests_of(body, is_html=is_html) == set()


def test_an_agent_lifts_a_misread_request_for_an_rfo(zammad: Cast) -> None:
    """jsboige/CoursIA#15772."""
    stage = zammad.stage
    misread = "We have read your outage report on the status page, it does not mention our line.\n"
    ticket = zammad.customer.writes("Line dead", f"{COMPLETE}\n{misread}")
    stage.settle()
    zammad.agent.replies(ticket, "fixed")
    zammad.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    for requested in (True, False):
        zammad.agent.sets(ticket, rfo_requested=requested)
        stage.settle()
    stage.advance(timedelta(minutes=5))
    assert stage.ticket(ticket).fields.rfo_status is None


def test_decomposed_umlauts_are_umlauts() -> None:
    """imdinu/apple-mail-mcp#120, sharkdp/fd#1535."""
    assert requests_of(unicodedata.normalize("NFD", "nächste Eskalationsstufe")) == {"escalation"}


def test_a_label_with_decomposed_umlauts_is_read() -> None:
    """imdinu/apple-mail-mcp#120, sharkdp/fd#1535."""
    assert read(unicodedata.normalize("NFD", "Priorität: hoch")).urgency is Urgency.HIGH


def test_the_subject_counts() -> None:
    """osTicket/osTicket#280: everything is in the subject, the body says nothing."""
    subject = "PLEASE ESCALATE Re: [Ticket#41001]"
    assert requests_of("No progress, see subject.", subject=subject) == {"escalation"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Service ID: SVC\u20111005", id="hyphen that does not break"),
        pytest.param("Our line SVC\u20111005 is down", id="in a sentence"),
        pytest.param("Service ID: SVC\u20131005", id="dash"),
        pytest.param("Service ID: ＳＶＣ－１００５", id="full width"),
    ],
)
def test_a_service_id_with_another_hyphen_is_the_same(text: str) -> None:
    """ManageIQ/miq_bot#322, microsoft/cascadia-code#222."""
    assert read(text).service_id == "SVC-1005"
