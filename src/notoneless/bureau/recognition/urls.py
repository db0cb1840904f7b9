"""Addresses: applications, schools' years, notices, objections; and two for everyone."""

from django.urls import path

from notoneless.bureau.offers import AID, MenuItem
from notoneless.bureau.recognition import views, views_open, views_years
from notoneless.i18n import N_

PREFIX = ""
app_name = "recognition"

MENU = (MenuItem(N_("认定"), "recognition:applications", 44, AID),)

urlpatterns = [
    path("recognitions", views.applications, name="applications"),
    path("recognitions/receive", views.receive, name="receive"),
    path("recognitions/<int:key>", views.application, name="application"),
    path("recognitions/<int:key>/review", views.review, name="review"),
    path("recognitions/<int:key>/code", views.reissue, name="reissue"),
    path("recognitions/<int:key>/settle", views.settle, name="settle"),
    path("recognitions/<int:key>/object", views.object_to, name="object"),
    path("recognitions/objections/<int:key>", views.objection, name="objection"),
    path("recognitions/rounds", views_years.rounds, name="rounds"),
    path("recognitions/rounds/begin", views_years.begin, name="begin"),
    path("recognitions/rounds/<int:key>", views_years.one_round, name="round"),
    path("recognitions/rounds/<int:key>/listed", views_years.listed, name="listed"),
    path("recognitions/rounds/<int:key>/publish", views_years.publish, name="publish"),
    path("recognitions/rounds/<int:key>/complete", views_years.complete, name="complete"),
    path("recognitions/notices", views_years.notices, name="notices"),
    path("recognitions/notices/<int:key>", views_years.notice, name="notice"),
    path("recognitions/notices/<int:key>/conclude", views_years.conclude, name="conclude"),
    path("open/notices/<str:code>", views_open.notice, name="open_notice"),
    path("open/application", views_open.application, name="open_application"),
]
