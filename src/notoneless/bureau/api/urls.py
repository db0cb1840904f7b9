"""Addresses: the operations under ``/api/v1``, their description, the tokens."""

from django.urls import include, path

from notoneless.bureau.api import views
from notoneless.bureau.api.operations import addresses
from notoneless.bureau.offers import UPKEEP, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "api"

MENU = (MenuItem(N_("接口令牌"), "api:tokens", 87, UPKEEP),)

urlpatterns = [
    path("api", views.api, name="api"),
    path("api/openapi.json", views.description, name="description"),
    path("api/tokens", views.tokens, name="tokens"),
    path("api/tokens/new", views.make, name="make"),
    path("api/tokens/<int:key>", views.token, name="token"),
    path("api/tokens/<int:key>/revoke", views.revoke, name="revoke"),
    path("api/v1/", include((addresses(), "v1"))),
]
