"""The hot queries walk the partial index on both databases, however old the statistics are."""

from typing import Any

import pytest
from sqlalchemy import Connection, Executable, create_engine, text

from connector.sandbox.clock import SteppedClock
from connector.work import statements
from connector.work.table import WorkTable

FILL = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
    INSERT INTO connector_ticket (helpdesk, ticket, due, generation, attempts)
    SELECT 'zammad', CAST(n AS TEXT), 2000000000000000 + n, 1, 0 FROM numbers
"""
BOUND = {"b_helpdesk": "zammad", "b_now": 0, "b_due": 1, "b_limit": 100, "b_token": "t"}


def plan(connection: Connection, statement: Executable) -> str:
    compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]
    named = compiled.construct_params(BOUND)
    bound: Any = tuple(named[name] for name in compiled.positiontup) if compiled.positional else named
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(str(row) for row in connection.exec_driver_sql(explain + compiled.string, bound))


@pytest.mark.parametrize("fresh_statistics", [False, True])
@pytest.mark.parametrize("statement", [statements.NEXT_DUE, statements.CLAIM], ids=["next_due", "claim"])
def test_the_index_is_used(
    database_url: str, clock: SteppedClock, statement: Executable, fresh_statistics: bool
) -> None:
    WorkTable.open(database_url, clock).close()
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
            connection.execute(text(FILL))
            if fresh_statistics:
                connection.execute(text("ANALYZE"))
            found = plan(connection, statement)
    finally:
        engine.dispose()
    assert "connector_ticket_due" in found
    assert "Seq Scan on connector_ticket" not in found
    assert "SCAN connector_ticket" not in found
    assert "TEMP B-TREE" not in found
