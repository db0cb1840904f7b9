"""The app as Django knows it."""

from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    """Opinions of the expert committee, placements, visits to children taught at home, admissions."""

    name = "notoneless.bureau.placements"
