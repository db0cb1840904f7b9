"""The app as Django knows it."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reports that freeze figures, and the rates of enrolment."""

    name = "notoneless.bureau.reports"
