"""Pauses of single endpoints, and of single tickets."""

import sqlalchemy
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds a table and a column; what is there stays as it is, and a worker of the first release goes on with it."""
    op.create_table(
        "connector_pause",
        sqlalchemy.Column("helpdesk", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("endpoint", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("paused_until", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("reason", sqlalchemy.Text, nullable=False),
    )
    op.add_column("connector_ticket", sqlalchemy.Column("not_before", sqlalchemy.BigInteger))
