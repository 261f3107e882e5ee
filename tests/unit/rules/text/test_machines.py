"""B5: what a machine wrote is told by its words where no header says so."""

import pytest

from connector.rules.text.machines import sounds_automatic
from tests.unit.rules.text.corpora import Sentence, sentences

CORPUS = list(sentences("machines", 1))


def who(sentence: Sentence) -> str:
    subject, body = sentence.text.split(" # ", 1)
    return "machine" if sounds_automatic(subject, body) else "person"


@pytest.mark.parametrize("sentence", [s for s in CORPUS if s.part == "tune"], ids=lambda sentence: sentence.text)
def test_a_machine_is_told_from_a_person(sentence: Sentence) -> None:
    assert who(sentence) == sentence.meaning[0]


def test_of_messages_that_nobody_tuned_for_no_person_is_taken_for_a_machine() -> None:
    told = [(s.meaning[0], who(s)) for s in CORPUS if s.part == "count"]

    assert ("person", "machine") not in told
    assert told.count(("machine", "person")) <= 1


def test_markup_hides_no_machine_and_a_quoted_one_is_none() -> None:
    assert sounds_automatic(
        "Re: x", "<html><head><style>p {}</style></head><p>Hello,</p><p>I am out of office.</p>", True
    )
    assert not sounds_automatic("Re: x", "> I am out of the office until Monday.\nPlease escalate.")
