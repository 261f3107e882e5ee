"""A customer's word in a comment of the connector's account: what it says, and that nobody changes it."""

import pytest

from connector.domain.vocabulary import CustomerAct
from connector.helpdesks.jira.spoken import Words, kept_entries, spoken, spoken_line, with_kept
from connector.helpdesks.proofs import Proofs

PROOFS = Proofs("jira", (b"new", b"old"))
KEY = "panel:" + "ab" * 16
TEXT = "Please escalate this ticket.\n\nNobody answers."


def comment(act: CustomerAct | None = CustomerAct.ESCALATE, proofs: Proofs = PROOFS, issue: str = "41") -> str:
    return f"{TEXT}\n\n{spoken_line(proofs, issue, KEY, TEXT, act)}"


@pytest.mark.parametrize("act", [None, *CustomerAct])
def test_a_word_and_its_button_are_read_as_they_were_written(act: CustomerAct | None) -> None:
    assert spoken(PROOFS, "41", comment(act)) == Words("ab" * 16, TEXT, act)
    assert spoken(PROOFS, "41", comment(act, Proofs("jira", (b"old",)))) == Words("ab" * 16, TEXT, act)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Nobody answers", "Somebody answers"),
        (" escalate ", " defer "),
        (" escalate ", " "),
        (" escalate ", " shout "),
        ("ab" * 16, "cd" * 16),
    ],
)
def test_a_changed_word_is_nobodys(old: str, new: str) -> None:
    head, _, last = comment().rpartition("\n\n")
    changed = (
        f"{head.replace(old, new)}\n\n{last}" if old.startswith("Nobody") else f"{head}\n\n{last.replace(old, new)}"
    )

    assert changed != comment()
    assert spoken(PROOFS, "41", changed) is None


def test_a_word_counts_on_its_own_issue_with_our_signature() -> None:
    assert spoken(PROOFS, "42", comment()) is None
    assert spoken(PROOFS, "41", comment(proofs=Proofs("jira", (b"another",)))) is None
    assert spoken(PROOFS, "41", TEXT) is None
    plain = comment(None)
    assert spoken(PROOFS, "41", plain.replace(f"reference {'ab' * 16} ", f"reference {'ab' * 16} defer ")) is None


def test_what_a_program_sent_is_kept_as_far_as_there_is_room_and_nobody_else_can_put_it_there() -> None:
    proofs = Proofs("jira", (b"key",))
    first = with_kept(proofs, "7", (), ("a", "2026-11-23T10:00:00+00:00", "ü" * 14_000))
    held = kept_entries(proofs, "7", first)

    assert [(key, len(text)) for key, _, text in held] == [("a", 14_000)]
    assert with_kept(proofs, "7", held, ("a", "later", "the same again")) == first
    assert with_kept(proofs, "7", held, ("b", "later", "x" * 17_000)) == first, "no room"
    assert with_kept(proofs, "7", (), ("a", "", "")) == {}
    assert kept_entries(proofs, "8", first) == (), "another issue's"
    assert kept_entries(proofs, "7", {**first, "kept": [["a", "", "forged"]]}) == ()
    assert kept_entries(proofs, "7", None) == ()
