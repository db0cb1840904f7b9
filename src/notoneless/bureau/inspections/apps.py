"""The app as Django knows it."""

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """Campaigns in spring and autumn, spot checks by a committed sample."""

    name = "notoneless.bureau.inspections"
