"""How the sandbox says no: Zammad's status codes and error texts (recordings 045-057 and 150-201)."""

from typing import Any


class ApiError(Exception):
    """A request that Zammad answers with an error.

    `human` says whether the answer repeats the text as `error_human`, which Zammad sometimes leaves out.
    """

    def __init__(self, status: int, message: str, *, human: bool = True) -> None:
        super().__init__(message)
        self.status, self.message, self.human = status, message, human

    def payload(self, *, newer: bool) -> dict[str, Any]:
        """The JSON body of the answer, in the words of 5.5 or of a later Zammad (019, 045, 054, 057, 094, 179, 185)."""
        text = self.message
        if newer:
            bare = text.removeprefix("Validation failed: ")
            text = next((later for begin, later in _NEWER_TEXTS.items() if bare.startswith(begin)), bare)
        return {"error": text, "error_human": text} if self.human else {"error": text}


_NEWER_TEXTS = {
    "Not authorized (token)!": "Token authorization failed.",
    "No route matches": "This page doesn't exist.",
    "unexpected token at": "Error occurred while parsing request parameters",
    "Data option must have one of": "Max length must be an integer.",
}
"""How a text of 5.5 begins → what a later Zammad says instead."""


def missing_record(model: str, record_id: object) -> ApiError:
    """404 for an id nobody has (recordings 176, 182-184)."""
    return ApiError(404, f"Couldn't find {model} with 'id'={record_id}")


def not_authorized(about: str = "") -> ApiError:
    """403 for a record that this user may not touch (189, 190, 241), or for an area: `(token)!` (057, 094)."""
    return ApiError(403, f"Not authorized {about}".strip())


def invalid_value(shown: str, field: str) -> ApiError:
    """422 for a value that is not among a field's options (recordings 064, 071, 163)."""
    return ApiError(422, f"Invalid value '{shown}' for field '{field}'!", human=False)


def missing_value(field: str) -> ApiError:
    """422 for a mandatory field without a value (recordings 156, 158, 167, 168)."""
    return ApiError(422, f"Missing required value for field '{field}'!", human=False)


def unknown_name(param: str, name: object) -> ApiError:
    """422 for a name that nothing has (recordings 150, 165, 174, 247)."""
    return ApiError(422, f"No lookup value found for '{param}': \"{name}\"")


def already_exists() -> ApiError:
    """422 for a second record with a unique name or a repeated link (recordings 027, 052, 240)."""
    return ApiError(422, "This object already exists.")
