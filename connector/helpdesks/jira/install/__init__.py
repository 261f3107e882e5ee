"""What the rules need in Jira: one module for each noun, each yields :class:`connector.install.objects.Wanted`.

`tables.py` reads what there is as rows of the same shape, `writer.py` writes it, `planning.py` puts all together and is
the way in. `checklist.py` lists what Jira's REST API cannot do, for a person to do by hand.
"""
