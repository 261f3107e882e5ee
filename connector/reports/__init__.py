"""Monthly reports: what was promised, what was kept, for how long services were down. Same input, same bytes."""
