"""The three ledgers of a county, township or school (domain facts 1.11): of age, suspected, dropped out.

Each is made of the records as of a day, as known at the end of another; nothing of it is kept or typed in. Who
may see an organisation's ledger sees all of it: rights hold downwards, and the organisation must be in reach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.people.standing import When
from notoneless.bureau.reports import ledger_cases, ledger_of_age
from notoneless.bureau.tables import Column
from notoneless.i18n import N_, gettext

PERMISSION = "dropout_ledger.see"
KINDS = ("county", "township", "school")
"""Whose ledgers there are; a city's is the sum of its counties'."""

Fill = Callable[[Sequence[Any], When, bool], None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger: its rows at a place and day, and what fills their cells lot by lot."""

    id: str
    text: str
    columns: tuple[tuple[str, str], ...]
    rows: Callable[[Organisation, When], QuerySet[Any]]
    fill: Fill
    unit: str
    empty: str

    @property
    def label(self) -> str:
        """What it is called."""
        return gettext(self.text)


IDENTITY = (
    ("number", N_("序号")), ("county", N_("县")), ("township", N_("乡镇")),
    ("village", N_("村（社区）")), ("name", N_("姓名")), ("sex", N_("性别")),
    ("id_number", N_("身份证号")), ("birth_date", N_("出生日期")), ("guardian", N_("监护人")),
    ("phone", N_("监护人电话")), ("school", N_("学校")), ("grade", N_("年级")), ("class", N_("班")),
    ("roll_number", N_("学籍号")),
)  # fmt: skip
"""Who it is, the same on the two ledgers of cases."""

LEDGERS = {
    one.id: one
    for one in (
        Ledger(
            "of-age",
            N_("适龄儿童台账"),
            (
                ("number", N_("序号")), ("county", N_("县")), ("township", N_("乡镇")),
                ("village", N_("村（社区）")), ("group", N_("组")), ("head", N_("户主")),
                ("name", N_("姓名")), ("sex", N_("性别")), ("nation", N_("民族")),
                ("id_number", N_("身份证号")), ("birth_date", N_("出生日期")),
                ("relation", N_("与户主关系")), ("guardian", N_("监护人")),
                ("phone", N_("监护人电话")), ("registered", N_("户籍地")), ("living", N_("现住地")),
                ("household", N_("户类型")), ("groups", N_("特殊群体标记")),
                ("status", N_("就学状态")), ("school", N_("学校")), ("school_code", N_("学校标识码")),
                ("stage", N_("学段")), ("grade", N_("年级")), ("class", N_("班")),
                ("roll_number", N_("学籍号")), ("where", N_("就读地")),
                ("administration", N_("包保责任人（行政线）")), ("education", N_("包保责任人（教育线）")),
                ("checked_on", N_("核查日期")), ("checked_by", N_("核查人")), ("note", N_("备注")),
            ),
            ledger_of_age.rows,
            ledger_of_age.fill,
            N_("人"),
            N_("这一天这里没有义务教育适龄儿童的记录；先接入户籍名单或学籍名册"),
        ),
        Ledger(
            "suspected",
            N_("疑似辍学学生台账"),
            (
                *IDENTITY, ("source", N_("发现来源")), ("found_on", N_("发现日期")),
                ("since", N_("缺勤起始日")), ("days", N_("已缺勤校日")),
                ("first_contact", N_("首次联系日期与方式")), ("visited_on", N_("家访日期")),
                ("whereabouts", N_("去向")), ("reason", N_("原因码")),
                ("judged", N_("判定（返校、合法、辍学）")), ("judged_on", N_("判定日期")),
                ("judged_by", N_("判定人")), ("reported_on", N_("上报日期")),
                ("platform_number", N_("国家平台编号")),
            ),
            ledger_cases.suspected,
            ledger_cases.fill,
            N_("人"),
            N_("到这一天，本学年没有疑似辍学：点名、核对、抽查和群众反映都没有立案"),
        ),
        Ledger(
            "dropout",
            N_("辍学学生台账"),
            (
                *IDENTITY, ("since", N_("离校日期")), ("seat_before", N_("离校前学校年级")),
                ("reason", N_("原因码")), ("whereabouts", N_("现去向（地址、单位）")),
                ("household", N_("户类型")), ("administration", N_("劝返责任人（行政线）")),
                ("education", N_("劝返责任人（教育线）")), ("contacts", N_("劝返次数")),
                ("last_contact", N_("最近一次劝返日期与结果")),
                ("papers", N_("文书（种类、文号、送达日、送达人、回证）")),
                ("returned_on", N_("复学日期")), ("placement", N_("安置方式")),
                ("after", N_("复学后稳控情况")), ("closed_on", N_("销号日期")),
                ("closed_by_evidence", N_("销号依据")), ("reviewed_by", N_("复核人")),
            ),
            ledger_cases.dropout,
            ledger_cases.fill,
            N_("人"),
            N_("到这一天，本学年没有核实为辍学的学生"),
        ),
    )
}  # fmt: skip
"""The three, by the word in their address."""


def places(by: User) -> QuerySet[Organisation]:
    """The organisations whose ledgers a person may see, the widest first."""
    found = Organisation.objects.filter(
        pk__in=reach(by, PERMISSION), kind__in=KINDS, valid_to__isnull=True
    )
    return found.order_by("kind", "name", "pk")


def columns(ledger: Ledger) -> tuple[Column, ...]:
    """The columns as a `Table` has them."""

    def value(name: str, row: Any) -> object:
        return row.ledger[name]

    return tuple(
        Column(
            name,
            text,
            value=partial(value, name),
            whole=name not in BROKEN,
            link=PAGE_OF.get(ledger.id) if name == "name" else None,
        )
        for name, text in ledger.columns
    )


PAGE_OF: dict[str, Callable[[Any], str]] = {
    "of-age": lambda child: reverse("people:child", args=(child.pk,)),
    "suspected": lambda case: reverse("cases:case", args=(case.pk,)),
    "dropout": lambda case: reverse("cases:case", args=(case.pk,)),
}
"""Where a name leads."""


BROKEN = frozenset(
    {"registered", "living", "household", "groups", "whereabouts", "last_contact", "papers",
     "closed_by_evidence", "note"}
)  # fmt: skip
"""Cells of more than a few words: only these are broken over lines."""


def heading(ledger: Ledger, place: Organisation, when: When, by: User) -> tuple[str, ...]:
    """The lines above the list, as offices print them."""
    known = (
        gettext("（按{day}所知）").format(day=when.known_on) if when.known_on is not None else ""
    )
    return (
        f"{place.name}{ledger.label}",
        gettext("填报单位：{place}　　截至：{day}{known}　　单位：{unit}").format(
            place=place.name, day=when.on, known=known, unit=gettext(ledger.unit)
        ),
        gettext("填报人：{who}　　单位负责人（签字）：　　　　　　联系电话：").format(who=by),
    )


def sees_need(by: User, place: Organisation) -> bool:
    """May this person know who is poor or disabled here?"""
    return may(by, "child.need", place)
