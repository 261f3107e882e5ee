"""Interspace support rules on an off-the-shelf helpdesk."""

__version__ = "0.1.0"
