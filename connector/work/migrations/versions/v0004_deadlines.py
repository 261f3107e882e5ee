"""What the rules had planned for a ticket, so that one that vanishes with a deadline is missed."""

import sqlalchemy
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds a column. What was planned stands in ``due`` until an event comes."""
    op.add_column("connector_ticket", sqlalchemy.Column("deadline", sqlalchemy.BigInteger))
    op.execute("UPDATE connector_ticket SET deadline = due WHERE seen IS NOT NULL")
