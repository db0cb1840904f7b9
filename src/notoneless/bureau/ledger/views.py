"""Pages: what stands where, an entry, an account's lines; entering budgets, closing, taking the book along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.ledger import actions, queries
from notoneless.bureau.ledger.forms import Budget, OfTerm, Why
from notoneless.bureau.ledger.models import Account, Line
from notoneless.bureau.ledger.shares import funds, shares
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.tables import Column, Fen, Table
from notoneless.calendar import parse_term
from notoneless.i18n import N_, gettext

ALONG = {
    "term": (N_("学期"), "term"),
    "county": (N_("县"), "county__name"),
    "policy": (N_("政策"), "policy"),
    "fund": (N_("资金"), "fund"),
}
"""What balances can be summed by: its word, the column of the accounts."""


def fund_label(code: str) -> str:
    """A fund's name."""
    return str(funds().get(code, code))


WORDS: dict[str, Callable[[str], str]] = {
    "term": term_label,
    "county__name": str,
    "policy": policy_label,
    "fund": fund_label,
}


def _money(name: str, text: str) -> Column:
    return Column(name, text, value=lambda row: Fen(row[name]), sort=name, number=True)


MONEY = (
    _money("appropriated", N_("下达")),
    _money("committed", N_("已批未付")),
    _money("paid", N_("已付")),
    _money("returned", N_("退回待重发")),
    Column(
        "budget",
        N_("可用"),
        value=lambda row: Fen(row["budget"]),
        sort="budget",
        number=True,
        kind=lambda row: "gap" if row["budget"] < 0 else "",
    ),
)


@needs("ledger.see")
def balances(request: Request) -> HttpResponse:
    """Budget against committed against paid, by term, county, policy, fund, or several of them."""
    asked = [name for name in ALONG if name in request.GET.get("along", "").split(",")]
    along = asked or ["term"]
    chosen = {name: request.GET[name] for name in ALONG if request.GET.get(name)}
    rows = queries.balances(request.user, along=tuple(ALONG[name][1] for name in along))
    rows = rows.filter(**{ALONG[name][1]: value for name, value in chosen.items()})
    table = Table(request, rows, (*map(_along, along), *MONEY), title=gettext("账本"))
    sums = queries.total(request.user, {ALONG[name][1]: value for name, value in chosen.items()})
    return table.answer(
        "ledger/balances.html",
        {
            "along": along,
            "columns": {name: text for name, (text, _) in ALONG.items()},
            "chosen": [
                (name, gettext(ALONG[name][0]), WORDS[ALONG[name][1]](value))
                for name, value in chosen.items()
            ],
            "sums": sums,
            "short": bool(sums and sums["budget"] < 0),
            "may_budget": may(request.user, "ledger.budget"),
            "may_close": may(request.user, "ledger.close"),
            "closings": queries.closings(request.user).order_by("-at")[:12],
        },
    )


def _along(name: str) -> Column:
    text, column = ALONG[name]
    return Column(
        name,
        text,
        value=lambda row: WORDS[column](row[column]),
        sort=column,
        link=lambda row: f"{reverse('ledger:accounts')}?{name}={row[column]}",
    )


ACCOUNTS = (
    Column(
        "kind",
        N_("账户"),
        value=lambda one: one.get_kind_display(),
        sort="kind",
        link=lambda one: reverse("ledger:account", args=(one.pk,)),
    ),
    Column("level", N_("级次"), value=lambda one: one.get_level_display() if one.level else ""),
    Column("county", N_("县"), value=lambda one: one.county.name, sort="county__name"),
    Column("policy", N_("政策"), value=lambda one: policy_label(one.policy), sort="policy"),
    Column("term", N_("学期"), value=lambda one: term_label(one.term), sort="term"),
    Column("fund", N_("资金"), value=lambda one: fund_label(one.fund), sort="fund"),
    Column("debit", N_("借方"), value=lambda one: Fen(one.debit), number=True),
    Column("credit", N_("贷方"), value=lambda one: Fen(-one.credit), number=True),
    Column("balance", N_("余额"), value=lambda one: Fen(one.balance), number=True),
    Column("lines", N_("笔数"), sort="lines", number=True),
)


