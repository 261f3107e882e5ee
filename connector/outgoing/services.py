"""Apprise, where it is installed (the extra ``notify``; docs/deployment.md)."""

import logging
from importlib import import_module
from typing import Any


def problem_with_address(address: str) -> str | None:
    """What is wrong with an address of a contact; ``None``: nothing. Nothing is sent."""
    try:
        known = library().Apprise().add(address)
    except ImportError:
        return "needs Apprise: pip install --require-hashes --requirement requirements-notify.lock"
    return None if known else "holds an address that Apprise cannot read"


def library() -> Any:
    """The package. Raises ImportError."""
    # It logs what it is told, with what may be a secret in an address.
    logging.getLogger("apprise").disabled = True
    return import_module("apprise")
