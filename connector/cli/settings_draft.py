"""The first settings file: never readable by others, and written only once everything in it has been tried."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from connector.doctor.context import Examination
from connector.doctor.finding import Check, Verdict, examine
from connector.settings import Settings, SettingsError, variable
from connector.settings_file import DEFAULT, FILE_VARIABLE

C = TypeVar("C", bound=Examination)


def tried(checks: Iterable[Check[C]], context: C) -> bool:
    """Whether nothing failed; what was seen is shown."""
    console = Console(highlight=False, stderr=True)
    good = True
    for finding in examine(checks, context, lambda _: None):
        good = good and finding.verdict is not Verdict.FAIL
        console.print(f"{finding.name}: {finding.verdict}: {finding.seen}", markup=False)
        if finding.do:
            console.print(f"  → {finding.do}", markup=False)
    return good


def settings_lines(
    settings: Settings, helpdesk: str, environment: Mapping[str, str], names: Iterable[str]
) -> list[str]:
    """The file's lines: ``names``, as far as they are set, and the helpdesk's token, which stays where it is if it
    lives in a file of its own."""
    token = variable(f"{helpdesk}_token")
    given = environment.get(f"{token}_FILE")
    secret = settings.required(f"{helpdesk}_token").get_secret_value()
    lines = [
        f"# Settings of the Interspace connector, written {datetime.now(UTC):%Y-%m-%d} by interspace init {helpdesk}.",
        "# All of them: docs/configuration.md. The environment wins. Keep this file to yourself: it holds a secret.",
        "",
    ]
    for name in names:
        value = getattr(settings, name)
        if value is not None:
            lines.append(f"{variable(name)}={value.resolve() if isinstance(value, Path) else value}")
    return [*lines, f"{token}_FILE={Path(given).resolve()}" if given else f"{token}={secret}"]


def write(path: Path, lines: Iterable[str], *, replace: bool, mode: int = 0o600) -> None:
    """A file that is replaced is replaced at once. Raises SettingsError that names the file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}") if replace else path
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None


def next_steps(path: Path, helpdesk: str, afterwards: str) -> str:
    """What to do with the file that was written."""
    where = "" if path == DEFAULT else f"\n    export {FILE_VARIABLE}={path.resolve()}"
    admin, title = variable(f"{helpdesk}_admin_token"), helpdesk.capitalize()
    return f"""\
{path} is written, readable by you only. What next:
{where}
    interspace check                      # are policy, catalogue and mapping as you want them?
    read -rs {admin} && export {admin}
    export {variable("receiver_url")}=https://<where {title} reaches this machine>
    interspace install plan {helpdesk:<14}# what would be set up in {title}? Changes nothing.
    interspace install apply {helpdesk:<13}# set it up; {afterwards}
    interspace run                        # receive webhooks and work on tickets
    interspace doctor                     # in another terminal: is all well?"""
