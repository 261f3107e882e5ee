"""The tables, one definition for both databases. Every time is in microseconds UTC (see ``moment``)."""

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, Table, Text, inspect, select

from connector.work.errors import StoreError

VERSION = 1
"""Raised with every change of the tables; a store of a newer version is refused."""

METADATA = MetaData()

TICKETS = Table(
    "connector_ticket",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("ticket", Text, primary_key=True),
    # When a worker may take the ticket; while it is leased, the end of the lease; NULL: nothing to do.
    Column("due", BigInteger),
    Column("generation", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Only while leased: the fence, the due time the lease was taken for, the earliest due of events since.
    Column("token", Text),
    Column("was_due", BigInteger),
    Column("bumped_due", BigInteger),
    Column("seen", BigInteger),
    Column("error", Text),
    # Only on a dead letter.
    Column("failed_at", BigInteger),
    # A queue's rows change all the time: leave room on the page, and keep the planner's statistics fresh.
    postgresql_with={
        "fillfactor": 70,
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_analyze_scale_factor": 0.02,
    },
)

Index(
    "connector_ticket_due",
    TICKETS.c.helpdesk,
    TICKETS.c.due,
    sqlite_where=TICKETS.c.due.is_not(None),
    postgresql_where=TICKETS.c.due.is_not(None),
)
Index(
    "connector_ticket_dead",
    TICKETS.c.helpdesk,
    TICKETS.c.failed_at,
    sqlite_where=TICKETS.c.failed_at.is_not(None),
    postgresql_where=TICKETS.c.failed_at.is_not(None),
)

HELPDESKS = Table(
    "connector_helpdesk",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("paused_until", BigInteger),
    Column("pause_reason", Text),
    Column("bookmark", BigInteger),
    Column("policy", Text),
)

VERSIONS = Table("connector_version", METADATA, Column("version", Integer, primary_key=True))


def create(connection: Connection) -> None:
    """Create what is missing. Must run inside the database's own lock against other openers.

    Raises ``StoreError`` when a newer connector made the store.
    """
    if not inspect(connection).has_table(VERSIONS.name):
        METADATA.create_all(connection)
        connection.execute(VERSIONS.insert().values(version=VERSION))
        return
    found = connection.execute(select(VERSIONS.c.version)).scalar_one()
    if found != VERSION:
        raise StoreError(
            f"the work table has version {found}, this connector knows version {VERSION}; "
            "run the version that made it, or start with an empty database (a sweep finds all work again)"
        )
