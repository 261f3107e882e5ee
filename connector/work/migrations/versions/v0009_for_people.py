"""What a good run saw of its ticket, what the sweeps found, and the last examination."""

import sqlalchemy
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds columns and tables. What is unknown of a ticket comes with its next good run."""
    for name in ("number", "priority", "target", "missed"):
        op.add_column("connector_ticket", sqlalchemy.Column(name, sqlalchemy.Text))
    for name in ("level_at", "target_at", "missed_at"):
        op.add_column("connector_ticket", sqlalchemy.Column(name, sqlalchemy.BigInteger))
    op.add_column("connector_ticket", sqlalchemy.Column("level", sqlalchemy.Integer))
    op.create_table(
        "connector_sweep",
        sqlalchemy.Column("helpdesk", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("at", sqlalchemy.BigInteger, primary_key=True),
        sqlalchemy.Column("whole", sqlalchemy.Boolean, nullable=False),
        *(sqlalchemy.Column(name, sqlalchemy.Integer, nullable=False) for name in ("listed", "touched", "missed")),
        sqlalchemy.Column("held", sqlalchemy.Text),
    )
    op.create_table(
        "connector_examination",
        sqlalchemy.Column("helpdesk", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("at", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("findings", sqlalchemy.Text, nullable=False),
    )
