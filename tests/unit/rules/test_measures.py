"""R33: what says nothing, and what is wrong with a line of measures."""

from datetime import date

import pytest

from connector.rules.measures import Measure, RfoFault, Wrong, is_placeholder, read_measures

SECOND_PATH = Measure("A second path", "Ada", date(2027, 2, 1))


@pytest.mark.parametrize(
    "text",
    ["", "  ", "n/a", "N/A", " TBD. ", "(tbd)", "[open]", "<none>", "...", "…", "-", "?", "k.a.", "Folgt!",
     "to be done", "To be  defined", "tbd by Monday", "t.b.d.", "T.B.C"],
)  # fmt: skip
def test_a_placeholder_stands_for_what_is_still_to_be_written(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["the splice failed", "open the valve", "none of ours", "toby", "na ja", "- a"])
def test_what_only_begins_like_one_says_something(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("line", "measure"),
    [
        ("A second path | Ada | 2027-02-01", SECOND_PATH),
        ("A second path | Ada | 2027-02-01 | done", SECOND_PATH._replace(is_done=True)),
        ("A second path|Ada|2027-02-01|ERLEDIGT", SECOND_PATH._replace(is_done=True)),
        ("- A second path | Ada | 2027-02-01", SECOND_PATH),
        (" 12) A second path | Ada | 2027-02-01", SECOND_PATH),
        ("| A second path | Ada | 2027-02-01 |", SECOND_PATH),
        ("| A second path | Ada | 2027-02-01 | done |", SECOND_PATH._replace(is_done=True)),
    ],
)
def test_ways_to_write_a_measure(line: str, measure: Measure) -> None:
    assert read_measures("f", f"\n{line}\n", shortest=9, restored=date(2027, 2, 1)) == ((measure,), ())


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("tbd | Ada | 2027-02-01", [(Wrong.PLACEHOLDER, "tbd")]),
        ("Cut it | Ada | 2027-02-01", [(Wrong.SHORT, "Cut it")]),
        ("A second path | n/a | 2027-02-01", [(Wrong.NO_OWNER, "n/a")]),
        ("A second path", [(Wrong.NO_OWNER, ""), (Wrong.NO_DATE, "")]),
        ("A second path | Ada | tbd", [(Wrong.NO_DATE, "tbd")]),
        ("A second path | Ada | soon", [(Wrong.BAD_DATE, "soon")]),
        ("A second path | Ada | 2027-02-30", [(Wrong.BAD_DATE, "2027-02-30")]),
        ("A second path | Ada | 2027-2-1", [(Wrong.BAD_DATE, "2027-2-1")]),
        ("A second path | Ada | 2026-11-22", [(Wrong.TOO_EARLY, "2026-11-22")]),
        ("A second path | Ada | 2027-02-01 | open", [(Wrong.NOT_DONE, "open")]),
        ("A second path | Ada | 2027-02-01 | done | really", [(Wrong.TOO_MANY, "")]),
        ("| A second path | Ada | 2027-02-01 | done | really", [(Wrong.PLACEHOLDER, ""), (Wrong.BAD_DATE, "Ada"),
         (Wrong.TOO_MANY, "")]),
        ("tbd | tbd | tbd", [(Wrong.PLACEHOLDER, "tbd"), (Wrong.NO_OWNER, "tbd"), (Wrong.NO_DATE, "tbd")]),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_line(line: str, faults: list[tuple[Wrong, str]]) -> None:
    found = read_measures("f", f"\n{line}", shortest=9, restored=date(2026, 11, 23))

    assert found == ((), tuple(RfoFault("f", wrong, 2, said) for wrong, said in faults))


def test_no_text_has_neither_measures_nor_faults() -> None:
    assert read_measures("f", None, shortest=9, restored=None) == ((), ())
