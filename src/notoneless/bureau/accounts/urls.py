"""Addresses of one's own account; those of organisations and people are below."""

from django.urls import path

from notoneless.bureau.accounts import views

PREFIX = ""
app_name = "accounts"

urlpatterns = [
    path("own", views.own, name="own"),
    path("own/second/wanted", views.second_factor_wanted, name="second_factor_wanted"),
    path("invitation/<str:token>", views.accept, name="accept"),
]
