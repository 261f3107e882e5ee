"""Zammad 6 and 7, through its REST API."""
