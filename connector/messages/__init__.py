"""Sentences for people: templates, and how times, lengths, fields and values read in them. No I/O."""
