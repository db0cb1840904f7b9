"""The invented county at work: the bureau's web system, filled as its people would fill it.

`filling` runs one file per programme, in order; each offers ``fill(scene)`` and goes the way of a person:
through the actions of the bureau, never past them. A new programme adds its file and its place in
`filling.PROGRAMMES`. Nothing is imported here, since most of it wants Django set up first.
"""
