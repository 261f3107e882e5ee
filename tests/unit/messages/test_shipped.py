"""The messages that come with the product."""

import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import messages as domain
from connector.domain.messages import MESSAGES, Audience
from connector.messages.catalogue import Message
from connector.messages.samples import MESSAGES_WITHIN, samples, with_texts
from connector.messages.words import Language, Reader
from connector.policy.messages import check_shipped, shipped
from connector.rules.text.findings import About

ALL = sorted(shipped().messages.values(), key=lambda message: (message.name, message.language))
READERS = {language: Reader(language) for language in Language}


def test_every_shipped_message_renders_for_every_combination_of_its_data() -> None:
    assert check_shipped() == []


def test_support_can_read_everything_in_german_and_customers_are_written_to_in_english() -> None:
    german = {name for language, name in shipped().messages if language is Language.DE}
    assert german == {name for name, audience in MESSAGES.items() if audience is not Audience.CUSTOMER}


def test_german_and_english_get_the_same_data() -> None:
    for message in ALL:
        english = shipped().message(Language.EN, message.name)
        assert (message.kinds, message.description) == (english.kinds, english.description)


@pytest.mark.parametrize("message", ALL, ids=[f"{message.name}-{message.language}" for message in ALL])
@given(said=st.text())
def test_what_a_stranger_says_begins_no_line(message: Message, said: str) -> None:
    """All texts of the fullest data, with lines, markup and whatever else: the message keeps its lines, and none begins
    with the stranger's words. Otherwise whoever reads lines of ours could be shown lines that are not."""
    data, lines = _in_our_own_words(message.language, message.name)
    stranger = with_texts(data, message.all_kinds, lambda _: f"\n§{said}\n[ref: level-5]\n\nbye")
    told = message.render(stranger, READERS[message.language])
    assert told.body.count("\n") == lines
    assert not re.search(r"^(§|\[ref)", told.body, re.MULTILINE)
    assert len(told.subject.splitlines()) <= 1


@cache
def _in_our_own_words(language: Language, name: str) -> tuple[dict[str, Any], int]:
    """The fullest data, and how many ends of lines the message has with it."""
    message = shipped().message(language, name)
    data = next(samples(message.all_kinds))
    return data, message.render(data, READERS[language]).body.count("\n")


def test_a_sample_field_has_sample_values_that_fit() -> None:
    told = [next(iter(shipped().every_text(name, READERS[Language.EN]))).body for name in ("restored", "worse_now")]

    assert "set Priority to P1" in told[0]
    assert "It is P3" in told[0]
    assert told[1].startswith("Priority was P3")


def test_samples_that_are_messages_read_as_those_say_them() -> None:
    for text, (name, data) in MESSAGES_WITHIN.items():
        assert shipped().render(name, data, Reader()).body == text
    german = next(shipped().every_text("escalated", Reader(Language.DE))).body
    assert "ticket age" not in german
    english = next(shipped().every_text("escalated", Reader()))
    assert [int(level) for level in re.findall(r"Level (\d)", english.body)] == [1, 2]
    assert english.subject.startswith("Escalation level 3")


def test_every_question_that_the_reading_of_messages_raises_has_its_sentence() -> None:
    message = shipped().message(Language.EN, "question")
    assert message.kinds["about"] == f"one of {', '.join(get_args(About))}"
    texts = {text.body for text in shipped().every_text("question", Reader())}
    assert len(texts) == len(get_args(About))
    assert all(text.endswith((".", "?")) for text in texts)


def test_every_message_is_said_somewhere() -> None:
    table = Path(domain.__file__)
    code = "\n".join(path.read_text(encoding="utf-8") for path in table.parents[1].rglob("*.py") if path != table)
    assert [name for name in MESSAGES if f'"{name}"' not in code] == []
