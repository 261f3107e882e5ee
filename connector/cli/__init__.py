"""The command ``interspace``."""

import sys
from importlib import import_module

import click

from connector import __version__
from connector.helpdesks.errors import HelpdeskError
from connector.policy.problem import PolicyError
from connector.settings import SettingsError
from connector.work.errors import StoreError

_COMMANDS = {
    "run": "service",
    "receive": "service",
    "work": "service",
    "sweep": "sweep",
    "explain": "explain",
    "check": "check",
    "dead-letters": "dead_letters",
    "init": "init",
    "install": "install",
    "doctor": "doctor",
    "demo": "demo",
}
"""Command → module. A module is imported when its command is used, so that a short one starts fast."""

EXIT_CODES = """
\b
Exit codes:
  0    done
  1    something is wrong with what was looked at: the checked policy, a ticket, the demo
  2    wrong options, settings or policy
  3    the helpdesk does not answer or refuses
  4    the work table does not answer
  130  interrupted
"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"connector.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.group(
    cls=_Commands,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="interspace")
def cli() -> None:
    """Makes the Interspace support rules come true inside your helpdesk.

    Every setting is an environment variable too; secrets are read from the environment or from files only.

    \b
    Examples:
      interspace check                     is the policy sound?
      interspace run                       receive webhooks and work on tickets
      interspace explain '#41002'          what do the rules say of this ticket, and why?
      interspace dead-letters list         which tickets need a person?
      interspace demo                      the whole story on a sandbox helpdesk
    """


def main() -> None:
    """The entry point: an expected error is one message and an exit code, never a traceback."""
    try:
        cli.main(prog_name="interspace", standalone_mode=False)
    except click.exceptions.Abort:
        _stop("stopped", 130)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except SettingsError as error:
        _stop(str(error), 2)
    except PolicyError as error:
        _stop("\n".join(str(problem) for problem in error.problems), 2)
    except HelpdeskError as error:
        _stop(str(error), 3)
    except StoreError as error:
        _stop(str(error), 4)


def _stop(message: str, code: int) -> None:
    from connector.logs import harmless

    click.echo(harmless(message), err=True)
    sys.exit(code)
