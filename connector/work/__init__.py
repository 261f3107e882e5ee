"""Work still to do: one row per ticket, in SQLite or PostgreSQL. Nothing here is a fact of record."""
