"""What is not plain is told to support once, and changes nothing else (R27, R34, R39)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.domain.labels import LABELS
from connector.domain.vocabulary import Actor, Channel
from connector.rules.evaluate import evaluate
from connector.rules.spoken import spoken
from connector.rules.text.clauses import Verdict
from connector.rules.unclear import unclear
from tests.builders import T0, at, default_policy, incident, note, said
from tests.unit.rules.passes import decide, with_values, written

POLICY = default_policy()
HEADERS = {
    "French": "De : Ada <ada@harbour.example>\nEnvoyé : lundi 23 novembre 2026 19:12\nÀ : Support\nObjet : Ligne",
    "Spanish": "El lun, 23 nov 2026 a las 10:02, Ada (<ada@harbour.example>) escribió:",
    "Italian": "Il giorno lun 23 nov 2026 alle ore 10:02 Ada <ada@harbour.example> ha scritto:",
    "Dutch": "Op ma 23 nov 2026 om 10:02 schreef Ada <ada@harbour.example>:",
    "Polish": "pon., 23 lis 2026 o 10:02 Ada <ada@harbour.example> napisał(a):",
    "Portuguese": "De: Ada <ada@harbour.example>\nEnviado: segunda-feira, 23 de novembro de 2026 10:02\nPara: Support",
    "Swedish": "Från: Ada <ada@harbour.example>\nSkickat: den 23 november 2026 10:02\nTill: Support\nÄmne: Linje",
    "Danish": "Den man. 23. nov. 2026 kl. 10.02 skrev Ada <ada@harbour.example>:",
    "Turkish": "Ada <ada@harbour.example>, 23 Kas 2026 Pzt, 10:02 tarihinde şunu yazdı:",
    "Russian": "пн, 23 нояб. 2026 г. в 10:02, Ada <ada@harbour.example>:",
    "Japanese": "2026年11月23日(月) 10:02 Ada <ada@harbour.example>:",
    "Zoho": "---- On Mon, 23 Nov 2026 10:02:00 +0000 Ada <ada@harbour.example> wrote ----",
}
LONG = "We are still offline and nobody has called us back since the morning. Please escalate this to your management."


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("earlier", ["Please escalate.", LONG], ids=["short", "long"])
def test_an_earlier_message_under_any_header_asks_for_nothing_again(header: str, earlier: str) -> None:
    first, answer = said(earlier), said("We have no news.", at(minutes=10), Actor.AGENT)
    reply = said(f"It is still the same.\n\n{header}\n\n{earlier}", at(hours=2))

    heard = spoken(incident(articles=(first, answer, reply)), POLICY).escalation

    assert [(statement.article, statement.reading.verdict) for statement in heard] == [(first, Verdict.YES)]


def test_a_long_quotation_without_any_header_asks_for_nothing_again() -> None:
    ticket = incident(articles=(said(LONG), said(f"Any news?\n\n{LONG}", at(hours=2))))

    assert len(spoken(ticket, POLICY).escalation) == 1


def test_a_short_sentence_may_be_repeated_and_is_meant() -> None:
    ticket = incident(
        articles=(said("Please escalate this ticket now."), said("Please escalate this ticket now.", at(hours=2)))
    )

    assert [s.reading.verdict for s in spoken(ticket, POLICY).escalation] == [Verdict.YES, Verdict.YES]


def test_a_repeated_sentence_above_a_marked_quotation_is_meant() -> None:
    words = "Please escalate this ticket now."
    quoted = "\n".join(
        f"> {line}" for line in (words, "We are looking into it and will come back to you soon, at ten.")
    )
    ours = said("We are looking into it and will come back to you soon, at ten.", at(minutes=1), Actor.AGENT)
    ticket = incident(articles=(said(words), ours, said(f"{words}\n\n{quoted}", at(hours=2))))

    assert [s.reading.verdict for s in spoken(ticket, POLICY).escalation] == [Verdict.YES, Verdict.YES]


def test_new_words_in_a_line_of_old_ones_are_heard() -> None:
    old = "no light on the handover port in Hamburg since this morning, all branches are offline, circuit HAM-ETH-0108"
    ticket = incident(articles=(said(old), said(f"{old} please escalate this ticket {old}", at(hours=2))))

    assert [s.reading.verdict for s in spoken(ticket, POLICY).escalation] == [Verdict.YES]


def test_a_message_that_only_repeats_the_ticket_is_for_support_to_judge() -> None:
    ticket = incident(articles=(said(LONG), said(LONG, at(hours=2))))

    assert [s.reading.verdict for s in spoken(ticket, POLICY).escalation] == [Verdict.YES, Verdict.UNCLEAR]


def test_what_is_unclear_is_noted_once_with_the_sentence_and_what_to_set() -> None:
    doubtful = said("If nothing happens by noon, we will escalate. Perhaps we need an RFO.", at(minutes=1))
    ticket = incident(articles=(doubtful,))

    (told,) = decide(unclear, ticket, POLICY, at(minutes=2)).notes

    assert (told.public, told.title) == (False, "Possible request, please check")
    assert told.marks == {f"unclear-{doubtful.id}"}
    assert '"If nothing happens by noon, we will escalate"' in told.text
    assert '"Perhaps we need an RFO"' in told.text
    assert '"Escalate now, because"' in told.text
    assert "macro" not in told.text
    noted = incident(articles=(doubtful, note(set(told.marks), at(minutes=2))))
    assert decide(unclear, noted, POLICY, at(minutes=3)).notes == ()


def test_a_macro_is_named_where_there_is_one() -> None:
    ticket = incident(articles=(said("Perhaps we need an RFO.", at(minutes=1)),))
    clicks = replace(LABELS, macros=frozenset({"Request RFO"}))

    (told,) = decide(unclear, with_values(ticket, labels=clicks), POLICY, at(minutes=2)).notes

    assert 'set "RFO requested", for example by the macro "Request RFO".' in told.text


def test_what_is_unclear_changes_no_level_and_no_promise() -> None:
    doubtful = said("If nothing happens by noon, we will escalate. Perhaps we need an RFO.", at(minutes=1))
    with_doubt, without = (
        incident(articles=(doubtful,)),
        incident(articles=(said("We would like to know how long it will take until it works.", at(minutes=1)),)),
    )

    assert evaluate(with_doubt, POLICY, at(minutes=2)).changes == evaluate(without, POLICY, at(minutes=2)).changes


def test_nobody_is_told_of_what_was_said_long_ago() -> None:
    ticket = incident(articles=(said("We may escalate."),))

    assert decide(unclear, ticket, POLICY, T0 + timedelta(days=7, minutes=1)).notes == ()


def test_after_the_note_there_is_nothing_more_to_write() -> None:
    ticket = incident(articles=(said("We may escalate.", at(minutes=1)),))
    now = at(minutes=2)
    for _ in range(4):
        ticket = written(ticket, evaluate(ticket, POLICY, now), now)

    assert f"unclear-{ticket.articles[0].id}" in ticket.marks
    assert evaluate(ticket, POLICY, now).writes_nothing


def test_the_customers_own_subject_is_read_and_ours_that_comes_back_is_not() -> None:
    def heard(subject: str) -> int:
        article = said("See subject.", subject=subject)
        return len(spoken(incident(articles=(article,), title=subject), POLICY).escalation)

    assert heard("ESCALATION: please escalate ticket 41007") == 1
    assert heard("Re: please escalate") == 0
    assert heard("AW: bitte eskalieren") == 0


@pytest.mark.parametrize(
    ("subject", "heard"),
    [
        ("Re: [Ticket#41007] Line down - PLEASE ESCALATE", 1),
        ("AW: AW: [Ticket#41007] Bitte eskalieren!", 1),
        ("Re: [Ticket#41007] Line down", 0),
        ("Re: [Ticket#41007] Please escalate the migration", 0),
        ("Re: Please escalate", 0),
        ("WG: Bitte eskalieren", 0),
    ],
)
def test_a_subject_that_was_changed_in_the_answer_is_read(subject: str, heard: int) -> None:
    articles = (
        said("It is dead.", subject="Line down"),
        said("As agreed.", at(minutes=1), Actor.AGENT, subject="Please escalate the migration"),
        said("See subject.", at(minutes=2), subject=subject),
    )
    assert len(spoken(incident(articles=articles, title="Line down"), POLICY).escalation) == heard


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Customer insists on an escalation!", [Verdict.UNCLEAR]),
        ("Kunde besteht auf Eskalation.", [Verdict.UNCLEAR]),
        ("Please escalate.", [Verdict.UNCLEAR]),
        ("Customer does not want an escalation.", []),
    ],
)
def test_what_support_writes_of_a_call_is_for_support_to_decide(text: str, expected: list[Verdict]) -> None:
    call = said(text, author=Actor.AGENT, channel=Channel.PHONE)
    heard = spoken(incident(articles=(call,)), POLICY).escalation
    assert [mention.reading.verdict for mention in heard] == expected


def test_what_support_writes_in_a_mail_asks_for_nothing() -> None:
    mail = said("Please escalate.", author=Actor.AGENT)
    assert spoken(incident(articles=(mail,)), POLICY).escalation == ()
