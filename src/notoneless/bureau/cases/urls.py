"""Addresses: the list of cases, one case and what is done there, tasks, documents, excuses, the public."""

from django.urls import path

from notoneless.bureau.cases import views
from notoneless.bureau.cases.views import child, papers, platform
from notoneless.bureau.offers import IN_SCHOOL, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "cases"

MENU = (MenuItem(N_("个案"), "cases:cases", 40, IN_SCHOOL),)

urlpatterns = [
    path("cases", views.cases, name="cases"),
    path("cases/<int:key>", views.case, name="case"),
    path("cases/<int:key>/file", views.case_file, name="file_of_ten_parts"),
    path("cases/<int:key>/contact", views.contact, name="contact"),
    path("cases/<int:key>/note", views.note, name="note"),
    path("cases/<int:key>/move/<slug:way>", views.move, name="move"),
    path("cases/<int:key>/platform-number", views.platform_number, name="platform_number"),
    path("cases/<int:key>/task", papers.ask, name="ask"),
    path("cases/tasks", papers.tasks, name="tasks"),
    path("cases/tasks/<int:key>", papers.answer, name="answer"),
    path("cases/platform", platform.rows, name="platform"),
    path("cases/platform/hand-in", platform.hand_in, name="hand_in"),
    path("cases/doubts", views.doubts, name="doubts"),
    path("cases/doubts/<int:key>", views.decide, name="decide"),
    path("cases/attached/<int:key>", papers.attached, name="attached"),
    path("cases/documents", papers.documents, name="documents"),
    path("cases/<int:key>/document", papers.draft, name="draft"),
    path("cases/documents/<int:key>", papers.document, name="document"),
    path("cases/documents/<int:key>.<slug:suffix>", papers.download, name="download"),
    path("cases/documents/<int:key>/issue", papers.issue, name="issue"),
    path("cases/documents/<int:key>/serve", papers.serve, name="serve"),
    path("cases/documents/<int:key>/withdraw", papers.withdraw, name="withdraw"),
    path("cases/excuses", child.excuses, name="excuses"),
    path("cases/excuses/<int:key>", child.excuse, name="excuse"),
    path("cases/public", child.public_words, name="public_words"),
    path("cases/public/new", child.new_public_word, name="new_public_word"),
    path("cases/public/<int:key>", child.public_word, name="public_word"),
    path("cases/visits", views.visits, name="visits"),
    path("cases/visits-worker.js", views.worker, name="worker"),
    path("children/<int:key>/case", child.open_case, name="open_case"),
    path("children/<int:key>/excuse", child.apply, name="apply"),
]
