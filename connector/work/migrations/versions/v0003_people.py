"""Who was support until when, and how many messages an address was sent lately."""

import sqlalchemy
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds two tables; what is there stays as it is."""
    op.create_table(
        "connector_staff",
        sqlalchemy.Column("helpdesk", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("account", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("role", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("until", sqlalchemy.BigInteger, nullable=False),
    )
    op.create_table(
        "connector_message",
        sqlalchemy.Column("helpdesk", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("address", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("at", sqlalchemy.BigInteger, primary_key=True),
    )
