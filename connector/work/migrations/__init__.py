"""Migrations of the work table: a store of an older version becomes one of this version, with all that is in it.

``connector_version`` is the one place that tells a store's version. Alembic's own table is set from it each time.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migrate(connection: Connection, version: int) -> None:
    """Everything since ``version``, in the transaction of ``connection``: all of it or, after a crash, nothing."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.stamp(config, f"{version:04}", purge=True)
    command.upgrade(config, "head")
