"""The application for any WSGI server, set up from the environment: ``connector.webhooks.wsgi:app`` where the connector
is installed, ``webhooks.wsgi:app`` in a checkout.

Import it in the process that serves, after any fork: it opens the work table. A setting at fault ends the
process with one message and exit code 2.
"""

import os
import sys

from flask import Flask

from connector.policy.problem import PolicyError
from connector.settings import SettingsError, load
from connector.work.errors import StoreError

from .serve import application


def _from_environment() -> Flask:
    try:
        return application(load(os.environ))
    except (SettingsError, StoreError, PolicyError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


app = _from_environment()
