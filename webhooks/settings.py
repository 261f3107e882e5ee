"""Settings of the receiver, and where in the environment they stand."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator

from connector.domain.model import Model

_ENVIRONMENT = {
    "database_url": "INTERSPACE_DATABASE_URL",
    "settle_seconds": "INTERSPACE_SETTLE_SECONDS",
    "max_body_bytes": "INTERSPACE_MAX_BODY_BYTES",
    "host": "INTERSPACE_HOST",
    "port": "INTERSPACE_PORT",
    "processes": "INTERSPACE_RECEIVER_PROCESSES",
    "threads": "INTERSPACE_RECEIVER_THREADS",
}
_SECRET = "INTERSPACE_ZAMMAD_WEBHOOK_SECRET"  # noqa: S105 - the variable's name
_SECRET_FILE = f"{_SECRET}_FILE"
_SHORTEST_SECRET = 16


class SettingsError(Exception):
    """A setting is missing or not valid. The message names the variable and never holds a secret."""


class ReceiverSettings(Model):
    """How the receiver runs. Everything but the secret has a default."""

    database_url: SecretStr = Field(
        SecretStr("sqlite:///interspace.sqlite3"),
        description="The work table: a SQLite file or a PostgreSQL database, as an SQLAlchemy URL.",
    )
    zammad_secrets: tuple[SecretStr, ...] = Field(
        min_length=1,
        max_length=2,
        description="The signature token of Zammad's webhook; during a rotation also the previous one.",
    )
    settle_seconds: float = Field(1.0, ge=0, le=300, description="How long a ticket rests after an event, in seconds.")
    max_body_bytes: int = Field(
        1024 * 1024, ge=1024, le=64 * 1024 * 1024, description="The largest accepted body, in bytes."
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8080, ge=1, le=65535, description="The TCP port to listen on.")
    processes: int = Field(2, ge=1, le=64, description="Receiver processes.")
    threads: int = Field(16, ge=2, le=256, description="Threads per receiver process.")

    @field_validator("zammad_secrets")
    @classmethod
    def _long_enough(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(secret.get_secret_value()) < _SHORTEST_SECRET for secret in secrets):
            raise ValueError(f"every secret needs at least {_SHORTEST_SECRET} characters")
        return secrets


def from_environment(environment: Mapping[str, str]) -> ReceiverSettings:
    """The settings an environment holds. A variable that is empty counts as not set.

    Raises ``SettingsError`` that names each variable at fault.
    """
    values: dict[str, object] = {
        field: environment[variable] for field, variable in _ENVIRONMENT.items() if environment.get(variable)
    }
    values["zammad_secrets"] = tuple(SecretStr(secret) for secret in _secrets(environment))
    try:
        return ReceiverSettings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("; ".join(_faults(error))) from None


def _secrets(environment: Mapping[str, str]) -> list[str]:
    secret, file = environment.get(_SECRET), environment.get(_SECRET_FILE)
    if secret and file:
        raise SettingsError(f"{_SECRET}, {_SECRET_FILE}: set only one of them")
    if secret:
        return [secret]
    if not file:
        raise SettingsError(f"{_SECRET} or {_SECRET_FILE}: one of them is needed")
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"{_SECRET_FILE}: {file} cannot be read: {reason}") from None
    secrets = [line.strip() for line in lines if line.strip()]
    if not secrets:
        raise SettingsError(f"{_SECRET_FILE}: {file} holds no secret")
    return secrets


def _faults(error: ValidationError) -> list[str]:
    # The input is left out: it can be a secret.
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return [f"{_ENVIRONMENT.get(str(fault['loc'][0]), _SECRET)}: {fault['msg']}" for fault in faults]
