"""A customer's word in a comment of the connector's account: what it says, and that nobody changes it."""

import pytest

from connector.domain.vocabulary import CustomerAct
from connector.helpdesks.jira.spoken import Words, spoken, spoken_line
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
