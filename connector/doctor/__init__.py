"""Proves an installation end to end: ``interspace doctor``."""
