"""Addresses: disabled children and their places, lessons at home, admissions of migrant children."""

from django.urls import path

from notoneless.bureau.offers import IN_SCHOOL, MenuItem
from notoneless.bureau.placements import views
from notoneless.i18n import N_

PREFIX = ""
app_name = "placements"

MENU = (
    MenuItem(N_("特教"), "placements:children", 46, IN_SCHOOL),
    MenuItem(N_("随迁"), "placements:admissions", 47, IN_SCHOOL),
)

urlpatterns = [
    path("placements", views.children, name="children"),
    path("placements/<int:key>", views.child, name="child"),
    path("placements/<int:key>/end", views.end, name="end"),
    path("home-lessons", views.taught, name="taught"),
    path("home-lessons/<int:key>", views.visit, name="visit"),
    path("admissions", views.admissions, name="admissions"),
    path("admissions/new", views.new_admission, name="new_admission"),
    path("admissions/<int:key>", views.admission, name="admission"),
    path("admissions/<int:key>/place", views.offer, name="offer"),
    path("admissions/<int:key>/refuse", views.refuse, name="refuse"),
    path("admissions/<int:key>/withdraw", views.withdraw, name="withdraw"),
    path("admissions/<int:key>/enrol", views.enrol, name="enrol"),
]
