"""Tokens of forms that are good once."""

import sqlalchemy
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds a table; what is there stays as it is."""
    op.create_table(
        "connector_used",
        sqlalchemy.Column("token", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("until", sqlalchemy.BigInteger, nullable=False),
    )
