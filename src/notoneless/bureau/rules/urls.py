"""Addresses: what holds at a place, one rule, its calendar."""

from django.urls import path

from notoneless.bureau.offers import UPKEEP, MenuItem
from notoneless.bureau.rules import views
from notoneless.i18n import N_

PREFIX = ""
app_name = "rules"

MENU = (MenuItem(N_("规则"), "rules:rules", 82, UPKEEP),)

urlpatterns = [
    path("rules", views.all_rules, name="rules"),
    path("rules/<int:place>", views.place_rules, name="place"),
    path("rules/<int:place>/calendar", views.calendar, name="calendar"),
    path("rules/calendar/<int:key>/withdraw", views.withdraw_days, name="withdraw_days"),
    path("rules/<int:place>/<str:key>", views.one_rule, name="rule"),
]
