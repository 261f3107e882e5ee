"""Work still to do: one row per ticket, in SQLite or PostgreSQL. All of it can be found again by a sweep."""
