"""Pages: the four lists of what was found, how each ended, and lists of payments made elsewhere."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.aid import actions, queries
from notoneless.bureau.aid.forms import Ending, PaidListFile
from notoneless.bureau.aid.models import Award, Finding
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.tables import Column, Fen, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


def _name(one: Finding) -> str:
    return one.child.name if one.child else gettext("查不到的人")


FINDINGS = (
    Column(
        "child", N_("姓名"), value=_name, link=lambda one: reverse("aid:finding", args=(one.pk,))
    ),
    Column("school", N_("学校"), value=lambda one: one.school or "", sort="school__name"),
    Column("policy", N_("政策"), value=lambda one: policy_label(one.policy), sort="policy"),
    Column("owed", N_("应发（元）"), value=lambda one: Fen(one.owed), sort="owed", number=True),
    Column("paid", N_("已发（元）"), value=lambda one: Fen(one.paid), sort="paid", number=True),
    Column("text", N_("理由")),
    Column(
        "outcome",
        N_("了结"),
        value=lambda one: one.get_outcome_display(),
        sort="outcome",
        kind=lambda one: "kept" if one.outcome else "gap",
    ),
)


@needs("aid.see")
def findings(request: Request) -> HttpResponse:
    """The four lists of a term: owed and not paid, paid and not owed, paid twice, short or late."""
    terms = queries.terms()
    term = request.GET.get("term", "")
    term = term if term in terms else (terms[0] if terms else queries.term_now())
    counts = queries.counts(request.user, term)
    verdict = request.GET.get("verdict", "")
    rows = queries.findings(request.user, term)
    if verdict in Finding.Verdict.values:
        rows = rows.filter(verdict=verdict)
    if request.GET.get("open"):
        rows = rows.filter(outcome="")
    table = Table(request, rows, FINDINGS, title=gettext("应发与已发对账"))
    last = queries.last_proposal(term)
    return table.answer(
        "aid/findings.html",
        {
            "term": term,
            "term_label": term_label(term),
            "verdict": verdict,
            "counts": [
                (code, label, *counts.get(code, (0, 0, 0)))
                for code, label in Finding.Verdict.choices
            ],
            "last": last,
            "lists": queries.paid_lists(request.user)[:10],
            "may_batch": may(request.user, "aid.batch"),
        },
    )


@needs("aid.see")
def finding(request: Request, key: int) -> HttpResponse:
    """One finding: owed, paid, why, the payments; and how it ended."""
    rows = Finding.objects.filter(pk__in=[one.pk for one in _within(request, key)]).select_related(
        "child", "school", "county", "outcome_by"
    )
    one = get_object_or_404(rows, pk=key)
    form = Ending(request.POST or None)
    allowed = may(request.user, "aid.batch", one.county)
    refusal = None
    if request.method == "POST" and allowed and form.is_valid():
        try:
            actions.end_finding(
                by=request.user,
                finding=one,
                outcome=form.cleaned_data["outcome"],
                text=form.cleaned_data["text"],
            )
        except Refusal as refused:
            refusal = refused
        else:
            return redirect("aid:finding", one.pk)
    award = Award.objects.filter(child=one.child, policy=one.policy, term=one.term).first()
    return render(
        request,
        "aid/finding.html",
        {
            "finding": one,
            "name": _name(one),
            "policy": policy_label(one.policy),
            "term": term_label(one.term),
            "award": award,
            "form": form,
            "refusal": refusal,
            "may_end": allowed and not one.outcome,
        },
    )


def _within(request: Request, key: int) -> list[Finding]:
    term = Finding.objects.filter(pk=key).values_list("term", flat=True).first()
    return list(queries.findings(request.user, term).filter(pk=key)) if term else []


@needs("aid.batch")
def paid_lists(request: Request) -> HttpResponse:
    """Take a list of payments made elsewhere in."""
    form = PaidListFile(
        request.POST or None,
        request.FILES or None,
        counties=queries.counties(request.user, "aid.batch"),
    )
    refusal, done = None, None
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            taken, wrong = actions.take_paid_list(
                by=request.user,
                county=form.cleaned_data["county"],
                file=sent.read(),
                name=sent.name,
            )
        except Refusal as refused:
            refusal = refused
        else:
            done = {"rows": taken.rows, "nobody": taken.unmatched}
            refusal = Refusal(list(wrong)[:20]) if wrong else None
    return render(
        request,
        "aid/upload.html",
        {
            "form": form,
            "refusal": refusal,
            "done_rows": done,
            "title": gettext("收资助发放名册"),
            "button": gettext("收名册"),
            "back": reverse("aid:findings"),
        },
    )
