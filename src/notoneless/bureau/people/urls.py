"""Addresses: the list of children, the search, one child's page and what is done there."""

from django.urls import path

from notoneless.bureau.offers import MenuItem
from notoneless.bureau.people import views
from notoneless.i18n import N_

PREFIX = "children"
app_name = "people"

MENU = (MenuItem(N_("儿童"), "people:children", 25),)
FIND = "people:find"

urlpatterns = [
    path("", views.children, name="children"),
    path("/find", views.find, name="find"),
    path("/<int:key>", views.child, name="child"),
    path("/<int:key>/need", views.need, name="need"),
    path("/<int:key>/number", views.reveal, name="reveal"),
    path("/<int:key>/exemption", views.add_exemption, name="add_exemption"),
    path("/<int:key>/correction", views.correct, name="correct"),
    path("/<int:key>/merge", views.merge, name="merge"),
    path("/merges/<int:key>/undo", views.unmerge, name="unmerge"),
]
