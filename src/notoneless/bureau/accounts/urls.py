"""Addresses: one's own account, the organisations, the people and their roles."""

from django.urls import path

from notoneless.bureau.accounts import views, views_places
from notoneless.bureau.offers import UPKEEP, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "accounts"

MENU = (
    MenuItem(N_("机构和学校"), "accounts:organisations", 80, UPKEEP),
    MenuItem(N_("人员"), "accounts:people", 85, UPKEEP),
)

urlpatterns = [
    path("own", views.own, name="own"),
    path("own/second/wanted", views.second_factor_wanted, name="second_factor_wanted"),
    path("own/delegations/new/<int:assignment>", views.delegate, name="delegate"),
    path("own/delegations/<int:assignment>/end", views.end_delegation, name="end_delegation"),
    path("invitation/<str:token>", views.accept, name="accept"),
    path("organisations", views.organisations, name="organisations"),
    path("organisations/places", views_places.places, name="places"),
    path("organisations/places/take-in", views_places.take_in, name="take_in_places"),
    path("organisations/places/example", views_places.example, name="places_example"),
    path("organisations/<int:key>", views.organisation, name="organisation"),
    path("organisations/<int:key>/below", views.add_organisation, name="add_organisation"),
    path("organisations/<int:key>/name", views.rename_organisation, name="rename_organisation"),
    path("organisations/<int:key>/close", views.close_organisation, name="close_organisation"),
    path("people", views.people, name="people"),
    path("people/new", views.invite, name="invite"),
    path("people/<int:key>", views.person, name="person"),
    path("people/<int:key>/link", views.invite_again, name="invite_again"),
    path("people/<int:key>/active", views.set_active, name="set_active"),
    path("people/<int:key>/roles", views.grant, name="grant"),
    path("people/roles/<int:assignment>/revoke", views.revoke, name="revoke"),
    path("people/policy", views.policy_table, name="policy"),
]
