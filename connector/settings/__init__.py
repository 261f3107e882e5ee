"""Settings: one name, one environment variable (``INTERSPACE_…``), one description, one default.

An option of the command line comes first, then the environment, then the settings file, then the default. Secrets come
from the environment, from files (``…_FILE``) or from the secret store, never from the command line.
"""

from connector.helpdesks.settings import NotSetError, SettingsError, variable
from connector.settings.model import PROOF_KEY, Settings, declared, secret_names
from connector.settings.reading import compose, load

__all__ = [
    "PROOF_KEY",
    "NotSetError",
    "Settings",
    "SettingsError",
    "compose",
    "declared",
    "load",
    "secret_names",
    "variable",
]
