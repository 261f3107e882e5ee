"""Marks as tickets carry them: those of earlier versions are read, those of later ones kept."""

import pickle
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from connector.domain.mark import Mark, MarkName
from connector.domain.ticket import Article
from connector.domain.vocabulary import ServiceCheck
from tests.builders import note

ARTICLE = TypeAdapter(Article)
NAMES = st.sampled_from(get_args(MarkName))
PARTS = st.lists(st.text(max_size=20) | st.integers(0, 99) | st.sampled_from(ServiceCheck), max_size=3)
OF_VERSION_1 = [
    ("level-3", "level", ("3",)),
    ("asked", "asked", ()),
    ("request-a17", "request", ("a17",)),
    ("request-created", "request", ("created",)),
    ("priority-P1-created", "priority", ("P1", "created")),
    ("priority-kept-881", "priority-kept", ("881",)),
    ("service-unknown-SVC-1005", "service", ("unknown", "SVC", "1005")),
    ("repaired-escalation_level-7", "repaired", ("escalation_level", "7")),
    ("rfo-due-20261201T0900", "rfo-due", ("20261201T0900",)),
    ("rfo-reminder-3-20261130T1000", "rfo-reminder", ("3", "20261130T1000")),
    ("deferral-ended-20261124T0800", "deferral-ended", ("20261124T0800",)),
    ("deferred-20261124T0800", "deferred", ("20261124T0800",)),
]


@pytest.mark.parametrize(("text", "name", "parts"), OF_VERSION_1)
def test_marks_of_version_0_1_0_are_read(text: str, name: str, parts: tuple[str, ...]) -> None:
    mark = Mark.parse(text)

    assert (mark.name, mark.parts, str(mark)) == (name, parts, text)


@given(name=NAMES, parts=PARTS)
def test_what_is_written_is_read_as_the_same(name: Any, parts: list[object]) -> None:
    mark = Mark(name, *parts)
    again = Mark.parse(str(mark))

    assert (again, again.name, again.parts) == (mark, mark.name, mark.parts)
    assert pickle.loads(pickle.dumps(mark)).parts == mark.parts
    assert " " not in mark


@pytest.mark.parametrize("text", ["", "levels-3", "level3", "of-a-later-version-4", "Level-3", "level_3"])
def test_what_nobody_knows_is_kept_and_means_nothing(text: str) -> None:
    mark = Mark.parse(text)

    assert (mark.name, mark.parts, mark.number, str(mark)) == (None, (), None, text)


@pytest.mark.parametrize(("text", "number"), [("level-3", 3), ("level-²", None), ("level-3-4", None), ("level", None)])
def test_a_level_is_a_number(text: str, number: int | None) -> None:
    assert Mark.parse(text).number == number


def test_an_article_is_read_and_shown_with_its_marks() -> None:
    article = note({"level-2", "strange"})

    assert {mark.name for mark in article.marks} == {"level", None}
    assert sorted(ARTICLE.dump_python(article, mode="json")["marks"]) == ["level-2", "strange"]
    assert ARTICLE.validate_json(ARTICLE.dump_json(article)) == article


@pytest.mark.parametrize("text", ["level-" + "9" * 5000, "level-٣", "level-1000", "level-", "level-²"])
def test_a_number_is_a_few_digits(text: str) -> None:
    assert Mark.parse(text).number is None


@pytest.mark.parametrize(("one", "other"), [("SVC-1/2", "SVC-1_2"), ("Ä", "Ö"), ("a b", "a  b"), ("_", "/")])
def test_what_a_mark_cannot_hold_still_tells_steps_apart(one: str, other: str) -> None:
    assert Mark("service", "unknown", one) != Mark("service", "unknown", other)
    assert Mark.parse(Mark("service", "unknown", one)).name == "service"
