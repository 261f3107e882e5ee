"""The command ``interspace``."""

import sys
from importlib import import_module

import click

from connector import __version__

_COMMANDS = {
    "Set up": {
        "init": ("init", "Write the first settings file; copy the rules."),
        "check": ("check", "Check policy, catalogue, mappings and messages."),
        "messages": ("messages", "The texts that customers and support read."),
        "install": ("install", "Set up the helpdesk by plan and apply."),
        "doctor": ("doctor", "Examine the whole installation of a helpdesk."),
    },
    "Serve": {
        "run": ("service", "Receive webhooks and work on tickets."),
        "receive": ("service", "Only receive webhooks."),
        "work": ("service", "Only work on tickets."),
    },
    "Look and repair": {
        "status": ("status", "Show how everything is: problems, work, what comes next, what was missed."),
        "explain": ("explain", "Show what every rule sees and decides."),
        "dead-letters": ("dead_letters", "Tickets that failed for good."),
        "pauses": ("pauses", "What is left alone for a while, and why."),
        "sweep": ("sweep", "Find tickets changed without a webhook."),
        "recurrence": ("recurrence", "Propose problem records for what comes back."),
        "export": ("export", "Write what the fields say as CSV."),
        "installation": ("installation", "Which helpdesk the work table is for."),
    },
    "Documents": {
        "rfo": ("rfo", "The documents that customers get after an outage."),
        "matrix": ("matrix", "The escalation matrices of services."),
    },
    "Try": {
        "try": ("try_message", "Show what would be read of a message."),
        "report": ("report", "Write a month's report for a customer or the provider."),
        "simulate": ("simulate", "Show what a policy would have done to past tickets."),
        "sandbox": ("sandbox", "Run a helpdesk to practise on."),
        "demo": ("demo", "Play an outage on a sandbox helpdesk."),
    },
}
"""Heading → command → its module and the first line of its help. A module is imported when its command is used, and
nothing else is at the top of this one, so that whoever asks for the help does not wait; a test compares the lines."""

_MODULES = {name: module for commands in _COMMANDS.values() for name, (module, _) in commands.items()}
LINES = {name: line for commands in _COMMANDS.values() for name, (_, line) in commands.items()}

EXIT_CODES = """
\b
Exit codes:
  0    done
  1    what was looked at is not well or not there: policy, ticket, demo
  2    wrong options, settings or policy
  3    the helpdesk does not answer or refuses
  4    the work table does not answer or is not there
  130  interrupted
"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"connector.cli.{_MODULES[cmd_name]}")
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(module, "try_" if name == "try" else name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _MODULES and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], _MODULES, n=1)
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, _MODULES))
        for heading, commands in _COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), line) for name, (_, line) in commands.items()])


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
    except Exception as error:
        message, code = _expected(error)
        if not code:
            raise
        _stop(message, code)


def _expected(error: Exception) -> tuple[str, int]:
    """The message and the exit code of an error that is no fault of the program; code 0 for any other."""
    from connector.helpdesks.errors import HelpdeskError, NotFoundError, UnavailableError
    from connector.helpdesks.registry import beginnings
    from connector.policy.problem import PolicyError
    from connector.settings import NotSetError, SettingsError
    from connector.work.errors import StoreError

    if isinstance(error, PolicyError):
        return "\n".join(str(problem) for problem in error.problems), 2
    if UnavailableError in (type(error), type(error.__cause__)):
        return f"{error}\ninterspace doctor finds out what is wrong.", 3
    if isinstance(error, NotSetError) and (begin := beginnings(*error.helpdesks)):
        return f"{str(error).rstrip('.')} ({begin} writes a first settings file)", 2
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}", 2
    codes = {SettingsError: 2, NotFoundError: 1, HelpdeskError: 3, StoreError: 4}
    return str(error), next((code for kind, code in codes.items() if isinstance(error, kind)), 0)


def _stop(message: str, code: int) -> None:
    from connector.logs import harmless

    click.echo(harmless(message), err=True)
    sys.exit(code)
