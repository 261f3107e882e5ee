"""Telling people and systems outside of the helpdesk what happened to a ticket."""
