"""What panels have submitted."""

import sqlalchemy
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds a table; what is there stays as it is."""
    text, time = sqlalchemy.Text, sqlalchemy.BigInteger
    op.create_table(
        "connector_submission",
        sqlalchemy.Column("helpdesk", text, primary_key=True),
        sqlalchemy.Column("key", text, primary_key=True),
        *(sqlalchemy.Column(name, text, nullable=False) for name in ("digest", "kind", "state")),
        sqlalchemy.Column("content", text),
        sqlalchemy.Column("begun_at", time),
        *(sqlalchemy.Column(name, text) for name in ("ticket", "number", "answer")),
        sqlalchemy.Column("accepted_at", time, nullable=False),
        sqlalchemy.Column("done_at", time),
    )
    done = sqlalchemy.text("done_at IS NOT NULL")
    op.create_index(
        "connector_submission_done", "connector_submission", ["done_at"], sqlite_where=done, postgresql_where=done
    )
