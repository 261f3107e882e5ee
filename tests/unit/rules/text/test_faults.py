"""R16, R18: what a message says of the impact and of the start counts where it is present, own and certain."""

from datetime import UTC, datetime

import pytest

from tests.unit.rules.text.corpora import Sentence, sentences
from tests.unit.rules.text.reading import read

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FAULTS = list(sentences("faults", 2))
STARTS = list(sentences("starts", 1))


def impact(sentence: Sentence) -> str:
    kind, _ = sentence.meaning
    return str(read(f"Impact: {sentence.text}" if kind == "label" else sentence.text).impact or "none")


def start(sentence: Sentence) -> str:
    at = read(sentence.text, sent_at=MONDAY).problem_start
    return at.strftime("%Y-%m-%dT%H:%M") if at else "none"


def part(name: str, corpus: list[Sentence]) -> list[Sentence]:
    return [sentence for sentence in corpus if sentence.part == name]


def test_the_impact_is_understood_or_asked_for() -> None:
    read = [(s.text, impact(s), s.meaning[1]) for s in part("tune", FAULTS)]

    assert len(read) > 100
    assert [(text, got, meant) for text, got, meant in read if got != meant] == []


def test_the_start_is_understood_or_asked_for() -> None:
    read = [(s.text, start(s), s.meaning[0]) for s in part("tune", STARTS)]

    assert len(read) > 50
    assert [(text, got, meant) for text, got, meant in read if got != meant] == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20 minutes ago", "2026-11-23T09:40"),
        ("vor 2 Stunden", "2026-11-23T08:00"),
        ("this morning at 7", "2026-11-23T07:00"),
        ("heute früh um 7 Uhr", "2026-11-23T07:00"),
        ("heute halb acht", "2026-11-23T07:30"),
        ("yesterday noon UTC", "2026-11-22T12:00"),
        ("0915z", "2026-11-23T09:15"),
        ("Friday 17:30 UTC", "2026-11-20T17:30"),
        ("2026-11-23 03:20 ET", "2026-11-23T08:20"),
        ("2026-11-23 01:20 PT", "2026-11-23T09:20"),
        ("2026-11-23 03:20 HNE", "none"),
        ("2026-11-23 09:40 (Frankfurt)", "none"),
        ("2026-11-23 09:40 Frankfurt", "none"),
        ("2026-11-23 09:40 hne", "none"),
        ("2026-11-23 09:40 Berlin", "2026-11-23T08:40"),
        ("2026-11-23 04:40 New York", "2026-11-23T09:40"),
        ("2026-11-23 09:40 when the storm began", "2026-11-23T09:40"),
        ("Monday 17:30 UTC", "2026-11-16T17:30"),
        ("yesterday evening", "none"),
    ],
)
def test_everyday_times_are_read_and_unknown_zones_asked_for(value: str, expected: str) -> None:
    at = read(f"Start time: {value}", sent_at=MONDAY).problem_start

    assert (at.strftime("%Y-%m-%dT%H:%M") if at else "none") == expected


def test_a_lone_line_answers_the_question_for_the_start() -> None:
    assert read("SVC-1005\n2026-11-23 09:20 UTC\ndegradation", sent_at=MONDAY).problem_start == datetime(
        2026, 11, 23, 9, 20, tzinfo=UTC
    )


def test_of_sentences_that_nobody_tuned_for_none_is_misread() -> None:
    told = [(s.meaning[1], impact(s)) for s in part("count", FAULTS)]
    told += [(s.meaning[0], start(s)) for s in part("count", STARTS)]

    assert [pair for pair in told if "none" != pair[1] != pair[0]] == []
    assert sum(meaning != got for meaning, got in told) <= 3
