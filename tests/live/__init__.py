"""The whole product on a real helpdesk: install, doctor, a story, uninstall. Only on an empty test system.

A system takes part if its address is set: ``INTERSPACE_LIVE_ZAMMAD_URL`` or ``INTERSPACE_LIVE_JIRA_URL``. Its tokens
come from the environment or from files: ``INTERSPACE_LIVE_ZAMMAD_TOKEN`` (the connector's own user) and
``INTERSPACE_LIVE_ZAMMAD_ADMIN_TOKEN``, each also with ``_FILE``. ``INTERSPACE_LIVE_RECEIVER_URL`` is where the system
reaches this machine; without it, it runs on this machine. deploy/try-zammad/README.md goes through it.
"""