@needs("ledger.see")
def accounts(request: Request) -> HttpResponse:
    """The accounts behind a balance."""
    rows = queries.accounts(request.user).order_by("term", "county", "policy", "kind", "level")
    chosen = {name: request.GET[name] for name in ALONG if request.GET.get(name)}
    rows = rows.filter(**{ALONG[name][1]: value for name, value in chosen.items()})
    words = [WORDS[ALONG[name][1]](value) for name, value in chosen.items()]
    table = Table(request, rows, ACCOUNTS, title=gettext("账户"))
    return table.answer("ledger/accounts.html", {"words": words})


def _award_page(line: Line) -> str:
    """Where an award's own programme shows it."""
    if line.award is None:
        return ""
    try:
        return reverse(f"{line.entry.programme}:award", args=(line.award,))
    except NoReverseMatch:
        return ""


LINES = (
    Column(
        "entry",
        N_("分录号"),
        value=lambda line: str(line.entry_id),
        link=lambda line: reverse("ledger:entry", args=(line.entry_id,)),
    ),
    Column("day", N_("日期"), value=lambda line: line.entry.day),
    Column("cause", N_("事由"), value=lambda line: line.entry.get_cause_display()),
    Column("award", N_("奖补编号"), value=lambda line: str(line.award or ""), link=_award_page),
    Column("payment", N_("付款编号"), value=lambda line: str(line.payment or "")),
    Column("debit", N_("借方"), value=lambda line: Fen(max(line.amount, 0)), number=True),
    Column("credit", N_("贷方"), value=lambda line: Fen(max(-line.amount, 0)), number=True),
)


@needs("ledger.see")
def account(request: Request, key: int) -> HttpResponse:
    """An account's lines."""
    one = get_object_or_404(queries.accounts(request.user), pk=key)
    table = Table(request, queries.lines_of(one), LINES, title=gettext("账户明细"))
    return table.answer(
        "ledger/account.html",
        {
            "account": one,
            "policy": policy_label(one.policy),
            "term": term_label(one.term),
            "fund": fund_label(one.fund),
        },
    )


ENTRIES = (
    Column(
        "number",
        N_("分录号"),
        value=lambda one: str(one.number),
        sort="number",
        link=lambda one: reverse("ledger:entry", args=(one.number,)),
    ),
    Column("day", N_("日期"), sort="day"),
    Column("cause", N_("事由"), value=lambda one: one.get_cause_display(), sort="cause"),
    Column("county", N_("县"), value=lambda one: one.county.name, sort="county__name"),
    Column("term", N_("学期"), value=lambda one: term_label(one.term), sort="term"),
    Column("text", N_("说明")),
    Column("corrects", N_("更正"), value=lambda one: str(one.corrects_id or "")),
    Column("by", N_("经办"), value=lambda one: one.by.name if one.by else gettext("系统")),
)


@needs("ledger.see")
def entries(request: Request) -> HttpResponse:
    """The entries, newest first."""
    return Table(request, queries.entries(request.user), ENTRIES, title=gettext("分录")).answer(
        "ledger/entries.html"
    )


@needs("ledger.see")
def entry(request: Request, key: int) -> HttpResponse:
    """An entry: its sums by account, then its lines."""
    one = get_object_or_404(queries.entries(request.user), pk=key)
    sums: list[dict[str, Any]] = [
        {
            "account": row["account"],
            "kind": Account.Kind(row["account__kind"]).label,
            "level": Account.Level(row["account__level"]).label if row["account__level"] else "",
            "policy": policy_label(row["account__policy"]),
            "debit": row["debit"],
            "credit": row["credit"],
            "count": row["count"],
        }
        for row in queries.sums_of(one)
    ]
    rows = Line.objects.filter(entry=one, award__isnull=False).select_related("account", "entry")
    table = Table(request, rows.order_by("pk"), OF_ENTRY, title=gettext("分录明细"))
    return table.answer(
        "ledger/entry.html",
        {
            "entry": one,
            "sums": sums,
            "term": term_label(one.term),
            "corrected": one.corrected_by.filter(cause="correction").first(),
            "may_correct": may(request.user, "ledger.budget", one.county) and one.cause == "budget",
        },
    )


