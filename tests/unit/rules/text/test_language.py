"""The language of mails (R6): no English mail is ever taken for another language, and most others are known."""

from pathlib import Path

import pytest

from connector.domain.vocabulary import WrittenLanguage
from connector.rules.text.language import read_language
from connector.rules.text.reply import read_lines

CORPUS = Path(__file__).parent / "corpus_languages.txt"
MAILS = [
    (language, text.replace("\\n", "\n"))
    for language, text in (
        line.split(" ", 1)
        for line in CORPUS.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
]
ENGLISH = [text for language, text in MAILS if language == "en"]
OTHERS = [(WrittenLanguage(language), text) for language, text in MAILS if language not in ("en", "-")]
UNCERTAIN = [text for language, text in MAILS if language == "-"]


def read(text: str) -> WrittenLanguage | None:
    return read_language(read_lines(text, False))


def test_no_english_mail_is_taken_for_another_language() -> None:
    assert len(ENGLISH) >= 200
    assert {text: found for text in ENGLISH if (found := read(text)) is not WrittenLanguage.ENGLISH} == {}


def test_most_others_are_known_and_none_is_mistaken() -> None:
    read_as = [(written, read(text)) for written, text in OTHERS]

    assert {found for written, found in read_as if found is not written} <= {None}
    assert sum(found is written for written, found in read_as) >= 0.95 * len(OTHERS)


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_is_short_mixed_or_a_log_has_no_language(text: str) -> None:
    assert read(text) is None


def test_quoted_messages_and_signatures_are_not_the_customers_words() -> None:
    german = "Guten Tag, unsere Leitung ist seit heute Morgen komplett ausgefallen, bitte prüfen Sie das."
    quoted = "".join(f"> {text}\n" for text in ENGLISH[:20])

    assert read(f"{german}\n\n{quoted}") is WrittenLanguage.GERMAN
    assert read(f"ok\n\n{quoted}") is None
    assert read(f"ok\n\n-- \n{german}") is None


def test_the_labels_of_a_form_are_not_the_customers_words() -> None:
    form = "Service ID: SVC-1001\nImpact: high\nStart of the problem: 8 Uhr\nShort description of the problem: "

    assert read(form + "Leitung tot") is None
    assert read(form + "Leitung ist seit heute Morgen komplett ausgefallen, bitte umgehend prüfen") is (
        WrittenLanguage.GERMAN
    )


def test_identifiers_say_nothing() -> None:
    noise = " ".join(f"SVC-{number} core{number}.fra.example.net 192.0.2.{number}" for number in range(1000, 1040))

    assert read(noise) is None
    assert {read(f"{text} {noise}") for text in ENGLISH[:20]} == {WrittenLanguage.ENGLISH}


def test_one_long_word_takes_no_time() -> None:
    """Looked for with a pattern that begins anew at each letter, such words took a minute."""
    assert read_language(read_lines("\n".join(["x" * 1_990] * 30), is_html=False)) is None
