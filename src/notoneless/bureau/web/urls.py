"""The addresses: those of the house, and under its prefix those of each app."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount.providers.openid_connect import views as other_login
from django.urls import include, path

from notoneless.bureau import offers
from notoneless.bureau.accounts.access import needs, public
from notoneless.bureau.web import views
from notoneless.i18n import N_

MENU = (
    offers.MenuItem(N_("今天"), "today", 0),
    offers.MenuItem(N_("审计日志"), "audit", 95, offers.UPKEEP),
)

own = needs("own")

# Of allauth only what a bureau needs, under the names that allauth looks for.
urlpatterns = [
    path("", views.today, name="today"),
    path("health", views.health, name="health"),
    path("language/<str:code>", views.choose_language, name="language"),
    path("audit", views.audit_log, name="audit"),
    path("login", public(account.login), name="account_login"),
    path("logout", public(account.logout), name="account_logout"),
    path("login/second", public(mfa.authenticate), name="mfa_authenticate"),
    path("login/again", own(account.reauthenticate), name="account_reauthenticate"),
    path("login/again/second", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("login/with/<str:provider_id>", public(other_login.login), name="openid_connect_login"),
    path(
        "login/with/<str:provider_id>/back",
        public(other_login.callback),
        name="openid_connect_callback",
    ),
    path("own/password", own(account.password_change), name="account_change_password"),
    path("own/second", own(mfa.index), name="mfa_index"),
    path("own/second/set-up", own(totp.activate_totp), name="mfa_activate_totp"),
    path("own/second/remove", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("own/second/codes", own(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "own/second/codes/new",
        own(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]

urlpatterns += [
    path(module.PREFIX, include(module))
    for module in offers.found("urls")
    if module.__name__ != __name__
]

handler400 = "notoneless.bureau.web.views.bad_request"
handler403 = "notoneless.bureau.web.views.forbidden"
handler404 = "notoneless.bureau.web.views.not_found"
handler500 = "notoneless.bureau.web.views.broken"
