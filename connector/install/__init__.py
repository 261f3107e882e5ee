"""Install by plan and apply: what a helpdesk needs, compared with what it has, changed only as reviewed.

The core knows no helpdesk: `objects.py` says what is wanted, `tables.py` what a table is and holds, `plan.py` compares
(pure), `apply.py` carries a plan out through a `Writer`, `uninstall.py` plans the way back. What exactly is wanted, and
how tables are read and written, stands with each helpdesk, one module for each noun.
"""
