"""The command ``interspace``."""

import sys

import click

from connector import __version__
from connector.cli.check import check
from connector.cli.dead_letters import dead_letters
from connector.cli.demo import demo
from connector.cli.explain import explain
from connector.cli.service import receive, run, work
from connector.cli.sweep import sweep
from connector.helpdesks.errors import HelpdeskError
from connector.policy.problem import PolicyError
from connector.settings import SettingsError
from connector.work.errors import StoreError

EXIT_CODES = """
\b
Exit codes:
  0  done
  1  something is wrong with what was looked at: the policy, a ticket, the demo
  2  wrong options or settings
  3  the helpdesk does not answer or refuses
  4  the work table does not answer
"""


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="interspace")
def cli() -> None:
    """Makes the Interspace support rules come true inside your helpdesk.

    Every option is an environment variable too; secrets are read from the environment or from files only.

    \b
    Examples:
      interspace check                     is the policy sound?
      interspace run                       receive webhooks and work on tickets
      interspace explain 41002             what do the rules say of this ticket, and why?
      interspace dead-letters list         which tickets need a person?
      interspace demo                      the whole story on a sandbox helpdesk
    """


for command in (run, receive, work, sweep, explain, check, dead_letters, demo):
    cli.add_command(command)


def main() -> None:
    """The entry point: an expected error is one message and an exit code, never a traceback."""
    try:
        cli.main(standalone_mode=False)
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
        _stop("\n".join(str(problem) for problem in error.problems), 1)
    except HelpdeskError as error:
        _stop(str(error), 3)
    except StoreError as error:
        _stop(str(error), 4)


def _stop(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
