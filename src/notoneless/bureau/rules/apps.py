"""The app as Django knows it."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """Values and calendars that each place settles for itself."""

    name = "notoneless.bureau.rules"
