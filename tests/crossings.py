"""A pytest plugin: a test of many cases plays not every case at every place unless somebody has the time.

Its first case plays at every place, each further one at one place in turn; the rest is marked ``slow``. So every case
is in ``make test``, and every test at every place; what is left is in ``make test-slow``.
"""

from collections import defaultdict
from collections.abc import Sequence

import pytest

PLACES = frozenset({"place", "zammad_cast", "jira_cast", "installed", "examined"})
"""Fixtures whose parameter says on which helpdesk a test plays."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Before pytest chooses by marks."""
    crossed = []
    cases: dict[str, dict[object, int]] = defaultdict(dict)
    places: dict[str, dict[int, int]] = defaultdict(dict)
    for item in items:
        indices: dict[str, int] = item.callspec.indices if hasattr(item, "callspec") else {}
        if played_at := PLACES.intersection(indices):
            test = item.nodeid.partition("[")[0]
            case = tuple(index for name, index in indices.items() if name not in PLACES)
            place = indices[min(played_at)]
            in_turn = cases[test].setdefault(case, len(cases[test])), places[test].setdefault(place, len(places[test]))
            crossed.append((item, test, *in_turn))
    for item, test, nth_case, nth_place in crossed:
        if nth_case and nth_place != nth_case % len(places[test]):
            item.add_marker("slow")
