"""Pages of what is given otherwise than by the bank: in kind, waivers, loans."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.aid import actions, queries
from notoneless.bureau.aid.forms import NewDelivery, NewLoan
from notoneless.bureau.aid.models import Delivery, Given
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.people import queries as people
from notoneless.bureau.tables import Column, Fen, Table
from notoneless.calendar import term_on
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


def page_of(one: Delivery) -> str:
    """The address of a delivery."""
    return reverse("aid:delivery", args=(one.pk,))


DELIVERIES = (
    Column("pk", N_("编号"), value=lambda one: str(one.pk), sort="pk", link=page_of),
    Column("school", N_("学校"), sort="school__name"),
    Column("policy", N_("政策"), value=lambda one: policy_label(one.policy), sort="policy"),
    Column("kind", N_("怎样给"), value=lambda one: one.get_kind_display(), sort="kind"),
    Column("term", N_("学期"), value=lambda one: term_label(one.term), sort="term"),
    Column("day", N_("日期"), sort="day", whole=True),
    Column("count", N_("人数"), sort="count", number=True),
    Column("fen", N_("折合（元）"), value=lambda one: Fen(one.fen), sort="fen", number=True),
    Column("state", N_("状态"), value=lambda one: one.get_state_display(), sort="state"),
    Column("recorded_by", N_("登记"), value=lambda one: one.recorded_by or ""),
    Column("settled_by", N_("结算"), value=lambda one: one.settled_by or ""),
)


@needs("aid.see")
def deliveries(request: Request) -> HttpResponse:
    """What schools gave, newest first."""
    rows = queries.deliveries(request.user)
    if (state := request.GET.get("state", "")) in Delivery.State.values:
        rows = rows.filter(state=state)
    table = Table(request, rows, DELIVERIES, title=gettext("实物和减免"))
    return table.answer("aid/deliveries.html", {"may_deliver": may(request.user, "aid.deliver")})


GIVEN = (
    Column(
        "child",
        N_("姓名"),
        value=lambda one: one.child.name,
        sort="child__name",
        link=lambda one: reverse("people:child", args=(one.child.person_id,)),
    ),
    Column("grade", N_("年级"), value=lambda one: one.child.grade, sort="child__grade"),
    Column("class_name", N_("班级"), value=lambda one: one.child.class_name),
    Column("amount", N_("折合（元）"), value=lambda one: Fen(one.amount), number=True),
)


@needs("aid.see")
def delivery(request: Request, key: int) -> HttpResponse:
    """One: to whom, at what worth, settled or not."""
    return _page(request, get_object_or_404(queries.deliveries(request.user), pk=key))


def _page(request: Request, one: Delivery, refusal: Refusal | None = None) -> HttpResponse:
    by, makers = request.user, request.user.pk == one.recorded_by_id
    rows = Given.objects.filter(delivery=one).select_related("child").order_by("child__name", "pk")
    table = Table(request, rows, GIVEN, title=policy_label(one.policy))
    open_ = one.state == "recorded"
    return table.answer(
        "aid/delivery.html",
        {
            "one": one,
            "refusal": refusal,
            "policy": policy_label(one.policy),
            "term": term_label(one.term),
            "may_settle": open_ and not makers and may(by, "aid.settle", one.county),
            "may_cancel": open_ and may(by, "aid.deliver", one.school),
        },
    )


@needs("aid.deliver")
def new(request: Request) -> HttpResponse:
    """First the school and the policy; then its pupils who are owed it, ticked who did not get it."""
    asked = request.POST or (request.GET if "policy" in request.GET else None)
    form = NewDelivery(asked, schools=queries.delivers_at(request.user))
    refusal, children = None, None
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        term = str(term_on(told["day"]))
        children = queries.not_given(told["school"], told["policy"], term)
        if request.method == "POST":
            without = [int(key) for key in request.POST.getlist("without") if key.isdecimal()]
            try:
                one = actions.deliver(by=request.user, without=without, **told)
            except Refusal as refused:
                refusal = refused
            else:
                return redirect("aid:delivery", one.pk)
    return render(
        request, "aid/new_delivery.html", {"form": form, "children": children, "refusal": refusal}
    )


@require_POST
@needs("aid.settle")
def settle(request: Request, key: int) -> HttpResponse:
    """Let the county bear it, in the book."""
    one = get_object_or_404(queries.deliveries(request.user, "aid.settle"), pk=key)
    try:
        actions.settle_delivery(by=request.user, delivery=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:delivery", one.pk)


@require_POST
@needs("aid.deliver")
def cancel(request: Request, key: int) -> HttpResponse:
    """Take back what was noted by mistake."""
    one = get_object_or_404(queries.deliveries(request.user, "aid.deliver"), pk=key)
    try:
        actions.cancel_delivery(by=request.user, delivery=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:delivery", one.pk)


LOANS = (
    Column(
        "child",
        N_("姓名"),
        value=lambda one: one.child.name,
        link=lambda one: reverse("people:child", args=(one.child.person_id,)),
    ),
    Column("policy", N_("政策"), value=lambda one: policy_label(one.policy)),
    Column("school_year", N_("学年"), value=lambda one: str(one.school_year), sort="school_year"),
    Column("lender", N_("贷款银行"), sort="lender"),
    Column("contract", N_("合同号"), value=lambda one: str(one.contract)),
    Column("amount", N_("金额（元）"), value=lambda one: Fen(one.amount), number=True),
    Column("signed_on", N_("签订"), sort="signed_on", whole=True),
    Column("county", N_("县"), sort="county__name"),
)


@needs("aid.see")
def loans(request: Request) -> HttpResponse:
    """The loans on record."""
    table = Table(request, queries.loans(request.user), LOANS, title=gettext("助学贷款"))
    return table.answer("aid/loans.html")


@needs("aid.loans")
def new_loan(request: Request, key: int) -> HttpResponse:
    """Note a loan of one student."""
    child = get_object_or_404(people.children(request.user, "aid.loans"), pk=key)
    form = NewLoan(request.POST or None, initial={"signed_on": timezone.localdate()})

    def act() -> HttpResponse:
        actions.record_loan(by=request.user, child=child, **form.cleaned_data)
        return redirect("people:child", child.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("登记助学贷款：{name}").format(name=child.name),
        button=gettext("登记"),
        lead=gettext("贷款要还，由银行放款；这里只记合同，不付款"),
        back=reverse("people:child", args=(child.pk,)),
    )
