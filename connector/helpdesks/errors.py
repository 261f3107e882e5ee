"""What can go wrong at a helpdesk, by what follows from it. Texts never hold a token or a header."""

from datetime import datetime

HIDDEN = "[secret]"

_SHORTEST = 8
"""Characters. What is shorter is no secret but a word, and to hide it would make errors unreadable."""

_secrets: set[str] = set()


def hide(secret: str) -> None:
    """From now on no error of a helpdesk shows this: answers may repeat what was sent to them."""
    if len(secret) >= _SHORTEST:
        _secrets.add(secret)


def cleaned(text: str) -> str:
    """A text with a stranger's words, to be logged, stored and shown: without our secrets, and with control characters
    as escapes, so that it is one line and moves no cursor."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class HelpdeskError(Exception):
    """The base: a sentence that names the helpdesk, the request and the answer. Whatever stands in the answer, it is
    harmless."""

    def __init__(self, message: str = "") -> None:
        super().__init__(cleaned(message))


class TransientError(HelpdeskError):
    """This ticket may work later: retried with back-off."""


class ServerFaultError(TransientError):
    """The helpdesk broke on this request (5xx, or an answer that is no JSON): because of this ticket, or as a whole."""


class UnavailableError(TransientError):
    """The helpdesk as a whole does not answer, or refuses our credentials: everybody waits, nothing is given up."""


class RateLimitedError(UnavailableError):
    """Too many requests. Nobody asks again before ``retry_at`` (UTC); ``None`` where the helpdesk did not say."""

    def __init__(self, message: str, retry_at: datetime | None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class EndpointLimitedError(TransientError):
    """Too many requests of one kind. Nobody makes another one of this ``endpoint`` before ``retry_at`` (UTC)."""

    def __init__(self, message: str, retry_at: datetime, endpoint: str) -> None:
        super().__init__(message)
        self.retry_at = retry_at
        self.endpoint = endpoint


class TicketWaitsError(TransientError):
    """This ticket waits until ``retry_at`` (UTC), all others go on: there were too many writes to it, or something that
    was asked for shows only later."""

    def __init__(self, message: str, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class PermanentError(HelpdeskError):
    """Trying the same again is useless: a dead letter, until somebody or a new event wakes it."""


class AnswerTooLongError(PermanentError):
    """The answer holds more than the connector reads."""


class RefusedError(PermanentError):
    """The helpdesk does not take what was sent (400, 422). Nothing of it was stored, unless ``written``."""

    def __init__(
        self,
        message: str,
        *,
        named: frozenset[str] = frozenset(),
        details: frozenset[str] = frozenset(),
        written: bool = False,
    ) -> None:
        super().__init__(message)
        self.named = named
        """The fields that it blames, by its own names; empty if it does not say."""
        self.details = details
        """The same by the rules' names, ``state`` and ``message`` among them."""
        self.written = written
        """All but these details is stored."""


class NotFoundError(PermanentError):
    """The ticket is gone."""


class ForbiddenError(PermanentError):
    """The token may not do this; the text names what it may not do."""


class OutOfReachError(ForbiddenError):
    """The account may not see this ticket: another department's, unless the connector has worked on it before."""


class WrongAccountError(PermanentError):
    """The token is not that of an account that works on tickets: with it, internal notes would be public."""


class ExposedNoteError(UnavailableError):
    """An internal note came back public: nothing more may be written on this helpdesk until a person has looked."""
