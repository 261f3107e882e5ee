"""What the rules need in Zammad: one module for each noun, each yields :class:`connector.install.objects.Wanted`.

`planning.py` puts them together and is the way in: from settings and live tables to a plan. `checklist.py` lists what
is left to people.
"""
