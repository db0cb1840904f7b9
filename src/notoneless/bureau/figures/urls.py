"""Addresses: the figures, and the records behind one."""

from django.urls import path

from notoneless.bureau.figures import views
from notoneless.bureau.offers import REPORTING, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "figures"

MENU = (MenuItem(N_("数字"), "figures:figures", 70, REPORTING),)

urlpatterns = [
    path("figures", views.all_figures, name="figures"),
    path("figures/<str:key>", views.figure, name="figure"),
]
