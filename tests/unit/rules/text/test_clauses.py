"""R27, R34, R39: a plain wish, and nothing else, is a request or a consent."""

from collections import Counter
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.rules.text.clauses import Verdict, read_request
from connector.rules.text.consent import read_consent
from connector.rules.text.cues import REASON
from connector.rules.text.second_thoughts import doubted_in
from tests.builders import default_policy
from tests.unit.rules.text.corpora import Sentence, sentences
from tests.unit.rules.text.reading import own

POLICY = default_policy()
NAMES = {"escalation": POLICY.escalation.request_phrases, "rfo": POLICY.rfo.request_phrases}
REQUESTS = list(sentences("requests", 2))
CONSENTS = list(sentences("consent", 1))


def verdict(family: str, text: str) -> str | None:
    reading = read_request(text, NAMES[family])
    return reading.verdict if reading else None


WANTED = [sentence for sentence in REQUESTS if verdict(sentence.meaning[0], sentence.text) == "yes"]


def consent(text: str, *, asked: bool = True) -> str | None:
    reading = read_consent(own(text, False), POLICY.deferral.consent_phrases, asked)
    return reading.verdict if reading else None


def part(name: str, corpus: list[Sentence]) -> list[Sentence]:
    return [sentence for sentence in corpus if sentence.part == name]


def test_a_request_is_understood() -> None:
    read = [(s.text, verdict(s.meaning[0], s.text), s.meaning[1]) for s in part("tune", REQUESTS)]

    assert len(read) > 500
    assert [(text, got, meant) for text, got, meant in read if got != meant] == []


def test_an_answer_to_our_question_is_understood() -> None:
    read = [(s.text, consent(s.text), s.meaning[0]) for s in part("tune", CONSENTS)]

    assert len(read) > 200
    assert [(text, got, meant) for text, got, meant in read if got != meant] == []


def test_what_puts_a_consent_in_doubt_is_told_from_a_courtesy() -> None:
    read = [(s.text, doubted_in(s.text) is not None, s.meaning == ("doubt",)) for s in sentences("doubts", 1)]

    assert len(read) > 60
    assert [(text, doubts) for text, doubts, meant in read if doubts is not meant] == []


def test_of_sentences_that_nobody_tuned_for_none_acts_unasked_and_few_are_put_to_an_agent() -> None:
    told = Counter((s.meaning[1], verdict(s.meaning[0], s.text)) for s in part("count", REQUESTS))
    told += Counter((s.meaning[0], consent(s.text)) for s in part("count", CONSENTS))

    assert [pair for pair in told if pair[1] == "yes" != pair[0]] == []
    assert sum(count for (meaning, got), count in told.items() if meaning == "yes" and got != "yes") <= 3
    assert sum(count for (meaning, got), count in told.items() if meaning == "no" and got == "unclear") <= 3


@pytest.mark.parametrize(
    "text",
    [
        "OK, until 22:00 tonight is fine.",
        "Ja, bis heute Abend 22 Uhr.",
        "Yes, for the next 3 hours.",
        "OK, after the weekend",
    ],
)
def test_a_yes_may_say_until_when(text: str) -> None:
    assert consent(text) == "yes"


@pytest.mark.parametrize(
    "text", ["OK, until 22:00 we test", "Yes, until 7 ports are up", "We migrate over the weekend, ok"]
)
def test_a_time_of_something_else_is_no_consent(text: str) -> None:
    assert consent(text) == "unclear"


@pytest.mark.parametrize("text", ["Yes.", "OK", "Ja, gerne.", "Sounds good."])
def test_without_our_question_a_bare_yes_says_nothing_of_a_deferral(text: str) -> None:
    assert consent(text, asked=False) is None


@pytest.mark.parametrize(
    "text", ["OK, here are the logs that you asked for.", "Sure. The service ID is SVC-1005.", "Yes, the LED is green."]
)
def test_a_yes_to_something_else_is_no_consent(text: str) -> None:
    assert consent(text) == "unclear"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please escalate. No, sorry, do not escalate.", "no"),
        ("Do not escalate. Please escalate.", "unclear"),
        ("Thanks for the escalation yesterday. Please escalate to the next level.", "yes"),
        ("Why was this not escalated? Please escalate.", "yes"),
        ("We may escalate later. Please escalate now.", "yes"),
        ("Escalation needed: line down", "yes"),
        ("No escalation needed", "no"),
        ("We needed an escalation last time.", "unclear"),
        ("Please escalate if needed.", "unclear"),
        ("Is an escalation needed?", "no"),
        ("Eskalation erforderlich", "yes"),
        ("Eine Eskalation ist nicht nötig.", "no"),
    ],
)
def test_what_several_clauses_say_together(text: str, expected: str) -> None:
    assert verdict("escalation", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please escalate if it is not up within an hour.", "unclear"),
        ("Please escalate because it is not working.", "yes"),
        ("I already asked you twice to escalate!", "unclear"),
        ("We won't escalate if you call us.", "no"),
    ],
)
def test_a_denial_in_a_subordinate_clause_denies_no_wish(text: str, expected: str) -> None:
    assert verdict("escalation", text) == expected


def test_a_reading_says_why() -> None:
    reading = read_request("Thank you. Please do not escalate this ticket yet.", NAMES["escalation"])

    assert reading is not None
    assert reading.said == "Please do not escalate this ticket yet."
    assert [(clause.cues, clause.verdict) for clause in reading.clauses] == [
        (("negation", "other negation", "wish"), Verdict.NO)
    ]


# Laws


@given(st.sampled_from(WANTED), st.integers(0, 20), st.sampled_from(["not", "never", "nicht", "kein", "don't"]))
def test_a_denial_anywhere_in_a_clause_never_leaves_a_yes(sentence: Sentence, place: int, denial: str) -> None:
    reading = read_request(sentence.text, NAMES[sentence.meaning[0]])
    assert reading is not None
    (*_, clause) = (clause for clause in reading.clauses if clause.verdict is Verdict.YES)
    words = REASON.sub("", clause.text.rstrip(".!?")).split()
    words.insert(min(place, len(words)), denial)

    assert verdict(sentence.meaning[0], " ".join(words)) != "yes"


@given(st.sampled_from(REQUESTS), st.sampled_from(["upper", "lower", "NFD", "wrapped", "bullet", "spaces"]))
def test_how_it_is_written_changes_nothing(sentence: Sentence, way: str) -> None:
    text = sentence.text
    written = {
        "upper": text.upper(),
        "lower": text.lower(),
        "NFD": normalize("NFD", text),
        "wrapped": text.replace(" ", "\n", 3),
        "bullet": f"- {text}",
        "spaces": text.replace(" ", "  "),
    }[way]
    family = sentence.meaning[0]

    assert verdict(family, written) == verdict(family, text)


@pytest.mark.parametrize("answers", ["No | Yes", "no yes", "Nein   Ja"])
def test_answers_below_columns_are_for_a_person_to_read(answers: str) -> None:
    table = f"Service | Escalation required | RFO required\nSVC-1005 | {answers}"

    assert [verdict(family, table) for family in NAMES] == ["unclear", "unclear"]
