"""Pages: what is owed and not paid, the policies, how a term was worked out, an award."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.aid import jobs, queries, rulebook
from notoneless.bureau.aid.filters import AwardFilter
from notoneless.bureau.aid.models import Award, Proposal, Reason, Ruling
from notoneless.bureau.ledger import queries as ledger
from notoneless.bureau.ledger.shares import share
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.rules.declared import ground
from notoneless.bureau.tables import Column, Fen, Table
from notoneless.calendar import parse_term, term_on
from notoneless.i18n import N_, gettext
from notoneless.kernel.expressions import Parameter, walk
from notoneless.kernel.words import in_words, yuan

WHY = {
    "ready": N_("规则算出应发，还没有提批次"),
    "no_card": N_("缺社会保障卡号或银行卡号"),
    "returned": N_("银行退回"),
    "stopped": N_("已停发，后面几次暂不发"),
}
NEXT = {
    "ready": N_("可提批次"),
    "no_card": N_("先补卡号"),
    "returned": N_("换卡后重发"),
    "stopped": N_("恢复以后自动接着发"),
}


@needs("aid.see")
def waiting(request: Request) -> HttpResponse:
    """What is owed and not on its way, by school and policy; ticked rows become a batch."""
    terms = queries.terms()
    term = request.GET.get("term", "")
    if term not in terms:
        term = terms[0] if terms else queries.term_now()
    rows = queries.waiting(request.user, term)
    ready = [row for row in rows if row.ready]
    last = queries.last_proposal(term)
    return render(
        request,
        "aid/waiting.html",
        {
            "term": term,
            "term_label": term_label(term),
            "terms": [(one, term_label(one)) for one in terms],
            "rows": [
                {
                    "row": row,
                    "policy": policy_label(row.policy),
                    "each": row.fen // row.count if row.count else 0,
                    "why": gettext(WHY[row.why]),
                    "next": gettext(NEXT[row.why]),
                    "first": number == 0 or rows[number - 1].school != row.school,
                }
                for number, row in enumerate(rows)
            ],
            "count": sum(row.count for row in rows),
            "fen": sum(row.fen for row in rows),
            "schools": len({row.school for row in rows}),
            "ready_count": sum(row.count for row in ready),
            "ready_fen": sum(row.fen for row in ready),
            "ready_rows": len(ready),
            "no_card": sum(row.count for row in rows if row.why == "no_card"),
            "returned": sum(row.count for row in rows if row.why == "returned"),
            "last": last,
            "may_batch": may(request.user, "aid.batch"),
            "may_propose": may(request.user, "aid.propose"),
            "may_cards": may(request.user, "aid.cards"),
        },
    )


# --- policies -----------------------------------------------------------------------------------------


@needs("aid.see")
def policies(request: Request) -> HttpResponse:
    """Every policy in words, with how many are owed it as last worked out."""
    today = timezone.localdate()
    sweep, change = rulebook.compiled(today), rulebook.last_change()
    term = queries.term_now()
    last = queries.last_proposal(term)
    counted = queries.by_policy(request.user, last) if last else {}
    rows = [
        {
            "id": one.id,
            "label": str(one.text),
            "kind": gettext(rulebook.KINDS[one.kind]),
            "period": gettext(rulebook.PERIODS[one.period]),
            "source": ground(one.source),
            "verified": one.status == "verified",
            "in_force": sweep.in_force(one),
            "counts": counted.get(one.id),
        }
        for one in sweep.policies
    ]
    return render(
        request,
        "aid/policies.html",
        {
            "rows": rows,
            "last": last,
            "term_label": term_label(term),
            "hash": sweep.books[0][1],
            "change": change,
            "in_force": sum(row["in_force"] for row in rows),
            "waiting": queries.changes().filter(state__in=("trying", "proposed")).count(),
            "may_change": may(request.user, "aid.rules", rulebook.place()),
        },
    )


@needs("aid.see")
def policy(request: Request, name: str) -> HttpResponse:
    """One policy: conditions in words, its amounts with dates and sources, why how many are owed it."""
    old = Ruling.objects.filter(pk=request.GET.get("rules", "")).first()
    written = old.text if old else rulebook.text()
    book = rulebook.read(written)
    one = rulebook.policy(name, written)
    if one is None:
        raise Http404
    today = timezone.localdate()
    sweep = rulebook.compile_text(written, today)
    compiled = next(each for each in sweep.policies if each.id == name)
    group = book.groups.get(one.group)
    used = {part.name for part in walk(one.amount) if isinstance(part, Parameter)}
    for line in one.conditions:
        used |= {part.name for part in walk(line.condition) if isinstance(part, Parameter)}
    rates = [
        {
            "name": spec.name,
            "since": value.start,
            "text": str(spec.text),
            "value": yuan(value.value) if spec.unit == "yuan" else str(value.value),
            "unit": gettext("元") if spec.unit == "yuan" else "",
            "source": ground(value.source),
            "verified": value.status == "verified",
            "now": spec.on(today) is value,
        }
        for spec in (book.parameters[used_name] for used_name in sorted(used))
        for value in spec.values
    ]
    last = queries.last_proposal(queries.term_now())
    reasons = (
        [
            {**row, "label": Reason.Verdict(row["verdict"]).label}
            for row in queries.reasons(request.user, last).filter(policy=name)
        ]
        if last
        else []
    )
    split = share(name, today) if one.is_cash else None
    return render(
        request,
        "aid/policy.html",
        {
            "policy": one,
            "kind": gettext(rulebook.KINDS[one.kind]),
            "period": gettext(rulebook.PERIODS[one.period]),
            "conditions": [
                (in_words(line.condition), line.line, line.written) for line in compiled.conditions
            ],
            "amount": in_words(compiled.amount),
            "group": group,
            "rates": rates,
            "reasons": reasons,
            "last": last,
            "split": split,
            "split_source": ground(split.source) if split else "",
            "verified": one.status == "verified",
            "source": ground(one.source),
            "hash": book.hash,
            "old": old is not None and book.hash != rulebook.book().hash,
            "change": queries.changes().filter(ruling=book.hash, state="approved").first(),
            "may_change": old is None and may(request.user, "aid.rules", rulebook.place()),
        },
    )


# --- proposals -----------------------------------------------------------------------------------------

PROPOSALS = (
    Column("term", N_("学期"), value=lambda one: term_label(one.term), sort="term"),
    Column("as_of", N_("按哪一天"), sort="as_of"),
    Column("at", N_("算出时间"), sort="at"),
    Column("children", N_("学生"), number=True),
    Column("new", N_("新增"), number=True),
    Column("changed", N_("改动"), number=True),
    Column("gone", N_("不再符合"), number=True),
    Column("by", N_("谁"), value=lambda one: one.by.name if one.by else gettext("系统")),
    Column(
        "rules",
        N_("规则版本"),
        value=lambda one: one.rules[:12],
        link=lambda one: reverse("aid:ruling", args=(one.rules,)),
    ),
)


@needs("aid.see")
def proposals(request: Request) -> HttpResponse:
    """When what is owed was worked out, and how it came out."""
    rows = Proposal.objects.select_related("by").order_by("-pk")
    table = Table(request, rows, PROPOSALS, title=gettext("应发测算"))
    return table.answer("aid/proposals.html", {"may_propose": may(request.user, "aid.propose")})


@needs("aid.propose")
def run(request: Request) -> HttpResponse:
    """Have it worked out anew, in the background."""
    if request.method == "POST":
        jobs.propose.enqueue(request.user.pk)
    return redirect("aid:proposals")


# --- awards -----------------------------------------------------------------------------------------------


def page_of(award: Award) -> str:
    """The address of an award."""
    return reverse("aid:award", args=(award.pk,))


AWARDS = (
    Column("pk", N_("编号"), value=lambda one: str(one.pk), sort="pk", link=page_of),
    Column("child", N_("姓名"), whole=True, value=lambda one: one.child.name, link=page_of),
    Column("school", N_("学校"), value=lambda one: one.school or "", sort="school__name"),
    Column("policy", N_("政策"), value=lambda one: policy_label(one.policy), sort="policy"),
    Column("term", N_("学期"), value=lambda one: term_label(one.term), sort="term"),
    Column(
        "amount", N_("金额（元）"), value=lambda one: Fen(one.amount), sort="amount", number=True
    ),
    Column("state", N_("状态"), value=lambda one: one.get_state_display(), sort="state"),
)


@needs("aid.see")
def awards(request: Request) -> HttpResponse:
    """Awards one by one, filtered."""
    rows = queries.awards(request.user).select_related("child", "school").order_by("-pk")
    table = Table(request, rows, AWARDS, title=gettext("奖补"), filters=AwardFilter)
    return table.answer("aid/awards.html")


@needs("aid.see")
def award(request: Request, key: int) -> HttpResponse:
    """One award: why, on which way, its lines in the book."""
    rows = queries.awards(request.user).select_related("child", "school", "county", "proposal")
    one = get_object_or_404(rows, pk=key)
    items = one.items.select_related("batch", "card", "payment").order_by("pk")
    term = parse_term(one.term) or term_on(timezone.localdate())
    return render(
        request,
        "aid/award.html",
        {
            "award": one,
            "policy": policy_label(one.policy),
            "term": term_label(one.term),
            "items": items,
            "payments": one.payments.order_by("instalment", "pk"),
            "stops": one.stops.order_by("since"),
            "lines": ledger.lines_of_award((one.policy,), one.pk)
            if may(request.user, "ledger.see", one.county)
            else (),
            "parts": sorted(
                share(one.policy, term.first_day, one.county.code).split(one.amount).items()
            ),
            "may_drop": may(request.user, "aid.approve", one.county),
        },
    )
