"""The app as Django knows it."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages for families and the public."""

    name = "notoneless.bureau.portal"
