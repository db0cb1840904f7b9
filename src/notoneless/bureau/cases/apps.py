"""The app as Django knows it."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases, their people, contacts, documents and excuses."""

    name = "notoneless.bureau.cases"
