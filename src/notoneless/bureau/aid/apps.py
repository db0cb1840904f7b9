"""The app as Django knows it."""

from django.apps import AppConfig


class AidConfig(AppConfig):
    """Student aid (学生资助)."""

    name = "notoneless.bureau.aid"
