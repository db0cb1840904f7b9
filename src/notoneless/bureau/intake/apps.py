"""The app as Django knows it."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Lists on the server, and doubtful pairs."""

    name = "notoneless.bureau.intake"
