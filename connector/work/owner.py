"""Changes of rows by whoever holds them: the lease of a job is its token."""

from collections.abc import Sequence

from sqlalchemy import Connection, Update

from connector.work.database import Database
from connector.work.jobs import Job
from connector.work.parameters import Row, of_rows


def as_owner(database: Database, statement: Update, changes: Sequence[tuple[Job, Row]]) -> list[Job]:
    """Change the row of each job that still has the job's token, in one transaction; returns the other jobs.

    All go in one statement, which tells only how many rows matched. In the rare case that some did not, the
    transaction is undone and the rows go one by one. Raises ``StoreUnavailable``.
    """
    rows = [{**job.key._asdict(), "token": job.token, **values} for job, values in changes]

    def together(connection: Connection) -> None:
        if connection.execute(statement, of_rows(rows)).rowcount != len(rows):
            raise _SomeRefused

    def one_by_one(connection: Connection) -> list[Job]:
        return [
            job
            for (job, _), row in sorted(zip(changes, rows, strict=True), key=lambda pair: pair[0][0].key)
            if connection.execute(statement, of_rows([row])).rowcount == 0
        ]

    if not rows:
        return []
    try:
        database.write(together)
    except _SomeRefused:
        return database.write(one_by_one)
    return []


class _SomeRefused(Exception):  # noqa: N818 - not an error: it undoes a transaction
    pass
