"""The app as Django knows it."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The account book of all programmes."""

    name = "notoneless.bureau.ledger"
