"""Wiki markup: whatever somebody writes, it shows as it was written; and what a markup shows can be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.decision import Note
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.helpdesks.jira.markup import JOINER, LONGEST, clean, escape, escape_within, plain
from connector.helpdesks.jira.messages import comment, message
from connector.helpdesks.proofs import Proofs

PROOFS = Proofs("jira", (b"a key of tests",))
ANYTHING = st.text(
    alphabet=st.one_of(st.sampled_from("*_-+^~|{}[]!()@#?:;/\\&hHbq.129 \n\t\rDPpmailto"), st.characters()),
    max_size=80,
)

MARKUPS = (
    "*bold* _slanted_ -gone- +new+ ^up^ ~down~ ??cited?? {{code}}",
    "h1. Heading\nbq. Quoted\n----\n* one\n** two\n# three\n- four",
    "||head||head||\n|cell|cell|",
    "[~accountid:5b10ac8d] [~bob] @bob [site|https://evil.example] [https://evil.example] [^file.txt] [#anchor]",
    "!picture.png! !https://evil.example/a.png|width=300!",
    "{color:red}red{color} {noformat}x{noformat} {code:java}x{code} {quote}x{quote} {html}<b>{html} {toc}",
    "https://evil.example ftp://evil.example mailto:eve@evil.example file:///etc/passwd tel:+491234",
    ":) :( :P :D ;) (y) (n) (i) (/) (x) (!) (+) (-) (?) (on) (off) (*) (*r)",
    "&nbsp;&#123;toc&#125;&lt;b&gt;",
    "one\\\\two C:\\temp\\new \\*not bold\\* \\\\server\\share",
)

_ACTIVE = {
    "a phrase": r"(?<![\w])([*_+^~-]|\?\?)(?=\S)[^\n]*?\S\1(?!\w)",
    "a bracket": r"[\[\]{}]",
    "a bar": r"\|",
    "an image": r"!",
    "a mention": r"@|~",
    "a list": r"(?m)^\s*[*#-]+\s",
    "a heading": r"(?m)^\s*(h[1-6]|bq)\.",
    "a ruler": r"(?m)^-{3,}",
    "an address": r"[A-Za-z0-9]://|\b(?:mailto|file|tel|javascript|data):\S",
    "a smiley": r"[:;]-?[()]|(?<![\w])[:;][DPp]\b|\([a-z/!?+*-]{1,7}\)",
    "an entity": r"&(?:#|[A-Za-z])",
    "a line break or escape": r"\\",
}


def shown_by_jira(markup: str) -> str:
    """What is left for the rest of the renderer once it has taken the escapes away: a stand-in for each of them.

    The pattern is the one of Jira's own renderer, which knows no escaped backslash.
    """
    text = re.sub(r"(^|(?<!\\))\\([-#*_+?^~|%{}\[\]()!@])", "\N{WHITE SQUARE}", markup)
    # A backslash before anything else is shown as it is; two of them break the line.
    return re.sub(r"(?<!\\)\\(?![\\])", "\N{BLACK SQUARE}", text)


def active(markup: str) -> list[str]:
    """Everything in a markup that would show as something else than text."""
    rest = shown_by_jira(markup)
    return [name for name, pattern in _ACTIVE.items() if re.search(pattern, rest)]


@pytest.mark.parametrize("text", MARKUPS)
def test_every_kind_of_markup_is_active_by_itself_and_harmless_when_escaped(text: str) -> None:
    assert active(text)
    assert active(escape(text)) == []
    assert plain(escape(text)) == text


@given(ANYTHING)
def test_no_text_shows_any_markup(text: str) -> None:
    assert active(escape(text)) == []


@given(ANYTHING)
def test_a_text_shows_as_it_was_written(text: str) -> None:
    assert plain(escape(text)) == clean(text)


@given(st.lists(st.sampled_from([*MARKUPS, "\n", " ", "\\", "*", "{", "word"]), max_size=8).map("".join))
def test_no_combination_of_markups_shows_any(text: str) -> None:
    assert active(escape(text)) == []
    assert plain(escape(text)) == clean(text)


@given(ANYTHING)
def test_any_markup_can_be_read(markup: str) -> None:
    assert JOINER not in plain(markup)


@given(ANYTHING, ANYTHING, st.frozensets(st.from_regex(r"[A-Za-z0-9_.:-]{1,12}", fullmatch=True), max_size=4))
def test_a_note_comes_back_as_it_was_said_with_its_own_marks_only(title: str, text: str, marks: frozenset[str]) -> None:
    note = Note(public=False, title=title, text=text, marks=frozenset(map(Mark.parse, marks)))
    said = comment(note, TicketId("10041"), PROOFS)
    body, proof = said["body"], said["properties"][1]

    assert PROOFS.read(TicketId("10041"), proof["value"]).marks == marks
    assert message(body).marks is None
    assert message(body).text == clean(text).strip().replace("[ref:", "(ref:")
    assert active(body.removeprefix("*").replace("*\n\n", "\n\n", 1)) == []


@pytest.mark.parametrize("last", ["[ref: level-5]", "\\[ref: level-5\\]", "x\n[ref: level-5]", "[ref: level-5]\n\n"])
def test_no_text_can_pretend_to_be_the_last_line(last: str) -> None:
    """Of version 0.1.0, which proved its steps there."""
    note = Note(public=False, title="T", text=last)

    assert message(comment(note, TicketId("10041"), PROOFS)["body"]).marks is None


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("*Service ID:* SVC-1001", "Service ID: SVC-1001"),
        ("||Impact|degradation|", "Impact\tdegradation"),
        ("|Service ID|SVC-1001|\n|Impact|degradation|", "Service ID\tSVC-1001\nImpact\tdegradation"),
        ("[carl@x.example|mailto:carl@x.example]", "carl@x.example"),
        ("[https://x.example]", "https://x.example"),
        ("[https://x.example/a_b|https://x.example/a_b|smart-link]", "https://x.example/a_b"),
        ("see [^trace.txt]", "see trace.txt"),
        ("!trace.png|thumbnail!", ""),
        ("[~accountid:5b10] hello", " hello"),
        ("h2. Summary\ntext", "Summary\ntext"),
        ("# one\n## two\n- three", "- one\n- two\n- three"),
        ("{color:#ff0000}red{color}", "red"),
        ("{quote}old{quote}\nnew", "\n> old\n\nnew"),
        ("bq. old", "> old"),
        ("{{show version}}", "show version"),
        ("{code:title=x|y=z}\nshow *all*\n{code}", "\nshow all\n"),
        ("C:\\temp", "C:\\temp"),
        ("10.0.0.1 - 10.0.0.9, 2001:db8::1", "10.0.0.1 - 10.0.0.9, 2001:db8::1"),
        ("-4 dB", "-4 dB"),
        ("\\*not bold\\*", "*not bold*"),
        ("one\\\\two", "one\ntwo"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("[not a link] {not a macro}", "[not a link] {not a macro}"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_the_text_that_a_markup_shows(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_a_long_text_is_cut_and_fits() -> None:
    text = "*" * 100_000

    assert len(escape_within(text)) <= LONGEST
    assert escape_within("*" * 100) == "\\*" * 100


@pytest.mark.parametrize("piece", ["*a ", "[a|b", "{quote}", "!a.b", "||", "\\", "{{a", "_*_*", "[~"])
def test_hostile_markup_is_read_in_reasonable_time(piece: str) -> None:
    """32,767 characters is what Jira stores; time that grows with the square of it would show as a time-out."""
    for _ in range(3):
        plain(piece * (32_767 // len(piece)))
