"""Addresses: the classes of a person, roll-call, month sheet, the day of a school and of a county, absences."""

from django.urls import path

from notoneless.bureau.attendance import views
from notoneless.bureau.offers import IN_SCHOOL, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "attendance"

MENU = (MenuItem(N_("点名"), "attendance:start", 20, IN_SCHOOL),)

urlpatterns = [
    path("attendance", views.start, name="start"),
    path("attendance/worker.js", views.worker, name="worker"),
    path("attendance/day", views.day, name="day"),
    path("attendance/absent", views.absent, name="absent"),
    path("attendance/warnings", views.warnings, name="warnings"),
    path("attendance/schools/<int:key>", views.school, name="school"),
    path("attendance/classes/<int:key>", views.roll_call, name="class"),
    path("attendance/classes/<int:key>/month", views.month, name="month"),
]
