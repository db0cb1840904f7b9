"""The app as Django knows it."""

from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    """Roll-call, days counted, absences that lead to a visit or a case."""

    name = "notoneless.bureau.attendance"
