"""Install by plan and apply: what a helpdesk needs, compared with what it has, changed only as reviewed.

The core knows no helpdesk: `objects.py` says what is wanted, `kinds.py` what a table is, `current.py` holds what there
is, `plan.py` compares (pure), `apply.py` carries a plan out through a `Writer`, `uninstall.py` plans the way back,
`secrets.py` keeps the webhook's secret, `texts.py` explains each field to people. What exactly is wanted, and how
tables are read and written, stands with each helpdesk, one module for each noun.
"""
