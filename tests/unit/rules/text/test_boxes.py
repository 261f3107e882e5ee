"""R34, R39: of a form only what is ticked, or answered with yes, is asked for."""

import pytest

from connector.rules.text.boxes import rows_apart, ticked, without_unticked


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[x] RFO requested", ["RFO requested"]),
        ("- (X) RFO requested  ( ) Escalation", ["RFO requested"]),
        ("☐ RFO requested ☒ Escalation", ["Escalation"]),
        ("RFO requested [x] Escalation requested [ ]", ["RFO requested"]),
        ("RFO requested [ ] Escalation requested ✅", ["Escalation requested"]),
        ("RFO requested [ ]", []),
    ],
)
def test_what_stands_at_a_ticked_box(line: str, expected: list[str]) -> None:
    assert ticked(line) == expected


def test_each_ticked_choice_has_a_line_of_its_own_and_other_lines_stay() -> None:
    form = "Hello,\n[x] degradation [ ] RFO\n( ) Escalation\nThanks"

    assert [line for line in without_unticked(form).split("\n") if line] == ["Hello,", "degradation", "Thanks"]
    assert without_unticked("[x] RFO requested") == "[x] RFO requested"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("RFO required  Yes", "RFO required: Yes"),
        ("| RFO required (yes/no) | no |", "RFO required: no"),
        ("Eskalation gewünscht? ja", "Eskalation gewünscht?: ja"),
        ("This is why an RFO is required, no", "This is why an RFO is required, no"),
        ("an escalation is not needed no", "an escalation is not needed no"),
    ],
)
def test_a_row_of_a_form_becomes_a_labelled_line(line: str, expected: str) -> None:
    assert rows_apart(f"a\n{line}\nb").split() == ["a", *expected.split(), "b"]
