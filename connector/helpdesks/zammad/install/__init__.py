"""What the rules need in Zammad: one module for each noun, each yields :class:`connector.install.objects.Wanted`.

`everything.py` puts them together, `planning.py` is the way in: from settings and live tables to a plan.
"""
