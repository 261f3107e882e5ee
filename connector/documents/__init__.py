"""Documents for customers as PDF: templates of ``mappings/documents``, filled by :mod:`connector.documents.render`."""
