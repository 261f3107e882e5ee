"""How the sandbox says no: Zammad's status codes and error texts (recordings 045-057 and 150-201)."""

from typing import Any


class ApiError(Exception):
    """A request that Zammad answers with an error.

    `human` says whether the answer repeats the text as `error_human`, which Zammad sometimes leaves out.
    """

    def __init__(self, status: int, message: str, *, human: bool = True) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.human = human

    def payload(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        if self.human:
            return {"error": self.message, "error_human": self.message}
        return {"error": self.message}


_NEWER_TEXTS = {
    "Not authorized (token)!": "Token authorization failed.",
    "No route matches": "This page doesn't exist.",
    "unexpected token at": "Error occurred while parsing request parameters",
    "Data option must have one of": "Max length must be an integer.",
}
"""How a text of 5.5 begins → what a later Zammad says instead."""


def worded(text: str, *, newer: bool) -> str:
    """A text of 5.5 as a later Zammad has it (recordings 019, 045, 054, 057, 094, 179, 185)."""
    if not newer:
        return text
    bare = text.removeprefix("Validation failed: ")
    return next((later for begin, later in _NEWER_TEXTS.items() if bare.startswith(begin)), bare)


def missing_record(model: str, record_id: object) -> ApiError:
    """404 for an id nobody has (recordings 176, 182-184)."""
    return ApiError(404, f"Couldn't find {model} with 'id'={record_id}")


def not_authorized() -> ApiError:
    """403 for a record this user may not touch (recordings 189, 190, 241)."""
    return ApiError(403, "Not authorized")


def token_not_authorized() -> ApiError:
    """403 for an area this user's token does not open (recordings 057, 094)."""
    return ApiError(403, "Not authorized (token)!")


def invalid_value(shown: str, field: str) -> ApiError:
    """422 for a value that is not among a field's options (recordings 064, 071, 163)."""
    return ApiError(422, f"Invalid value '{shown}' for field '{field}'!", human=False)


def missing_value(field: str) -> ApiError:
    """422 for a mandatory field without a value (recordings 156, 158, 167, 168)."""
    return ApiError(422, f"Missing required value for field '{field}'!", human=False)


def already_exists() -> ApiError:
    """422 for a second record with a unique name or a repeated link (recordings 027, 052, 240)."""
    return ApiError(422, "This object already exists.")
