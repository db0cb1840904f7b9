"""The app as Django knows it."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """What a figure is; the apps define theirs."""

    name = "notoneless.bureau.figures"
