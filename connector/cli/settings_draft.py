"""The first settings file: never readable by others, and written only once everything in it has been tried."""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from connector.doctor.context import Examination
from connector.doctor.finding import Check, CheckStatus, examine
from connector.helpdesks.plugin import HelpdeskPlugin
from connector.settings import Settings, variable
from connector.settings.file import DEFAULT, FILE_VARIABLE

C = TypeVar("C", bound=Examination)


def tried(checks: Iterable[Check[C]], context: C) -> bool:
    """Runs and shows the checks; returns whether none failed."""
    console = Console(highlight=False, stderr=True)
    good = True
    for finding in examine(checks, context, lambda _: None):
        good = good and finding.verdict is not CheckStatus.FAIL
        console.print(f"{finding.name}: {finding.verdict}: {finding.seen}", markup=False)
        if finding.do:
            console.print(f"  → {finding.do}", markup=False)
    return good


def settings_lines(
    settings: Settings,
    helpdesk: str,
    environment: Mapping[str, str],
    names: Iterable[str],
    *,
    folder: Path,
    state: Path | None,
) -> list[str]:
    """The file's lines: ``names``, as far as they are set; the helpdesk's token, which stays where it is if it lives in
    a file of its own; and, unless the environment says it, where the work table (in ``state``, else ``folder``) and the
    secret store (in ``folder``) are, so that a command uses the same ones wherever it is started."""
    token = variable(f"{helpdesk}_token")
    given = environment.get(f"{token}_FILE")
    secret = settings.of(helpdesk).required("token").get_secret_value()
    lines = [
        f"# Settings of the Interspace connector, written {datetime.now(UTC):%Y-%m-%d} by interspace init {helpdesk}.",
        "# All of them: docs/configuration.md. The environment wins. Keep this file to yourself: it holds a secret.",
        "",
    ]
    for name in names:
        value = settings.value(name)
        if value is not None:
            lines.append(f"{variable(name)}={value.resolve() if isinstance(value, Path) else value}")
    lines.append(f"{token}_FILE={Path(given).resolve()}" if given else f"{token}={secret}")
    places = {
        "database_url": f"sqlite:///{(state or folder).resolve() / 'interspace.sqlite3'}",
        "secret_store": f"{folder.resolve() / 'interspace.secrets'}",
    }
    for name, place in places.items():
        if not environment.get(variable(name)) and not environment.get(f"{variable(name)}_FILE"):
            lines.append(f"{variable(name)}={place}")
    return lines


def next_steps(path: Path, plugin: HelpdeskPlugin[Any], afterwards: str, admin_settings: Mapping[str, str]) -> str:
    """What to do with the file that was written, in the words with which the connector was called.

    ``admin_settings``: what an admin needs besides the token, each with what it is.
    """
    me, helpdesk, title = called(), plugin.name, plugin.title
    admin = variable(f"{helpdesk}_admin_token")
    exports = [f"export {FILE_VARIABLE}={path.resolve()}"] if path != DEFAULT else []
    admins = [f"export {variable(name)}=<{words}>" for name, words in admin_settings.items()]
    steps = [
        (f"{me} init policy {path.resolve().parent / 'policy'}", "the rules, for you to change"),
        (f"{me} check", "are policy, catalogue and mapping as you want them?"),
        *((line, "") for line in admins),
        (f"read -rs {admin} && export {admin}", "an admin's token, not the connector's own"),
        (f"export {variable('receiver_url')}=https://<where {title} reaches this machine>", ""),
        (f"{me} install plan {helpdesk}", f"what would be set up in {title}? Changes nothing."),
        (f"{me} install apply {helpdesk} --checksum <what plan printed>", f"set it up; {afterwards}"),
        (f"{me} run", "receive webhooks and work on tickets"),
        (f"{me} doctor", "in another terminal: is all well?"),
    ]
    lines = [f"{path} is written, readable by you only. What next:", "", *(f"    {line}" for line in exports)]
    for command, why in steps:
        lines += [f"    # {why}"] if why else []
        lines.append(f"    {command}")
    return "\n".join(lines)


def called() -> str:
    """How the command line was called: by its path, unless the shell finds the same without one.

    >>> called()
    'interspace'
    """
    name = Path(sys.argv[0])
    if name.name != "interspace" or not os.path.dirname(sys.argv[0]):
        return "interspace"
    on_path = shutil.which("interspace")
    return "interspace" if on_path and Path(on_path).resolve() == name.resolve() else str(name)
