"""How the sandbox says no: Jira's status codes and error bodies."""

from collections.abc import Mapping
from typing import Any


class JiraError(Exception):
    """A request that Jira answers with an error: general messages, and messages by field."""

    def __init__(
        self,
        status: int,
        *messages: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*messages, dict(fields or {}))
        self.status, self.messages = status, messages
        self.fields, self.headers = dict(fields or {}), dict(headers or {})

    def payload(self, *, portal: bool) -> dict[str, Any]:
        """The JSON body: the platform's shape, or that of the service desk API."""
        if portal:
            text = " ".join([*self.messages, *self.fields.values()])
            return {"errorMessage": text, "i18nErrorMessage": {"i18nKey": "", "parameters": []}}
        return {"errorMessages": list(self.messages), "errors": self.fields}


def forbidden(what: str) -> JiraError:
    """403 for something the caller may not do."""
    return JiraError(403, f"You do not have permission to {what}.")


def wrong_field(field: str, text: str) -> JiraError:
    """400 for the value of one field."""
    return JiraError(400, fields={field: text})


def not_found(what: str) -> JiraError:
    """404 for what does not exist or is not for the caller's eyes: nobody can tell which."""
    return JiraError(404, f"{what} does not exist or you do not have permission to see it.")
