"""Addresses: the four reports, one of them, the rates of a place, the three ledgers."""

from django.urls import path

from notoneless.bureau.offers import REPORTING, MenuItem
from notoneless.bureau.reports import views, views_ledgers
from notoneless.i18n import N_

PREFIX = ""
app_name = "reports"

MENU = (MenuItem(N_("报表"), "reports:reports", 60, REPORTING),)

urlpatterns = [
    path("reports", views.all_reports, name="reports"),
    path("reports/ledgers", views_ledgers.start, name="ledgers"),
    path("reports/ledgers/<slug:ledger>", views_ledgers.ledger, name="ledger"),
    path("reports/rates/<int:place>", views.place_rates, name="rates"),
    path("reports/<slug:kind>/<str:period>", views.all_filed, name="collected"),
    path("reports/<slug:kind>/<str:period>/<int:place>", views.one_report, name="report"),
]
