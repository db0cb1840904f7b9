"""Addresses for everyone."""

from django.urls import path

from notoneless.bureau.portal import views

PREFIX = ""
app_name = "portal"

urlpatterns = [
    path("open/owed", views.owed, name="owed"),
]
