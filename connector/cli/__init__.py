"""The command ``interspace``."""

import sys
from importlib import import_module

import click

from connector import __version__
from connector.cli.sections import Group
from connector.helpdesks.errors import HelpdeskError
from connector.policy.problem import PolicyError
from connector.settings import SettingsError
from connector.work.errors import StoreError

_COMMANDS = {
    "Set up": {"init": "init", "check": "check", "messages": "messages", "install": "install", "doctor": "doctor"},
    "Serve": {"run": "service", "receive": "service", "work": "service"},
    "Look and repair": {"explain": "explain", "dead-letters": "dead_letters", "sweep": "sweep"},
    "Try": {"demo": "demo"},
}
"""Heading → command → module. A module is imported when its command is used, so that a short one starts fast."""

_MODULES = {command: module for commands in _COMMANDS.values() for command, module in commands.items()}

EXIT_CODES = """
\b
Exit codes:
  0    done
  1    what was looked at is not well: the policy, a ticket, the demo
  2    wrong options, settings or policy
  3    the helpdesk does not answer or refuses
  4    the work table does not answer or is not there
  130  interrupted
"""


class _Commands(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _MODULES and cmd_name not in self.commands:
            module = import_module(f"connector.cli.{_MODULES[cmd_name]}")
            self.add_command(getattr(module, cmd_name.replace("-", "_")))
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, _MODULES))
        for heading, commands in _COMMANDS.items():
            found = ((name, self.get_command(ctx, name)) for name in commands)
            with formatter.section(heading):
                rows = [(name.ljust(width), one.get_short_help_str(formatter.width)) for name, one in found if one]
                formatter.write_dl(rows)


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
      interspace check              is the policy sound?
      interspace run                receive webhooks and work on tickets
      interspace explain '#41002'   what do the rules say of this ticket, and why?
      interspace dead-letters list  which tickets need a person?
      interspace demo               the whole story on a sandbox helpdesk
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
