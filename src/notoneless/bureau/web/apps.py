"""The app as Django knows it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The frame of every page."""

    name = "notoneless.bureau.web"

    def ready(self) -> None:
        """Register the checks of this installation."""
        from notoneless.bureau.web import checks  # noqa: F401 - registers itself
