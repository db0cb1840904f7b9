"""Pages: the four lists of what was found, how each ended, and lists of payments made elsewhere."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.aid import actions, faults, queries
from notoneless.bureau.aid.forms import CameBack, Ending, OfTerm, PaidListFile
from notoneless.bureau.aid.models import Award, Finding, PaidRow, Payment
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.tables import Column, Fen, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext
from notoneless.kernel.words import yuan


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
            "may_bundle": may(request.user, "aid.bundle"),
        },
    )


@needs("aid.see")
def finding(request: Request, key: int) -> HttpResponse:
    """One finding: owed, paid, why, the payments, the case; and how it ended."""
    rows = queries.findings(request.user).select_related("line__file", "outcome_by")
    one = get_object_or_404(rows, pk=key)
    outcomes = actions.BY_HAND[one.verdict]
    form = Ending(request.POST or None, outcomes=outcomes)
    allowed = may(request.user, "aid.batch", one.county) and not one.outcome
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
    award = Award.objects.filter(
        child__person=one.child_id, policy=one.policy, term=one.term
    ).first()
    case = queries.case_of(one)
    return render(
        request,
        "aid/finding.html",
        {
            "finding": one,
            "name": _name(one),
            "policy": policy_label(one.policy),
            "term": term_label(one.term),
            "award": award,
            "case": case,
            "may_case": case is not None and may(request.user, "case.see", one.county),
            "payments": [_told(each) for each in queries.payments_of(one)],
            "recoveries": one.recoveries.select_related("by").order_by("pk"),
            "form": form,
            "refusal": refusal,
            "may_end": allowed and bool(outcomes),
            "may_recover": allowed and one.paid > one.owed,
            "may_pay": allowed and one.verdict == "short",
        },
    )


@needs("aid.batch")
@require_POST
def difference(request: Request, key: int) -> HttpResponse:
    """Put what one student was paid too little into a batch."""
    one = get_object_or_404(queries.findings(request.user), pk=key)
    if not may(request.user, "aid.batch", one.county):
        raise Http404
    return _propose(request, {one.county: [one.pk]}, one.term)


@needs("aid.batch")
@require_POST
def differences(request: Request) -> HttpResponse:
    """Put what all students of a term were paid too little into batches, one for each county."""
    term = request.POST.get("term", "")
    counties = queries.counties(request.user, "aid.batch")
    return _propose(request, queries.short(counties, term), term)


def _propose(request: Request, short: dict[Organisation, list[int]], term: str) -> HttpResponse:
    made, refusal = None, Refusal([faults.NOTHING_LACKING.at()])
    for county, keys in short.items():
        try:
            made = actions.propose_difference(
                by=request.user, county=county, term=term, findings=keys
            )
        except Refusal as refused:
            refusal = refused
    if made is None:
        return render(request, "aid/refused.html", {"refusal": refusal}, status=409)
    return redirect("aid:batch", made.pk)


def _mark(of: Payment | PaidRow) -> str:
    return f"payment-{of.pk}" if isinstance(of, Payment) else f"row-{of.pk}"


def _told(of: Payment | PaidRow) -> dict[str, object]:
    """A payment in words: what it is, when, how much."""
    if isinstance(of, Payment):
        what = gettext("付款{number}").format(number=of.pk)
        page = reverse("aid:award", args=(of.award_id,))
    else:
        what = gettext("{list}第{row}行").format(list=of.file.name, row=of.row)
        page = ""
    return {"what": what, "page": page, "day": of.paid_on, "fen": of.amount}


@needs("aid.batch")
def recover(request: Request, key: int) -> HttpResponse:
    """Note that money came back."""
    one = get_object_or_404(queries.findings(request.user), pk=key)
    if not may(request.user, "aid.batch", one.county):
        raise Http404
    payments = {_mark(each): each for each in queries.payments_of(one)}
    choices = []
    for mark, each in payments.items():
        told = _told(each)
        choices.append((mark, f"{told['what']} {told['day'] or ''} {yuan(each.amount)}"))
    first = {"amount": Decimal(one.paid - one.owed) / 100, "day": timezone.localdate()}
    form = CameBack(request.POST or None, payments=choices, initial=first)

    def act() -> HttpResponse:
        said = form.cleaned_data
        actions.recover(
            by=request.user,
            finding=one,
            of=payments[said["of"]],
            amount=int(said["amount"] * 100),
            day=said["day"],
            paper=said["paper"],
        )
        return redirect("aid:finding", one.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("登记追回的款"),
        button=gettext("登记"),
        lead=f"{_name(one)}　{policy_label(one.policy)}　"
        + gettext("多发{amount}元").format(amount=yuan(one.paid - one.owed)),
        back=reverse("aid:finding", args=(one.pk,)),
    )


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


@needs("aid.bundle")
def bundle(request: Request) -> HttpResponse:
    """Give an auditor a county's term, to be recomputed outside."""
    form = OfTerm(
        request.POST or None,
        counties=queries.counties(request.user, "aid.bundle"),
        terms=[(one, term_label(one)) for one in queries.terms()],
    )

    def act() -> HttpResponse:
        county, term = form.cleaned_data["county"], form.cleaned_data["term"]
        with TemporaryDirectory() as folder:
            file = Path(folder) / "bundle.zip"
            actions.take_bundle(by=request.user, county=county, term=term, into=file)
            response = HttpResponse(file.read_bytes(), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="aid-{county.pk}-{term}.zip"'
        return response

    return answer_form(
        request,
        form,
        act,
        title=gettext("审计包"),
        button=gettext("取审计包"),
        lead=gettext(
            "规则、事实、奖补、付款、账本放在一个文件里，孩子用代码；在没有本系统的电脑上也能重算，逐项说相等还是不相等"
        ),
        back=reverse("aid:findings"),
    )
