"""What ``make test`` plays of tests with many cases at several places."""

from types import SimpleNamespace
from typing import Any

from tests.crossings import pytest_collection_modifyitems

PLACES, CASES = 3, 8


class Crossed(SimpleNamespace):
    """A case of a test at a place, as pytest collects it."""

    def __init__(self, case: int, place: int) -> None:
        indices = {"place": place, "trouble": case // 2, "jump": case % 2}
        super().__init__(nodeid=f"test_it[{case}-{place}]", callspec=SimpleNamespace(indices=indices))
        self.case, self.place, self.marks = case, place, set[str]()

    def add_marker(self, name: str) -> None:
        """As pytest's items do."""
        self.marks.add(name)


def test_every_case_is_played_and_every_place_but_not_each_at_each() -> None:
    items: list[Any] = [Crossed(case, place) for case in range(CASES) for place in range(PLACES)]

    pytest_collection_modifyitems(items)

    played = [item for item in items if not item.marks]
    assert {item.place for item in played if item.case == 0} == set(range(PLACES))
    assert [item.case for item in played if item.case] == list(range(1, CASES))
    assert {item.place for item in played if item.case} == set(range(PLACES))
    assert all(item.marks == {"slow"} for item in items if item not in played)


def test_a_test_of_one_case_is_played_at_every_place() -> None:
    items: list[Any] = [Crossed(5, place) for place in range(PLACES)]

    pytest_collection_modifyitems(items)

    assert not any(item.marks for item in items)
