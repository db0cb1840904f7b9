"""The app as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, people of the bureau, rights."""

    name = "notoneless.bureau.accounts"
