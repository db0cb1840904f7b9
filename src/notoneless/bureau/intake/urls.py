"""Addresses: the lists, and the pairs in doubt."""

from django.urls import path

from notoneless.bureau.intake import review, views
from notoneless.bureau.offers import MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "intake"

MENU = (
    MenuItem(N_("名单"), "intake:lists", 30),
    MenuItem(N_("比对"), "intake:matches", 35),
)

urlpatterns = [
    path("lists", views.lists, name="lists"),
    path("lists/new", views.hand_in, name="hand_in"),
    path("lists/<int:key>", views.upload, name="list"),
    path("lists/<int:key>/take-in", views.take_in, name="take_in"),
    path("lists/<int:key>/discard", views.discard, name="discard"),
    path("lists/<int:key>/undo", views.undo, name="undo"),
    path("lists/<int:key>/again", views.read_again, name="read_again"),
    path("lists/<int:key>/layout", views.correct, name="correct"),
    path("lists/<int:key>/remarks", views.remarks, name="remarks"),
    path("matches", review.matches, name="matches"),
    path("matches/<int:key>", review.match, name="match"),
    path("matches/<int:key>/answer", review.answer, name="answer"),
    path("matches/<int:key>/second", review.ask_second, name="ask_second"),
]
