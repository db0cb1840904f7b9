"""The app as Django knows it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The frame of every page."""

    name = "notoneless.bureau.web"

    def ready(self) -> None:
        """Register the checks of this installation, and what is kept of jobs that broke."""
        from notoneless.bureau.web import broken_jobs, checks  # noqa: F401 - register themselves
