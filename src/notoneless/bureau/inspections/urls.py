"""Addresses: campaigns with the counts of classes, spot checks with their units, findings."""

from django.urls import path

from notoneless.bureau.inspections import views
from notoneless.bureau.offers import IN_SCHOOL, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "inspections"

MENU = (MenuItem(N_("核查"), "inspections:campaigns", 45, IN_SCHOOL),)

urlpatterns = [
    path("inspections", views.campaigns, name="campaigns"),
    path("inspections/<int:key>", views.campaign, name="campaign"),
    path("inspections/<int:key>/missing", views.missing, name="missing"),
    path("inspections/<int:key>/schools/<int:school>", views.school, name="school"),
    path("inspections/<int:key>/classes/<int:school_class>", views.class_count, name="class"),
    path("inspections/spot", views.spot_checks, name="spot_checks"),
    path("inspections/spot/<int:key>", views.spot_check, name="spot_check"),
    path("inspections/spot/<int:key>/frame.txt", views.frame, name="frame"),
    path("inspections/spot/units/<int:key>", views.unit, name="unit"),
    path("inspections/findings", views.findings, name="findings"),
    path("inspections/findings/<int:key>", views.finding, name="finding"),
]
