"""The application for any WSGI server: ``webhooks.wsgi:app``, set up from the environment.

Import it in the process that serves, after any fork: it opens the work table. A setting at fault ends the
process with one line and exit code 2.
"""

import os
import sys

from flask import Flask

from connector.work.errors import StoreError
from webhooks.app import create_app
from webhooks.log import configure_log
from webhooks.receiver import open_receiver
from webhooks.settings import SettingsError, from_environment


def _from_environment() -> Flask:
    configure_log()
    try:
        return create_app(open_receiver(from_environment(os.environ)))
    except (SettingsError, StoreError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


app = _from_environment()
