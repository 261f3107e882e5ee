"""Which helpdesk a work table belongs to, since when the rules hold there, and why work on it was stopped."""

import sqlalchemy
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds columns; what is there stays as it is, and a worker of an older release goes on with it."""
    for name in ("address", "account", "installation", "stopped"):
        op.add_column("connector_helpdesk", sqlalchemy.Column(name, sqlalchemy.Text))
    op.add_column("connector_helpdesk", sqlalchemy.Column("since", sqlalchemy.BigInteger))
