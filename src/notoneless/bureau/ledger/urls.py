"""Addresses: what stands where, accounts, entries; budgets, closing, export."""

from django.urls import path

from notoneless.bureau.ledger import views
from notoneless.bureau.offers import AID, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "ledger"

MENU = (MenuItem(N_("账本"), "ledger:balances", 45, AID),)

urlpatterns = [
    path("ledger", views.balances, name="balances"),
    path("ledger/accounts", views.accounts, name="accounts"),
    path("ledger/accounts/<int:key>", views.account, name="account"),
    path("ledger/entries", views.entries, name="entries"),
    path("ledger/entries/<int:key>", views.entry, name="entry"),
    path("ledger/entries/<int:key>/correction", views.correct, name="correct"),
    path("ledger/shares", views.split, name="shares"),
    path("ledger/budget", views.budget, name="budget"),
    path("ledger/closing", views.close, name="close"),
    path("ledger/export", views.export, name="export"),
]
