"""What can go wrong with the work table. No message ever carries a password."""


class StoreError(Exception):
    """The store cannot be used as configured, or is damaged; the message says what to do."""


class StoreUnavailable(StoreError):  # noqa: N818 - the state, as callers name it
    """The store did not answer, or not in time. The same call may succeed later."""


class StoreMissing(StoreError):  # noqa: N818 - the state, as callers name it
    """Nobody has made the work table yet."""
