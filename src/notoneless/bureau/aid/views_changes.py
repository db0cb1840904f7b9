"""Pages of changing a policy: one amount, its own lines, one policy more, the whole; the trial; two people."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.aid import actions, differences, drafting, jobs, queries, rulebook
from notoneless.bureau.aid.filters import EffectFilter
from notoneless.bureau.aid.forms import NewAmount, NewText, Why
from notoneless.bureau.aid.models import Change, Ruling
from notoneless.bureau.language import term_name
from notoneless.bureau.ledger.terms import policy_label
from notoneless.bureau.tables import Column, Fen, Table
from notoneless.calendar import term_on
from notoneless.faults import Fault, Refusal
from notoneless.i18n import N_, gettext
from notoneless.kernel.rulebook import UNITS
from notoneless.kernel.words import in_words

MOST_LINES = 200
"""Lines of the text that a page shows."""

NEW_POLICY = """  new_policy:
    text: {zh: 政策名称, en: Name of the policy}
    source: 文件名和文号
    status: unverified
    kind: cash_student
    period: year
    instalments: 2
    conditions: [studying, compulsory_pupil, boards, four_classes]
    amount: ":living_boarder_primary"
"""


def page_of(change: Change) -> str:
    """The address of a change."""
    return reverse("aid:change", args=(change.pk,))


CHANGES = (
    Column(
        "pk",
        N_("编号"),
        value=lambda one: str(one.pk),
        sort="pk",
        link=page_of,
    ),
    Column("what", N_("改了什么"), link=page_of),
    Column("source", N_("依据")),
    Column("state", N_("状态"), value=lambda one: one.get_state_display(), sort="state"),
    Column("in_force_from", N_("施行日"), sort="in_force_from", whole=True),
    Column("proposed_by", N_("提出"), value=lambda one: one.proposed_by or gettext("系统")),
    Column("proposed_at", N_("提出时间"), sort="proposed_at", whole=True),
    Column("settled_by", N_("审批"), value=lambda one: one.settled_by or ""),
    Column("ruling", N_("规则版本"), value=lambda one: one.ruling_id[:12]),
)


@needs("aid.see")
def changes(request: Request) -> HttpResponse:
    """Every change of the rulebook: who proposed, who approved, from when, which version."""
    rows = queries.changes()
    if (state := request.GET.get("state", "")) in Change.State.values:
        rows = rows.filter(state=state)
    table = Table(request, rows, CHANGES, title=gettext("政策改动"))
    may_change = may(request.user, "aid.rules", rulebook.place())
    return table.answer("aid/changes.html", {"may_change": may_change})


EFFECTS = (
    Column(
        "child",
        N_("姓名"),
        value=lambda one: one.child.name,
        sort="child__name",
        link=lambda one: reverse("people:child", args=(one.child_id,)),
    ),
    Column("school", N_("学校"), value=lambda one: one.school or "", sort="school__name"),
    Column("policy", N_("政策"), value=lambda one: policy_label(one.policy), sort="policy"),
    Column("before", N_("现行（元）"), value=lambda one: Fen(one.fen_before), number=True),
    Column("after", N_("改后（元）"), value=lambda one: Fen(one.fen_after), number=True),
    Column(
        "more",
        N_("增减（元）"),
        value=lambda one: Fen(one.fen_after - one.fen_before),
        number=True,
    ),
    Column("why", N_("改后为什么")),
)


@needs("aid.see")
def change(request: Request, key: int) -> HttpResponse:
    """A change: what differs, what it means to whom, who may do what with it."""
    return _page(request, get_object_or_404(queries.changes(), pk=key))


def _page(request: Request, one: Change, refusal: Refusal | None = None) -> HttpResponse:
    by, here = request.user, rulebook.place()
    rows = queries.effects(by, one).select_related("child", "school").order_by("child", "policy")
    table = Table(request, rows, EFFECTS, title=gettext("受影响的学生"), filters=EffectFilter)
    differing = differences.lines(one.before.text, one.ruling.text)
    makers, open_ = by.pk == one.proposed_by_id, one.state in ("trying", "proposed")
    return table.answer(
        "aid/change.html",
        {
            "change": one,
            "refusal": refusal,
            "term": term_name(term_on(one.tried_on)) if one.tried_on else "",
            "told": differences.in_all(
                rulebook.read(one.before.text), rulebook.read(one.ruling.text)
            ),
            "lines": differing[:MOST_LINES],
            "more_lines": max(0, len(differing) - MOST_LINES),
            "meaning": queries.meaning(one),
            "by_policy": [
                (policy_label(policy), part) for policy, part in queries.meaning_by(one, "policy")
            ],
            "by_county": queries.meaning_by(one, "county__name"),
            "makers": makers,
            "may_try": open_ and may(by, "aid.rules", here),
            "may_settle": open_ and not makers and may(by, "aid.rules_approve", here),
        },
    )


@needs("aid.see")
def ruling(request: Request, key: str) -> HttpResponse:
    """A version of the rulebook, line by line, with its day and the two people."""
    found = Ruling.objects.filter(hash=key).first()
    text = found.text if found else rulebook.text()
    if found is None and rulebook.read(text).hash != key:
        raise Http404
    return render(
        request,
        "aid/ruling.html",
        {
            "hash": key,
            "lines": text.split("\n"),
            "changes": queries.changes().filter(ruling=key, state="approved"),
        },
    )


# --- to propose ------------------------------------------------------------------------------------------


@needs("aid.rules")
def new_amount(request: Request, name: str) -> HttpResponse:
    """Another amount from a day on."""
    book = rulebook.book()
    spec = book.parameters.get(name)
    if spec is None or not may(request.user, "aid.rules", rulebook.place()):
        raise Http404
    unit = gettext(UNITS[spec.unit])
    form = NewAmount(request.POST or None, unit=unit)

    def act() -> HttpResponse:
        told = form.cleaned_data
        text = drafting.with_value(
            rulebook.text(),
            name,
            since=told["since"],
            value=told["value"],
            source=told["source"],
            status=told["status"],
        )
        what = gettext("{text}：{day}起{value}").format(
            text=spec.text, day=told["since"], value=differences.amount(spec, told["value"])
        )
        return _propose(request, text, what, told["source"])

    now = spec.on(timezone.localdate()) or spec.values[-1]
    return answer_form(
        request,
        form,
        act,
        title=gettext("改标准：{text}").format(text=spec.text),
        button=gettext("提出并试算"),
        lead=gettext("现行{value}，{day}起").format(
            value=differences.amount(spec, now.value), day=now.start
        ),
        back=reverse("aid:policies"),
    )


def _propose(request: Request, text: str, what: str, source: str) -> HttpResponse:
    new = actions.propose_change(by=request.user, text=text, what=what, source=source)
    jobs.try_change.enqueue(request.user.pk, new.pk)
    return redirect("aid:change", new.pk)


@needs("aid.rules")
def new_text(request: Request) -> HttpResponse:
    """The lines of one policy (``?policy=``), of a new one, or (``?whole=1``) all, written anew."""
    if not may(request.user, "aid.rules", rulebook.place()):
        raise Http404
    present, name = rulebook.text(), request.GET.get("policy", "")
    old = drafting.block(present, "policies", name) if name else None
    if name and old is None:
        raise Http404
    whole = not name and bool(request.GET.get("whole"))
    first, text, title = 0, NEW_POLICY, gettext("加一项政策")
    if old is not None:
        title = gettext("改政策：{text}").format(text=policy_label(name))
        first, text = old.first, old.text
    elif whole:
        first, text, title = 1, present, gettext("改规则全文")
    form = NewText(request.POST or None, initial={"text": text})
    faults: list[tuple[str, Fault]] = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            if whole:
                changed = drafting.tidy(told["text"])
            else:
                entry = drafting.name_of(told["text"])
                changed = drafting.with_policy(present, entry, told["text"], new=old is None)
                written = drafting.block(changed, "policies", entry)
                first = written.first if written else 0
            return _propose(request, changed, told["what"], told["source"])
        except Refusal as refused:
            faults = [(_where(fault, first, told["text"]), fault) for fault in refused.faults]
    book = rulebook.book()
    facts = rulebook.schema().subjects[book.subject].facts
    return render(
        request,
        "aid/change_text.html",
        {
            "form": form,
            "title": title,
            "faults": faults,
            "first": first,
            "facts": [(one.name, str(one.text)) for one in facts.values()],
            "amounts": [(f":{one.name}", str(one.text)) for one in book.parameters.values()],
            "terms": sorted(
                {
                    (part.name, in_words(part))
                    for one in book.policies
                    for line in one.conditions
                    for part in drafting.terms_in(line.condition)
                }
            ),
        },
    )


def _where(fault: Fault, first: int, written: str) -> str:
    """Where in the lines that were written a fault stands."""
    row = fault.place.row
    if not row:
        return ""
    if first and first <= row < first + written.count("\n") + 1:
        return gettext("第{row}行第{column}个字").format(
            row=row - first + 1, column=fault.place.column
        )
    return gettext("规则全文第{row}行").format(row=row)


# --- to settle -------------------------------------------------------------------------------------------


@require_POST
@needs("aid.rules")
def try_again(request: Request, key: int) -> HttpResponse:
    """Try it on today's lists."""
    one = get_object_or_404(queries.changes(), pk=key)
    if may(request.user, "aid.rules", rulebook.place()):
        jobs.try_change.enqueue(request.user.pk, one.pk)
    return redirect("aid:change", one.pk)


@require_POST
@needs("aid.rules_approve")
def approve(request: Request, key: int) -> HttpResponse:
    """Put it in force from today, and work out anew what is owed."""
    one = get_object_or_404(queries.changes(), pk=key)
    try:
        actions.approve_change(by=request.user, change=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    jobs.follow_rules.enqueue()
    return redirect("aid:change", one.pk)


@needs("aid.rules_approve")
def refuse(request: Request, key: int) -> HttpResponse:
    """Not adopt it, and say why."""
    one = get_object_or_404(queries.changes(), pk=key)
    form = Why(request.POST or None)

    def act() -> HttpResponse:
        actions.refuse_change(by=request.user, change=one, note=form.cleaned_data["reason"])
        return redirect("aid:change", one.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("不批准第{number}号改动").format(number=one.pk),
        button=gettext("不批准"),
        lead=one.what,
        back=page_of(one),
    )


@require_POST
@needs("aid.rules")
def withdraw(request: Request, key: int) -> HttpResponse:
    """Take back what one proposed oneself."""
    one = get_object_or_404(queries.changes(), pk=key)
    try:
        actions.withdraw_change(by=request.user, change=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:change", one.pk)
