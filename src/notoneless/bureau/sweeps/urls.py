"""Addresses: the board, the list behind each of its numbers, the three comparisons."""

from django.urls import path

from notoneless.bureau.offers import MenuItem
from notoneless.bureau.sweeps import overseeing, views
from notoneless.i18n import N_

PREFIX = ""
app_name = "sweeps"

MENU = (MenuItem(N_("看板"), "sweeps:board", 10),)

urlpatterns = [
    path("board", views.board, name="board"),
    path("board/<slug:guarantee>/<slug:verdict>", views.behind, name="behind"),
    path("comparisons", views.comparisons, name="comparisons"),
    path("sweeps", overseeing.sweeps, name="sweeps"),
    path("sweeps/again", overseeing.again, name="again"),
    path("sweeps/held/<int:county>", overseeing.held, name="held"),
]
