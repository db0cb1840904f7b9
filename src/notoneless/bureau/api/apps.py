"""The app as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens, and what programs can ask."""

    name = "notoneless.bureau.api"
