"""Addresses: the list of children, the search, one child's page and what is done there."""

from django.urls import path

from notoneless.bureau.offers import MenuItem
from notoneless.bureau.people import views, views_classes
from notoneless.i18n import N_

PREFIX = ""
app_name = "people"

MENU = (MenuItem(N_("儿童"), "people:children", 25),)
FIND = "people:find"

urlpatterns = [
    path("children", views.children, name="children"),
    path("children/classes", views_classes.classes_lacking, name="classes"),
    path("children/find", views.find, name="find"),
    path("children/<int:key>", views.child, name="child"),
    path("children/<int:key>/need", views.need, name="need"),
    path("children/<int:key>/number", views.reveal, name="reveal"),
    path("children/<int:key>/exemption", views.add_exemption, name="add_exemption"),
    path("children/<int:key>/correction", views.correct, name="correct"),
    path("children/<int:key>/merge", views.merge, name="merge"),
    path("children/merges/<int:key>/undo", views.unmerge, name="unmerge"),
]
