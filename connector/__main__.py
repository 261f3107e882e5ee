"""``python -m connector`` is ``interspace``."""

from connector.cli import main

main()
