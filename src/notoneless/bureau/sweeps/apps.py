"""The app as Django knows it."""

from django.apps import AppConfig


class SweepsConfig(AppConfig):
    """Guarantees held against children."""

    name = "notoneless.bureau.sweeps"
