"""What every worker process of the chaos tests needs, imported and read once, before the first of them is made."""

import jira  # noqa: F401 - the import is the purpose

import tests.chaos.helpdesks
import tests.chaos.worker  # noqa: F401 - as above
from tests.builders import default_policy

default_policy()
