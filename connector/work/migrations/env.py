"""Run by Alembic for each of its commands, on the connection that ``migrate`` gives it."""

from alembic import context

VERSION_TABLE = "connector_migration"
"""Alembic's own record; made when a store is migrated for the first time."""

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
