"""The settings of Jira."""

from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr

from connector.helpdesks.settings import MAX_ANSWER_BYTES, AnswerBytes, HelpdeskSettings, SigningSecret, WebAddress
from connector.policy.locate import MAPPINGS


class JiraSettings(HelpdeskSettings):
    """See :class:`connector.helpdesks.settings.HelpdeskSettings`."""

    HELPDESK = "jira"
    NO_OPTIONS = frozenset({"api_url", "token_ends", "bot"})

    url: WebAddress | None = Field(None, description="Jira's address, as in the browser; Cloud and Data Center alike.")
    api_url: WebAddress | None = Field(
        None,
        description="Cloud only, where the token has scopes, as those of service accounts have: the address at which "
        "it works, `https://api.atlassian.com/ex/jira/` and the site's cloud id. `interspace init` finds it. The "
        "admin's token, which has none, works at the site.",
    )
    user: str | None = Field(
        None, description="Cloud only: the e-mail address of the connector's own user, whose API token it is."
    )
    token: SecretStr | None = Field(
        None,
        description="The API token (Cloud) or personal access token (Data Center) of the connector's own Jira user.",
    )
    token_ends: date | None = Field(
        None,
        description="The last day of the token, `2027-11-28`. `interspace init` writes the latest possible one on "
        "Cloud, a year later; correct it where you chose an earlier one, and with every new token.",
    )
    admin_user: str | None = Field(
        None, description="Cloud only: the e-mail address of the admin whose API token it is."
    )
    admin_token: SecretStr | None = Field(
        None, description="The token of an admin of Jira, for `install` and `doctor` only."
    )
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the usual ones, as PEM.")
    mapping: Path = Field(MAPPINGS / "jira.yaml", description="How the rules' names are written in this Jira.")
    max_answer_bytes: AnswerBytes = Field(
        MAX_ANSWER_BYTES,
        description="The longest answer that is read, decompressed. The texts of one longer than 1 MB are cut.",
    )
    webhook_secret: SigningSecret | None = Field(
        None,
        description="The secret of Jira's admin webhook, 16 characters at least. "
        "While it is being replaced: the new and the old one, a line each.",
    )
    automation_secret: SigningSecret | None = Field(
        None,
        description="What Automation rules show in `Authorization: Bearer …` or `X-Interspace-Token`, 16 characters at "
        "least. While it is being replaced: the new and the old one, a line each.",
    )
    bot: str | None = Field(
        None,
        description="The connector's own Jira account (accountId on Cloud, user name on Data Center), if nobody else "
        "uses it: the receiver then skips webhooks of its own changes, which saves a read each.",
    )


WEBHOOK_SECRET = JiraSettings.variable("webhook_secret")
"""The secret's name in the secret store."""
