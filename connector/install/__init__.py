"""Install by plan and apply: what a helpdesk needs, compared with what it has, changed only as reviewed.

`objects.py` says what is wanted, `kinds.py` which tables there are, `current.py` reads them, `plan.py` compares (pure),
`apply.py` carries a plan out, `uninstall.py` plans the way back, `secrets.py` keeps the webhook's secret. What exactly
is wanted in Zammad stands in `zammad/`, one module for each noun.
"""
