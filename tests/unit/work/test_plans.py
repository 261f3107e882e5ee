"""The hot queries walk the partial index on both databases, however old the statistics are."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Executable, Select, text

from connector.work import statements
from connector.work.database import Database
from connector.work.opening import open_database

FILL = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
    INSERT INTO connector_ticket (helpdesk, ticket, due, generation, attempts)
    SELECT 'zammad', CAST(n AS TEXT), 2000000000000000 + n, 1, 0 FROM numbers
"""
ROWS = [
    {"helpdesk": "zammad", "ticket": str(n), "token": "t", "due": 1, "seen": 1, "not_before": 1, "failed_at": 1}
    for n in range(200)
]
BOUND = {
    "b_helpdesk": "zammad",
    "b_now": 0,
    "b_due": 1,
    "b_limit": 100,
    "b_token": "t",
    "b_rows": json.dumps(ROWS),
}
SCAN = re.compile(r"(Seq Scan on|SCAN) connector_ticket\b(?! USING)")


def plan(connection: Connection, statement: Executable) -> str:
    compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]
    named = compiled.construct_params(BOUND)
    bound: Any = tuple(named[name] for name in compiled.positiontup) if compiled.positional else named
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(str(row) for row in connection.exec_driver_sql(explain + compiled.string, bound))


@pytest.fixture(params=[False, True], ids=["old statistics", "fresh statistics"])
def filled(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """A work table of 20,000 tickets."""

    def fill(connection: Connection) -> None:
        connection.execute(text("ANALYZE"))
        connection.execute(text(FILL))
        if request.param:
            connection.execute(text("ANALYZE"))

    with closing(open_database(database_url)) as database:
        database.write(fill)
        yield database


@pytest.mark.parametrize("statement", [statements.NEXT_DUE, statements.CLAIM], ids=["next_due", "claim"])
def test_the_index_is_used(filled: Database, statement: Executable) -> None:
    found = filled.read(lambda connection: plan(connection, statement))

    assert "connector_ticket_due" in found
    assert "TEMP B-TREE" not in found
    assert not SCAN.search(found)


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        (statements.renew, statements.RENEWED),
        (statements.release, statements.OWNED),
        (statements.defer, statements.DEFERRED),
        (statements.finish, statements.FINISHED),
        (statements.fail, statements.FAILED),
    ],
)
def test_results_are_stored_by_the_key(
    filled: Database, statement: Callable[[Select[Any]], Executable], columns: tuple[Column[Any], ...]
) -> None:
    found = filled.read(lambda connection: plan(connection, statement(filled.rows(*columns))))

    assert not SCAN.search(found)
