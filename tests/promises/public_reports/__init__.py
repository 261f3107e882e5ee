"""What people reported in public about helpdesks and their connectors, played on the sandboxes.

Each file is a kind of fault; each test says what an experienced support manager wants, and names the report
(`repository#number`) that made us try it. Reports without a name are our own.
"""
