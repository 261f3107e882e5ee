"""How often a ticket was claimed by somebody who died over it."""

import sqlalchemy
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds a column and its index; what is there stays as it is, and a worker of an older release goes on with it."""
    op.add_column(
        "connector_ticket", sqlalchemy.Column("deaths", sqlalchemy.Integer, nullable=False, server_default="0")
    )
    suspect = sqlalchemy.text("deaths > 0 AND due IS NOT NULL")
    op.create_index(
        "connector_ticket_suspect",
        "connector_ticket",
        ["helpdesk", "due"],
        sqlite_where=suspect,
        postgresql_where=suspect,
    )
