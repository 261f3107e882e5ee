"""Who wants to hear of trouble tickets."""

import sqlalchemy
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Adds a table; what is there stays as it is."""
    op.create_table(
        "connector_listener",
        sqlalchemy.Column("id", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("panel", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("version", sqlalchemy.Integer, nullable=False),
        *(sqlalchemy.Column(name, sqlalchemy.Text, nullable=False) for name in ("callback", "query", "address")),
        sqlalchemy.Column("created", sqlalchemy.BigInteger, nullable=False),
    )
