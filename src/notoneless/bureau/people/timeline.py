"""Everything known of a child, as lines in words, each with who says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.db import connection

from notoneless import kernel, rosters
from notoneless.bureau.people.models import (
    FACTS,
    LABELS,
    Child,
    Circumstance,
    Enrolment,
    Fact,
    Guardian,
    Identity,
    Residence,
    RollCall,
    Source,
)
from notoneless.bureau.people.standing import When, persons
from notoneless.i18n import N_, gettext
from notoneless.kernel.facts import FactSchema

NEED = frozenset(
    {
        "poverty_relieved",
        "poverty_relieved_ended",
        "monitored",
        "monitored_cleared",
        "disabled",
        "rural_minimum",
        "urban_minimum",
        "destitute",
        "orphans",
        "unsupported",
        "low_income",
        "recognition",
    }
)
"""Circumstances that only who works on them sees (the policy's ``child.need``)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing known: ``what`` kind, said in ``text``; ``ended`` when it is true no longer."""

    fact: Fact
    what: str
    text: str
    source: str
    ended: bool
    retracted: bool

    @property
    def since(self) -> dt.date:
        """From when it was true."""
        return self.fact.valid_from


def lines(child: Child, when: When, *, need: bool, retracted: bool = False) -> list[Line]:
    """What was believed of a child, newest first; ``need``: with the circumstances of need.

    ``retracted``: also what is believed no longer.
    """
    keys = _keys(child, when)
    found = []
    for table in FACTS:
        facts = table._default_manager.filter(child__in=keys).select_related("source__by")
        if when.known_on or not retracted:
            facts = facts.filter(when.was_believed)
        for fact in facts:
            if isinstance(fact, Circumstance) and fact.kind in NEED and not need:
                continue
            over = fact.valid_to is not None and fact.valid_to < when.on
            found.append(
                Line(
                    fact,
                    what(fact),
                    gettext("，").join(filter(None, said(fact))),
                    told_by(fact),
                    over,
                    fact.retracted_at is not None,
                )
            )
    return sorted(found, key=lambda line: (line.since, line.fact.pk), reverse=True)


def _keys(child: Child, when: When) -> list[int]:
    """The keys that were this child's."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT child FROM ({persons(when)}) p WHERE person = %s",
            [child.person_id or child.pk],
        )
        return [key for (key,) in cursor.fetchall()] or [child.pk]


def what(fact: Fact) -> str:
    """What a fact is about: a circumstance is called by its list."""
    if isinstance(fact, Circumstance) and fact.kind in rosters.kinds():
        return str(rosters.kinds()[fact.kind].label)
    return str(LABELS[fact._meta.model_name or ""])


def told_by(fact: Fact) -> str:
    """``户籍适龄儿童名单 2026-09-01，第46行``, or who said it and why."""
    source = fact.source
    if source.line == Source.PERSON:
        who = str(source.by) if source.by else gettext("系统")
        return gettext("{who} {day}：{reason}").format(
            who=who, day=source.list_date, reason=source.reason
        )
    if fact.row:
        return gettext("{list}，第{row}行").format(list=source, row=f"{fact.row:,}")
    return str(source)


def said(fact: Fact) -> Iterator[str]:
    """The content in words, without numbers."""
    if isinstance(fact, Identity):
        yield fact.name
        if fact.former_name:
            yield gettext("曾用名{name}").format(name=fact.former_name)
        yield word("sex", fact.sex)
        if fact.birth_date:
            yield gettext("{day}出生").format(day=fact.birth_date)
        yield str(fact.id_number or "")
    elif isinstance(fact, Residence):
        yield fact.place_text
        if fact.head:
            yield gettext("户主：{name}").format(name=fact.head)
        if fact.relation:
            yield gettext("与户主关系：{relation}").format(relation=relation_text(fact.relation))
        if fact.address:
            yield gettext("有详细住址")
    elif isinstance(fact, Guardian):
        yield fact.name
        yield str(fact.phone or "")
    elif isinstance(fact, Enrolment):
        yield seat_text(fact.school_name, fact.grade, fact.class_name)
        yield word("roll_state", fact.roll_state)
        if fact.boards is not None:
            yield gettext("住校") if fact.boards else gettext("走读")
        yield word("placement", fact.placement)
        yield gettext("随迁子女") if fact.migrant else ""
        yield gettext("留守儿童") if fact.left_behind else ""
    elif isinstance(fact, Circumstance):
        yield word(VALUE_FIELD.get(fact.kind, ""), fact.value)
        if fact.level:
            yield gettext("{level}级").format(level=fact.level)
        if fact.until:
            yield gettext("到{day}").format(day=fact.until)
        yield fact.document
    elif isinstance(fact, RollCall):
        yield word("half", fact.half)
        yield word("attendance", fact.attendance)


VALUE_FIELD = {
    "special": "placement",
    "elsewhere": "elsewhere",
    "excused": "excuse",
    "gone": "gone",
    "recognition": "recognised",
}
"""The code list that the value of a circumstance belongs to."""


def word(fact: str, code: str) -> str:
    """A code in words, as `rulebooks/facts.yaml` calls it; "" of nothing."""
    known = _schema().subjects["child"].facts.get(fact)
    return str(known.values.get(code, code)) if known and code else code


@cache
def _schema() -> FactSchema:
    return kernel.load_facts(kernel.shipped("facts"))


GRADES = (
    *(N_("一年级"), N_("二年级"), N_("三年级"), N_("四年级"), N_("五年级"), N_("六年级")),
    *(N_("七年级"), N_("八年级"), N_("九年级"), N_("高一"), N_("高二"), N_("高三")),
)
"""What the grades are called, from the first."""

RELATIONS = frozenset(
    {
        *(N_("户主"), N_("配偶"), N_("子女"), N_("儿子"), N_("女儿")),
        *(
            N_("长子"),
            N_("次子"),
            N_("三子"),
            N_("长女"),
            N_("次女"),
            N_("三女"),
            N_("养子"),
            N_("养女"),
        ),
        *(
            N_("孙子"),
            N_("孙女"),
            N_("外孙"),
            N_("外孙女"),
            N_("儿媳"),
            N_("女婿"),
            N_("父亲"),
            N_("母亲"),
        ),
        *(N_("兄弟"), N_("姐妹"), N_("侄子"), N_("侄女"), N_("其他亲属"), N_("非亲属")),
    }
)
"""How lists say who somebody is to the head of the household; other words are shown as they were written."""


def relation_text(written: str) -> str:
    """A relation to the head of the household in the reader's language, where the word is a usual one."""
    return gettext(written) if written in RELATIONS else written


def grade_text(grade: int | None) -> str:
    """``八年级``; in senior schools ``高一``; nothing when unknown."""
    return gettext(GRADES[grade - 1]) if grade and grade <= len(GRADES) else ""


def seat_text(school: str, grade: int | None, class_name: str) -> str:
    """Where a child learns: ``石桥镇中心小学五年级2班``, without what is not known."""
    told = gettext("{school}{grade}{seat}").format(
        school=school, grade=grade_text(grade), seat=class_name
    )
    return " ".join(told.split())
