"""Where an outage is, and which ticket may open a problem record there now."""

import sqlalchemy
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds a table; what is there stays as it is."""
    op.create_table(
        "connector_place",
        sqlalchemy.Column("helpdesk", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("place", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("ticket", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("until", sqlalchemy.BigInteger, nullable=False),
    )
