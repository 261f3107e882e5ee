"""What a check found, and how the checks are run: in order, none raises, none runs on a broken foundation."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from connector.doctor.context import Examination
from connector.helpdesks.errors import HelpdeskError
from connector.policy.problem import PolicyError
from connector.settings import SettingsError
from connector.work.errors import StoreError, StoreMissing


class CheckStatus(StrEnum):
    """How it stands."""

    OK = "ok"
    WARN = "warn"
    """It works, and something will go wrong one day or cannot be told from here."""
    FAIL = "fail"
    SKIPPED = "skipped"


class Observation(NamedTuple):
    """The result of one check, in words."""

    verdict: CheckStatus
    text: str
    do: str = ""
    """One sentence on what to do; empty where there is nothing to do."""


class Finding(NamedTuple):
    """A result with the name of its check."""

    name: str
    verdict: CheckStatus
    seen: str
    do: str


C = TypeVar("C", bound=Examination)


class Check(NamedTuple, Generic[C]):
    """The name of a check, its function, and the names of the checks that have to pass first."""

    name: str
    look: Callable[[C], Observation]
    needs: tuple[str, ...] = ()


def ok(text: str) -> Observation:
    """All is well."""
    return Observation(CheckStatus.OK, text)


def warn(text: str, do: str) -> Observation:
    """It works, but something needs attention."""
    return Observation(CheckStatus.WARN, text, do)


def fail(text: str, do: str) -> Observation:
    """It does not work."""
    return Observation(CheckStatus.FAIL, text, do)


def skipped(text: str, do: str = "") -> Observation:
    """It was not examined; checks that depend on it are skipped as well."""
    return Observation(CheckStatus.SKIPPED, text, do)


def examine(checks: Iterable[Check[C]], context: C, begins: Callable[[str], object]) -> Iterator[Finding]:
    """The findings one by one. ``begins`` hears the name of each check before it is looked at.

    A check whose foundation failed or was skipped is skipped, and names the check at the root of it. No secret of the
    settings is in a finding (P21).
    """
    roots: dict[str, str] = {}
    for name, look, needs in checks:
        begins(name)
        root = next((roots[need] for need in needs if need in roots), None)
        seen = skipped(f"not examined: {root}") if root else _looked(look, context)
        if seen.verdict in (CheckStatus.FAIL, CheckStatus.SKIPPED):
            roots[name] = root or name
        yield Finding(name, seen.verdict, context.without_secrets(seen.text), context.without_secrets(seen.do))


def _looked(look: Callable[[C], Observation], context: C) -> Observation:
    try:
        return look(context)
    except HelpdeskError as error:
        return fail(str(error), "Repair what the answer names, then examine again.")
    except StoreMissing as error:
        return fail(str(error), "Start interspace run, which makes it, or correct INTERSPACE_DATABASE_URL.")
    except StoreError as error:
        return fail(str(error), "Repair the database or correct INTERSPACE_DATABASE_URL.")
    except PolicyError as error:
        return fail("; ".join(str(problem) for problem in error.problems[:3]), "interspace check lists every problem.")
    except SettingsError as error:
        return fail(str(error), "Set it in the environment or the settings file.")
    except Exception as error:  # noqa: BLE001 - one check that trips must not hide what the others find
        return fail(f"the check itself failed: {type(error).__name__}: {error}", "Please report this.")