OF_ENTRY = (
    Column("account", N_("账户"), value=lambda line: line.account.get_kind_display()),
    Column("policy", N_("政策"), value=lambda line: policy_label(line.account.policy)),
    *LINES[3:],
)


@needs("ledger.see")
def split(request: Request) -> HttpResponse:
    """The shares of the levels, with source and status."""
    rows = [
        {
            "policy": policy_label(one.policy) if one.policy != "*" else gettext("其他各项"),
            "fund": fund_label(one.fund),
            "place": one.place,
            "since": one.since,
            "parts": [(Account.Level(level).label, part) for level, part in one.parts],
            "source": one.source,
            "verified": one.status == "verified",
        }
        for one in shares()
    ]
    return render(request, "ledger/shares.html", {"rows": rows})


@needs("ledger.budget")
def budget(request: Request) -> HttpResponse:
    """Enter what the levels gave."""
    form = Budget(request.POST or None, counties=queries.counties(request.user, "ledger.budget"))

    def act() -> HttpResponse:
        said = form.cleaned_data
        term = parse_term(said["term"])
        assert term is not None
        new = actions.give_budget(
            by=request.user,
            county=said["county"],
            term=term,
            policy=said["policy"],
            amounts=form.amounts(),
            text=said["text"],
        )
        return redirect("ledger:entry", new.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("登记下达的资金"),
        button=gettext("记账"),
        lead=gettext("记错了不能改，用一笔更正分录退回"),
        back=reverse("ledger:balances"),
    )


@needs("ledger.budget")
def correct(request: Request, key: int) -> HttpResponse:
    """Take an entry of the budget back."""
    one = get_object_or_404(queries.entries(request.user), pk=key)
    if one.cause != "budget" or not may(request.user, "ledger.budget", one.county):
        raise Http404
    form = Why(request.POST or None)

    def act() -> HttpResponse:
        new = actions.correct(by=request.user, entry=one, text=form.cleaned_data["text"])
        return redirect("ledger:entry", new.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("退回第{number}号分录").format(number=one.number),
        button=gettext("记一笔更正"),
        back=reverse("ledger:entry", args=(one.pk,)),
    )


@needs("ledger.close")
def close(request: Request) -> HttpResponse:
    """Close a county's term."""
    form = OfTerm(request.POST or None, counties=queries.counties(request.user, "ledger.close"))

    def act() -> HttpResponse:
        term = parse_term(form.cleaned_data["term"])
        assert term is not None
        actions.close_term(by=request.user, county=form.cleaned_data["county"], term=term)
        return redirect("ledger:balances")

    return answer_form(
        request,
        form,
        act,
        title=gettext("关账"),
        button=gettext("关账"),
        lead=gettext("关账以后这个学期不再记账，迟到的退回和更正记到下一学期，写明更正的是哪一笔"),
        back=reverse("ledger:balances"),
    )


@needs("ledger.see")
def export(request: Request) -> HttpResponse:
    """A county's term as Beancount text."""
    form = OfTerm(request.GET or None, counties=queries.counties(request.user, "ledger.see"))
    if not form.is_valid():
        return render(
            request,
            "ledger/export.html",
            {"form": form},
        )
    county, term = form.cleaned_data["county"], form.cleaned_data["term"]
    count = queries.entries(request.user).filter(county=county, term=term).count()
    actions.exported(by=request.user, county=county, term=term, entries=count)
    text = "".join(queries.beancount(county, term))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{county.pk}-{term}.beancount"'
    return response
