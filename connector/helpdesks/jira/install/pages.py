"""Lists of Jira, page by page."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from connector.helpdesks.answer import objects
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.jira.client import JiraClient
from connector.install.tables import Row

_PAGE = 100


def paged(client: JiraClient, path: str, query: tuple[tuple[str, str], ...] = (), key: str = "values") -> list[Row]:
    """All rows of a list with ``startAt`` and ``maxResults``. Raises HelpdeskError."""
    collected: list[Row] = []
    while True:
        asked = urlencode((*query, ("startAt", str(len(collected))), ("maxResults", str(_PAGE))))
        answer = client.get(path, asked)
        rows = _rows(answer, path, key)
        collected += rows
        total = answer.get("total") if isinstance(answer, dict) else None
        last = answer.get("isLast") if isinstance(answer, dict) else len(rows) < _PAGE
        if not rows or last or (isinstance(total, int) and len(collected) >= total):
            return collected


def desk_paged(client: JiraClient, path: str) -> list[Row]:
    """All rows of a list of the service desk API, with ``start`` and ``limit``. Raises HelpdeskError."""
    collected: list[Row] = []
    while True:
        answer = client.get(path, urlencode({"start": len(collected), "limit": _PAGE}))
        rows = _rows(answer, path, "values")
        collected += rows
        if not rows or answer.get("isLastPage", True):
            return collected


def listed(client: JiraClient, path: str, query: str = "", key: str = "") -> list[Row]:
    """All rows of a list without pages. Raises HelpdeskError."""
    return _rows(client.get(path, query), path, key)


def row_of(client: JiraClient, path: str, query: str = "") -> Row:
    """One object. Raises HelpdeskError."""
    answer = client.get(path, query)
    if not isinstance(answer, dict):
        raise PermanentError(f"Jira GET {path}: unexpected answer: expected an object")
    return answer


def _rows(answer: Any, path: str, key: str) -> list[Row]:
    return objects(answer.get(key) if isinstance(answer, dict) and key else answer, f"Jira GET {path}")


def by_age(rows: list[Row]) -> Iterator[Row]:
    """The oldest first: ids are numbers, perhaps after a word."""
    return iter(sorted(rows, key=lambda row: int("".join(filter(str.isdigit, str(row["id"]))) or 0)))
