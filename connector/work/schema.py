"""The tables, one definition for both databases. Every time is in whole microseconds
since 1970-01-01 UTC, exact in both directions.

A change here needs a migration (``migrations``) that makes the same of a store that exists, and a higher ``VERSION``.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    inspect,
    select,
    update,
)

from connector.work.errors import StoreError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since the epoch; ``ValueError`` for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError(f"the work table needs an aware time, got {moment.isoformat()} without a zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def optional_micros(moment: datetime | None) -> int | None:
    """``to_micros`` that lets ``None`` through."""
    return None if moment is None else to_micros(moment)


def optional_time(micros: int | None) -> datetime | None:
    """``from_micros`` that lets ``None`` through."""
    return None if micros is None else from_micros(micros)


VERSION = 13
"""Raised with every change of the tables; an older store is migrated, a newer one refused."""

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
    # How often it was claimed since the last good run by somebody who was not heard of again.
    Column("deaths", Integer, nullable=False, server_default="0"),
    # Only while leased: the fence, the due time the lease was taken for, the earliest due of events since.
    Column("token", Text),
    Column("was_due", BigInteger),
    Column("bumped_due", BigInteger),
    Column("seen", BigInteger),
    # When the rules would have decided next, as the last good run saw it; no event changes it.
    Column("deadline", BigInteger),
    Column("error", Text),
    # Only on a dead letter.
    Column("failed_at", BigInteger),
    # The helpdesk wants this ticket left alone until then: no event makes it due earlier.
    Column("not_before", BigInteger),
    # For people only: what the last good run saw (connector.work.outlook).
    Column("number", Text),
    Column("priority", Text),
    Column("level", Integer),
    Column("level_at", BigInteger),
    Column("target", Text),
    Column("target_at", BigInteger),
    Column("missed", Text),
    Column("missed_at", BigInteger),
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

Index(
    "connector_ticket_suspect",
    TICKETS.c.helpdesk,
    TICKETS.c.due,
    sqlite_where=and_(TICKETS.c.deaths > 0, TICKETS.c.due.is_not(None)),
    postgresql_where=and_(TICKETS.c.deaths > 0, TICKETS.c.due.is_not(None)),
)

HELPDESKS = Table(
    "connector_helpdesk",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("paused_until", BigInteger),
    Column("pause_reason", Text),
    Column("bookmark", BigInteger),
    Column("policy", Text),
    # Which helpdesk this is, who works there, and since when the rules hold; NULL: for every ticket.
    Column("address", Text),
    Column("account", Text),
    Column("installation", Text),
    Column("since", BigInteger),
    # Why nothing may be written there until somebody has looked; NULL: nothing is wrong.
    Column("stopped", Text),
)

# Kinds of requests that the helpdesk wants left alone. They are few and have fixed names, so rows are never deleted.
PAUSES = Table(
    "connector_pause",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("paused_until", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

# Whose role ends stays support for what was done before (connector.helpdesks.staff). A few rows for each person.
STAFF = Table(
    "connector_staff",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# Messages to customers in the last hour; the address is a digest.
MESSAGES = Table(
    "connector_message",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True),
)

# Where an outage is, and which ticket may open a problem record there now.
PLACES = Table(
    "connector_place",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("ticket", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)

# What has to be told outside of the helpdesk, and what was until the ticket says so itself.
TELLINGS = Table(
    "connector_telling",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("ticket", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    # When it may be tried; while somebody tries, the end of the lease; NULL: it was told or given up.
    Column("due", BigInteger),
    Column("token", Text),
    Column("attempts", Integer, nullable=False),
    Column("told_at", BigInteger),
    Column("failed_at", BigInteger),
    Column("error", Text),
)

Index(
    "connector_telling_due",
    TELLINGS.c.helpdesk,
    TELLINGS.c.due,
    sqlite_where=TELLINGS.c.due.is_not(None),
    postgresql_where=TELLINGS.c.due.is_not(None),
)

# How each helpdesk and its workers are, and a row of no meaning that shows that commits work.
HEALTH = Table(
    "connector_health",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("beat", BigInteger, nullable=False),
    Column("answered", BigInteger),
    Column("looked", BigInteger),
    Column("failed", BigInteger),
    Column("token_ends", BigInteger),
    Column("failure", Text),
    Column("policy", Text),
    Column("policy_failure", Text),
)

# Who wants to hear of trouble tickets (connector.work.listeners).
LISTENERS = Table(
    "connector_listener",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("panel", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("callback", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)

# Tokens that are good once, until they are too old to be shown again.
USED = Table(
    "connector_used",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# What a panel has submitted (connector.work.submissions): until it is on the helpdesk, and for a while afterwards.
SUBMISSIONS = Table(
    "connector_submission",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # Of the content: another one under the same key is refused.
    Column("digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    # NULL once it is done: what a customer wrote stands on the helpdesk then.
    Column("content", Text),
    # Since when a request to the helpdesk may have made the ticket.
    Column("begun_at", BigInteger),
    Column("ticket", Text),
    Column("number", Text),
    Column("answer", Text),
    Column("accepted_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
)

Index(
    "connector_submission_done",
    SUBMISSIONS.c.done_at,
    sqlite_where=SUBMISSIONS.c.done_at.is_not(None),
    postgresql_where=SUBMISSIONS.c.done_at.is_not(None),
)

# What the sweeps of the last day found, and what the last examination did: for people only (connector.work.records).
SWEEPS = Table(
    "connector_sweep",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("whole", Boolean, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("touched", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("held", Text),
)
EXAMINATIONS = Table(
    "connector_examination",
    METADATA,
    Column("helpdesk", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("findings", Text, nullable=False),
)

VERSIONS = Table("connector_version", METADATA, Column("version", Integer, primary_key=True))


def prepare(connection: Connection) -> None:
    """Create the tables, or bring those of an older version to this one, in the transaction of ``connection``.

    Must run under a lock of the database, so that one opener migrates and the others wait for it.
    Raises ``StoreError`` when a newer connector made the store.
    """
    if not inspect(connection).has_table(VERSIONS.name):
        METADATA.create_all(connection)
        connection.execute(VERSIONS.insert().values(version=VERSION))
        return
    stored = connection.execute(select(VERSIONS.c.version)).scalar_one()
    if stored > VERSION:
        raise StoreError(
            f"the work table has version {stored}, this connector knows version {VERSION}; "
            "run the version that made it, or start with an empty database (a sweep finds all work again)"
        )
    if stored < VERSION:
        # Loading the tool takes longer than the rest of the opening, and a store is migrated once.
        from connector.work.migrations import migrate

        migrate(connection, stored)
        connection.execute(update(VERSIONS).values(version=VERSION))
