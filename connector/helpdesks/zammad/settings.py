"""The settings of Zammad."""

from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr

from connector.helpdesks.settings import MAX_ANSWER_BYTES, AnswerBytes, HelpdeskSettings, SigningSecret, WebAddress
from connector.policy.locate import MAPPINGS


class ZammadSettings(HelpdeskSettings):
    """See :class:`connector.helpdesks.settings.HelpdeskSettings`."""

    HELPDESK = "zammad"
    NO_OPTIONS = frozenset({"token_ends"})

    url: WebAddress | None = Field(None, description="Zammad's address, as in the browser.")
    token: SecretStr | None = Field(None, description="The access token of the connector's own Zammad user.")
    token_ends: date | None = Field(
        None,
        description="The last day of that token, `2027-11-28`, where it has one and Zammad does not tell: it tells a "
        "token with the permission *user_preferences.access_token*.",
    )
    admin_token: SecretStr | None = Field(
        None, description="The access token of an admin of Zammad, for `install` and `doctor` only."
    )
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the usual ones, as PEM.")
    mapping: Path = Field(MAPPINGS / "zammad.yaml", description="How the rules' names are written in this Zammad.")
    max_answer_bytes: AnswerBytes = Field(
        MAX_ANSWER_BYTES,
        description="The longest answer that is read, decompressed. The texts of one longer than 1 MB are cut.",
    )
    webhook_secret: SigningSecret | None = Field(
        None,
        description="The signature token of Zammad's webhook, 16 characters at least. "
        "While it is being replaced: the new and the old one, a line each.",
    )


SCHEDULER_WAIT = 360.0
"""Seconds for which the doctor waits for Zammad's scheduler: it looks for jobs every 5 minutes (recordings 298, 341).
"""

WEBHOOK_SECRET = ZammadSettings.variable("webhook_secret")
"""The secret's name in the secret store."""
