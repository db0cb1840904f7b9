"""The app as Django knows it."""

from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    """Applications, the school's review, public notices, objections, levels by year and term."""

    name = "notoneless.bureau.recognition"
