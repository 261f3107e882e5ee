"""What a customer's message says about the intake fields (R14–R22). Pure: no I/O, no clock."""

from connector.rules.text.extract import extract
from connector.rules.text.findings import Doubt, Extraction
from connector.rules.text.phrases import contains_phrase, phrases_in
from connector.rules.text.reply import plain_reply

__all__ = ["Doubt", "Extraction", "contains_phrase", "extract", "phrases_in", "plain_reply"]
