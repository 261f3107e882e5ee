"""What a customer's message says: the intake fields (R14–R22), and what is asked for or agreed to. No I/O, no clock."""

from connector.rules.text.extract import Setting, extract, setting
from connector.rules.text.findings import Doubt, Extraction

__all__ = ["Doubt", "Extraction", "Setting", "extract", "setting"]
