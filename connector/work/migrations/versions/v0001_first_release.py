"""The first release. It made its tables itself, so there is nothing to do."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing."""
