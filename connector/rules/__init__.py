"""The Interspace rules as pure functions ``(Ticket, Policy, now) → Outcome``. No I/O, no clock."""
