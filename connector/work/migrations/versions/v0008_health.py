"""How each helpdesk and its workers are."""

import sqlalchemy
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds a table; what is there stays as it is."""
    times = ("beat", "answered", "looked", "failed", "token_ends")
    op.create_table(
        "connector_health",
        sqlalchemy.Column("name", sqlalchemy.Text, primary_key=True),
        *(sqlalchemy.Column(name, sqlalchemy.BigInteger, nullable=name != "beat") for name in times),
        sqlalchemy.Column("failure", sqlalchemy.Text),
        sqlalchemy.Column("policy", sqlalchemy.Text),
        sqlalchemy.Column("policy_failure", sqlalchemy.Text),
    )
