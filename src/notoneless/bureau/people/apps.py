"""The app as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Children and the dated facts about them."""

    name = "notoneless.bureau.people"
