"""Tickets, their vocabulary, decisions and business time: values without I/O."""
