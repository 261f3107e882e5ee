"""The pages that customers see in their panel: reporting a fault, and what can be done with one that is reported
(R4, R8–R11). The words stand in ``webhooks/locale``, as English is written here and in the templates."""

from .blueprint import form

__all__ = ["form"]
