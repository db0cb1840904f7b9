"""The bureau's web system: a Django project of small apps with the same rooms.

``docs/explanation/bureau.md`` says what the rooms are and how an app is added. An app is a folder here
with an ``apps.py``; settings, addresses, the menu and the first page find it by that.
"""
