"""What is said of a problem, and that a remedy of its own belongs to each."""

from datetime import timedelta

from connector.work.health import NOT_ANSWERED, NOT_READ, NOT_WRITTEN, Health, problems, remedy
from connector.work.jobs import Counts
from tests.builders import T0

LONG_AGO = T0 - timedelta(hours=1)
FINE = Health("zammad", T0, T0, T0, None, None, None, "abc", None)
WORK = Counts(1, 0, 0, 0, LONG_AGO)


def test_whatever_is_wrong_has_a_remedy_that_fits() -> None:
    broken = FINE._replace(beat=LONG_AGO, failed=LONG_AGO, token_ends=LONG_AGO, policy_failure="x")
    told = [
        *problems("zammad", None, None, T0),
        *problems("zammad", broken, WORK, T0),
        *problems("zammad", FINE, WORK, T0),
        f"{NOT_WRITTEN}: nothing is accepted",
    ]
    remedies = [remedy(problem).split()[:3] for problem in told]

    assert [" ".join(words) for words in remedies] == [
        "Start interspace run",
        "Start interspace run",
        "The worker's log",
        "Make a new",
        "interspace check names",
        "The worker's log",
        "Look at the",
    ]
    assert remedy(NOT_READ) == remedy(NOT_ANSWERED) == remedy(NOT_WRITTEN)
    assert "log" in remedy("what a newer receiver says")
