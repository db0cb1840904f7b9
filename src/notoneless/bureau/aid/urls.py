"""Addresses: what is owed, policies, proposals, awards, batches, cards."""

from django.urls import path

from notoneless.bureau.aid import (
    views,
    views_batches,
    views_changes,
    views_deliveries,
    views_findings,
    views_rankings,
)
from notoneless.bureau.offers import AID, MenuItem
from notoneless.i18n import N_

PREFIX = ""
app_name = "aid"

MENU = (MenuItem(N_("资助"), "aid:waiting", 40, AID),)

urlpatterns = [
    path("aid", views.waiting, name="waiting"),
    path("aid/policies", views.policies, name="policies"),
    path("aid/changes/amounts/<slug:name>", views_changes.new_amount, name="new_amount"),
    path("aid/changes/text", views_changes.new_text, name="new_text"),
    path("aid/policies/<slug:name>", views.policy, name="policy"),
    path("aid/changes", views_changes.changes, name="changes"),
    path("aid/changes/<int:key>", views_changes.change, name="change"),
    path("aid/changes/<int:key>/trial", views_changes.try_again, name="try_again"),
    path("aid/changes/<int:key>/approval", views_changes.approve, name="approve_change"),
    path("aid/changes/<int:key>/refusal", views_changes.refuse, name="refuse_change"),
    path("aid/changes/<int:key>/withdrawal", views_changes.withdraw, name="withdraw_change"),
    path("aid/rules/<slug:key>", views_changes.ruling, name="ruling"),
    path("aid/rankings", views_rankings.rankings, name="rankings"),
    path("aid/rankings/new", views_rankings.new, name="new_ranking"),
    path("aid/rankings/<int:key>", views_rankings.one_ranking, name="ranking"),
    path("aid/rankings/<int:key>/order", views_rankings.order, name="order"),
    path("aid/rankings/<int:key>/notice", views_rankings.publish, name="publish"),
    path("aid/rankings/<int:key>/confirmation", views_rankings.confirm, name="confirm"),
    path("aid/rankings/<int:key>/objections", views_rankings.object_to, name="object"),
    path("aid/objections/<int:key>", views_rankings.settle, name="settle_objection"),
    path("open/chosen/<str:code>", views_rankings.chosen, name="chosen"),
    path("aid/rankings/<int:key>/withdrawal", views_rankings.drop, name="drop_ranking"),
    path("aid/deliveries", views_deliveries.deliveries, name="deliveries"),
    path("aid/deliveries/new", views_deliveries.new, name="new_delivery"),
    path("aid/deliveries/<int:key>", views_deliveries.delivery, name="delivery"),
    path("aid/deliveries/<int:key>/settlement", views_deliveries.settle, name="settle_delivery"),
    path("aid/deliveries/<int:key>/withdrawal", views_deliveries.cancel, name="cancel_delivery"),
    path("aid/loans", views_deliveries.loans, name="loans"),
    path("aid/loans/children/<int:key>", views_deliveries.new_loan, name="new_loan"),
    path("aid/proposals", views.proposals, name="proposals"),
    path("aid/proposals/run", views.run, name="run"),
    path("aid/awards", views.awards, name="awards"),
    path("aid/awards/<int:key>", views.award, name="award"),
    path("aid/cards", views_batches.cards, name="cards"),
    path("aid/batches", views_batches.batches, name="batches"),
    path("aid/batches/new", views_batches.propose, name="propose"),
    path("aid/batches/again", views_batches.again, name="again"),
    path("aid/batches/<int:key>", views_batches.batch, name="batch"),
    path("aid/batches/<int:key>/approval", views_batches.approve, name="approve"),
    path("aid/batches/<int:key>/return", views_batches.send_back, name="send_back"),
    path("aid/batches/<int:key>/recall", views_batches.recall, name="recall"),
    path("aid/batches/<int:key>/release", views_batches.release, name="release"),
    path("aid/batches/<int:key>/file.<str:kind>", views_batches.file, name="file"),
    path("aid/batches/<int:key>/answers", views_batches.answers, name="answers"),
    path("aid/findings", views_findings.findings, name="findings"),
    path("aid/findings/<int:key>", views_findings.finding, name="finding"),
    path("aid/findings/<int:key>/recovery", views_findings.recover, name="recover"),
    path("aid/findings/<int:key>/difference", views_findings.difference, name="difference"),
    path("aid/differences", views_findings.differences, name="differences"),
    path("aid/bundle", views_findings.bundle, name="bundle"),
    path("aid/paid-lists", views_findings.paid_lists, name="paid_lists"),
    path("aid/payments/<int:key>/drop", views_batches.drop, name="drop"),
]
