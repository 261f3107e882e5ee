"""What is told outside of the helpdesk."""

import sqlalchemy
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds a table; what is there stays as it is."""
    op.create_table(
        "connector_telling",
        *(sqlalchemy.Column(name, sqlalchemy.Text, primary_key=True) for name in ("helpdesk", "ticket", "event")),
        sqlalchemy.Column("receiver", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("body", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("created", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("due", sqlalchemy.BigInteger),
        sqlalchemy.Column("token", sqlalchemy.Text),
        sqlalchemy.Column("attempts", sqlalchemy.Integer, nullable=False),
        sqlalchemy.Column("told_at", sqlalchemy.BigInteger),
        sqlalchemy.Column("failed_at", sqlalchemy.BigInteger),
        sqlalchemy.Column("error", sqlalchemy.Text),
    )
    there = sqlalchemy.text("due IS NOT NULL")
    op.create_index(
        "connector_telling_due",
        "connector_telling",
        ["helpdesk", "due"],
        sqlite_where=there,
        postgresql_where=there,
    )
