"""Pages of a batch's way: proposed, passed, released, to the bank and back; and the cards."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.aid import actions, bankfile, queries
from notoneless.bureau.aid import cards as lists_of_cards
from notoneless.bureau.aid.forms import AnswerFile, CardFile, TakenOut, Why
from notoneless.bureau.aid.models import Batch, Item, Payment
from notoneless.bureau.aid.views import page_of
from notoneless.bureau.ledger.models import Entry
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.tables import XLSX, Column, Fen, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

UNUSUAL = {
    "stopped": N_("已停发，要先撤下"),
    "shared_card": N_("一张卡收几个孩子的钱"),
    "new_card": N_("还没有到过账的新卡"),
    "large_sum": N_("金额较大"),
}

BATCHES = (
    Column(
        "pk",
        N_("批次"),
        value=lambda one: str(one.pk),
        sort="pk",
        link=lambda one: reverse("aid:batch", args=(one.pk,)),
    ),
    Column("county", N_("县"), value=lambda one: one.county.name, sort="county__name"),
    Column("term", N_("学期"), value=lambda one: term_label(one.term), sort="term"),
    Column("again", N_("重发")),
    Column("count", N_("笔数"), sort="count", number=True),
    Column("fen", N_("金额（元）"), value=lambda one: Fen(one.fen), sort="fen", number=True),
    Column("state", N_("状态"), value=lambda one: one.get_state_display(), sort="state"),
    Column("proposed_by", N_("提出"), value=lambda one: _who(one.proposed_by)),
    Column("approved_by", N_("审批"), value=lambda one: _who(one.approved_by)),
    Column("released_by", N_("发放"), value=lambda one: _who(one.released_by)),
    Column("proposed_at", N_("提出时间"), sort="proposed_at"),
)


def _who(user: object) -> str:
    return getattr(user, "name", "") if user else ""


@needs("aid.see")
def batches(request: Request) -> HttpResponse:
    """The batches, newest first."""
    rows = queries.batches(request.user)
    if (state := request.GET.get("state", "")) in Batch.State.values:
        rows = rows.filter(state=state)
    table = Table(request, rows, BATCHES, title=gettext("发放批次"))
    return table.answer("aid/batches.html")


ITEMS = (
    Column("position", N_("序号"), sort="position", number=True),
    Column(
        "child",
        N_("姓名"),
        value=lambda one: one.award.child.name,
        link=lambda one: page_of(one.award),
    ),
    Column("school", N_("学校"), value=lambda one: one.award.school or ""),
    Column("policy", N_("政策"), value=lambda one: policy_label(one.award.policy)),
    Column("card", N_("卡号"), value=lambda one: str(one.card.number)),
    Column("bank", N_("开户行"), value=lambda one: one.card.bank),
    Column(
        "amount", N_("金额（元）"), value=lambda one: Fen(one.amount), sort="amount", number=True
    ),
    Column("answer", N_("银行回盘"), value=lambda one: one.get_answer_display(), sort="answer"),
    Column("answer_text", N_("原因")),
)


@needs("aid.see")
def batch(request: Request, key: int) -> HttpResponse:
    """A batch: sums, what is unusual, the next act, its lines."""
    return _page(request, get_object_or_404(queries.batches(request.user), pk=key))


def _page(request: Request, one: Batch, refusal: Refusal | None = None) -> HttpResponse:
    by = request.user
    rows = Item.objects.filter(batch=one).select_related("award__child", "award__school", "card")
    chosen = request.GET.get("only", "")
    if chosen in Item.Answer.values:
        rows = rows.filter(answer=chosen)
    table = Table(request, rows.order_by("position"), ITEMS, title=gettext("批次明细"))
    makers = by.pk == one.proposed_by_id
    return table.answer(
        "aid/batch.html",
        {
            "batch": one,
            "term": term_label(one.term),
            "refusal": refusal,
            "unusual": [
                (gettext(UNUSUAL[each.kind]), each.count, each.positions)
                for each in queries.unusual(one)
            ]
            if one.state in ("proposed", "approved")
            else [],
            "answered": queries.answered(one),
            "odd": queries.not_applied(one)[:50],
            "entries": Entry.objects.filter(origin=f"aid.batch:{one.pk}").order_by("number"),
            "makers": makers,
            "may_approve": not makers and may(by, "aid.approve", one.county),
            "may_release": not makers and may(by, "aid.release", one.county),
            "may_file": may(by, "aid.bank_file", one.county),
            "may_batch": may(by, "aid.batch", one.county),
        },
    )


@needs("aid.batch")
@require_POST
def propose(request: Request) -> HttpResponse:
    """A batch of the ticked rows; one per county when they are of several."""
    term = request.POST.get("term", "")
    chosen = queries.chosen(request.user, term, request.POST.getlist("pick"))
    made = None
    try:
        for county, keys in chosen.items():
            where = Organisation.objects.get(pk=county)
            made = actions.propose_batch(by=request.user, county=where, term=term, awards=keys)
    except Refusal as refusal:
        return render(request, "aid/refused.html", {"refusal": refusal}, status=409)
    return redirect("aid:batch", made.pk) if made else redirect("aid:waiting")


@needs("aid.batch")
@require_POST
def again(request: Request) -> HttpResponse:
    """A batch of what the bank sent back and now has another card."""
    made = None
    refused = None
    for county in queries.counties(request.user, "aid.batch"):
        try:
            made = actions.propose_again(
                by=request.user, county=county, term=request.POST.get("term", "")
            )
        except Refusal as refusal:
            refused = refusal
    if made is None:
        return render(request, "aid/refused.html", {"refusal": refused}, status=409)
    return redirect("aid:batch", made.pk)


@needs("aid.approve")
def approve(request: Request, key: int) -> HttpResponse:
    """Pass a batch."""
    one = get_object_or_404(queries.batches(request.user, "aid.approve"), pk=key)
    if request.method != "POST":  # back from proving who one is: the button is pressed again
        return redirect("aid:batch", one.pk)
    try:
        actions.approve(by=request.user, batch=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:batch", one.pk)


@needs("aid.see")
def send_back(request: Request, key: int) -> HttpResponse:
    """Give a batch back with a reason; its proposer may take it back."""
    one = get_object_or_404(queries.batches(request.user), pk=key)
    if not (may(request.user, "aid.approve", one.county) or one.proposed_by_id == request.user.pk):
        raise Http404
    form = Why(request.POST or None)

    def act() -> HttpResponse:
        actions.send_back(by=request.user, batch=one, reason=form.cleaned_data["reason"])
        return redirect("aid:batch", one.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("退回第{number}批").format(number=one.pk),
        button=gettext("退回"),
        lead=gettext("批次里的奖补回到待提状态，可以改过再提"),
        back=reverse("aid:batch", args=(one.pk,)),
    )


@needs("aid.see")
def recall(request: Request, key: int) -> HttpResponse:
    """Take lines out of a batch that has not gone to the bank."""
    one = get_object_or_404(queries.batches(request.user), pk=key)
    if not (may(request.user, "aid.approve", one.county) or one.proposed_by_id == request.user.pk):
        raise Http404
    stopped = queries.stopped(one)
    first = {
        "positions": "、".join(str(position) for position, _ in stopped),
        "reason": "；".join(dict.fromkeys(reason for _, reason in stopped))[:200],
    }
    form = TakenOut(request.POST or None, initial=first)

    def act() -> HttpResponse:
        chosen = one.items.filter(position__in=form.cleaned_data["positions"])
        actions.recall(
            by=request.user,
            batch=one,
            awards=chosen.values_list("award", flat=True),
            reason=form.cleaned_data["reason"],
        )
        return redirect("aid:batch", one.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("从第{number}批撤下").format(number=one.pk),
        button=gettext("撤下"),
        lead=gettext("撤下的人回到待提状态；还符合条件的以后可以再提"),
        back=reverse("aid:batch", args=(one.pk,)),
    )


@needs("aid.release")
def release(request: Request, key: int) -> HttpResponse:
    """Send a batch to the bank."""
    one = get_object_or_404(queries.batches(request.user, "aid.release"), pk=key)
    if request.method != "POST":  # back from proving who one is: the button is pressed again
        return redirect("aid:batch", one.pk)
    try:
        actions.release(by=request.user, batch=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:batch", one.pk)


@needs("aid.bank_file")
def file(request: Request, key: int, kind: str) -> HttpResponse:
    """The file for the bank; taking it is recorded."""
    one = get_object_or_404(queries.batches(request.user, "aid.bank_file"), pk=key)
    if one.state not in ("released", "answered") or kind not in ("xlsx", "csv"):
        raise Http404
    actions.exported(by=request.user, batch=one)
    content = bankfile.as_xlsx(one) if kind == "xlsx" else bankfile.as_csv(one)
    response = HttpResponse(content, content_type=XLSX if kind == "xlsx" else "text/csv")
    response["Content-Disposition"] = f'attachment; filename="batch-{one.pk}.{kind}"'
    return response


@needs("aid.batch")
def answers(request: Request, key: int) -> HttpResponse:
    """Take the bank's answers in."""
    one = get_object_or_404(queries.batches(request.user, "aid.batch"), pk=key)
    form = AnswerFile(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            actions.take_answers(by=request.user, batch=one, file=sent.read(), name=sent.name)
        except Refusal as refused:
            refusal = refused
        else:
            return redirect("aid:batch", one.pk)
    return render(
        request,
        "aid/upload.html",
        {
            "form": form,
            "refusal": refusal,
            "title": gettext("收第{number}批的银行回盘").format(number=one.pk),
            "button": gettext("收回盘"),
            "back": reverse("aid:batch", args=(one.pk,)),
        },
    )


@needs("aid.cards")
def cards(request: Request) -> HttpResponse:
    """Take a list of cards in."""
    form = CardFile(
        request.POST or None,
        request.FILES or None,
        counties=queries.counties(request.user, "aid.cards"),
    )
    refusal, done = None, None
    if request.method == "POST" and form.is_valid():
        sent, county = form.cleaned_data["file"], form.cleaned_data["county"]
        try:
            told = lists_of_cards.read(sent.read(), sent.name, county)
            kept = actions.keep_cards(by=request.user, county=county, cards=told.cards)
        except Refusal as refused:
            refusal = refused
        else:
            done = {"kept": kept, "read": len(told.cards)}
            refusal = Refusal(list(told.faults[:20])) if told.faults else None
    return render(
        request,
        "aid/upload.html",
        {
            "form": form,
            "refusal": refusal,
            "done": done,
            "title": gettext("登记银行卡"),
            "button": gettext("登记"),
            "back": reverse("aid:waiting"),
        },
    )


@needs("aid.approve")
def drop(request: Request, key: int) -> HttpResponse:
    """Give up on a payment that came back."""
    here = queries.awards(request.user, "aid.approve")
    one = get_object_or_404(Payment.objects.filter(award__in=here), pk=key)
    form = Why(request.POST or None)

    def act() -> HttpResponse:
        actions.drop(by=request.user, payment=one, reason=form.cleaned_data["reason"])
        return redirect(page_of(one.award))

    return answer_form(
        request,
        form,
        act,
        title=gettext("退回的款不再发"),
        button=gettext("不再发"),
        lead=f"{one.award.child.name} {timezone.localdate()}",
        back=page_of(one.award),
    )
