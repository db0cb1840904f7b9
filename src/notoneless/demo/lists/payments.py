"""What was sent to the bank (发放名册), with the bank's answer beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import slips
from notoneless.demo.aid import POLICIES, rules
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, one_each
from notoneless.demo.sheets import Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County
    from notoneless.demo.names import Numbers

LISTS = {
    # the list's title                       the policies on it
    "义务教育家庭经济困难学生生活补助": ("living_boarder", "living_day"),
    "普通高中国家助学金": ("senior_grant",),
    "中等职业学校国家助学金": ("vocational_grant",),
    "雨露计划补助": ("yulu",),
}
AUTUMN, SPRING = "2026年秋季学期", "2026年春季学期"


def files(county: County) -> Iterator[File]:
    """This autumn's payments, the later ones in files of their own, and the living subsidy of spring."""
    payments, aid = county.aid.payments, county.aid
    award = np.array([line.award for line in payments], dtype=np.int64)
    batch = np.array([line.batch for line in payments], dtype=np.int64)
    for title, policies in LISTS.items():
        of_list = np.isin(aid.policy[award], [POLICIES.index(policy) for policy in policies])
        for later, extra in enumerate(("", "补发")):
            lines = np.flatnonzero(of_list & (batch == later))
            if len(lines):
                fen = [payments[line].fen for line in lines]
                failed = [payments[line].failed for line in lines]
                yield _file(county, AUTUMN, title + extra, _Lines(award[lines], fen, failed))
    spring = spring_awards(county)
    earlier = _Lines(spring, aid.owed[spring].tolist(), [""] * len(spring))
    yield _file(county, SPRING, next(iter(LISTS)), earlier)


def spring_awards(county: County) -> Numbers:
    """The awards that were paid in the same way last spring: living subsidies of those then at school."""
    aid = county.aid
    grade = county.children.grade[aid.child]
    # Those of grades 1 and 7 were not in this stage then, or not at school.
    same_stage = (grade != 1) & (grade != 7)
    return np.flatnonzero((aid.policy <= 1) & (aid.owed > 0) & same_stage)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of one list: for which award, how much, and why it failed or ''."""

    award: Numbers
    fen: list[int]
    failed: list[str]


def _file(county: County, term: str, title: str, lines: _Lines) -> File:
    person, policy = county.aid.child[lines.award], county.aid.policy[lines.award]
    fen, failed = lines.fen, lines.failed
    rows = slips.slipped(
        county.draws(f"payments {term} {title}"), slips.copy_of(county.families, person),
        county.settings["slips"]["payments"], county.families, "．",
    )  # fmt: skip
    count, names, schools = len(rows), rules()["names"], county.places.schools
    autumn = term == AUTUMN
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("姓名", words.texts(rows.name)),
        Column("身份证号", words.texts(rows.number), width=21),
        Column(
            "学校",
            [schools[i].name if i >= 0 else None for i in county.children.school[person].tolist()],
            width=26,
        ),
        Column("资助项目", [names[POLICIES[p]] for p in policy.tolist()], width=34),
        # No bank's cards begin with 99, so no card here can be anybody's.
        Column(
            "卡号", [f"99{county.settings['area_code']}{p:011d}" for p in person.tolist()], width=22
        ),
        Column("开户行", words.same(f"{county.settings['county']}农村商业银行", count), width=20),
        Column("金额（元）", [amount / 100 for amount in fen], width=10),
        Column("发放日期", words.same("2026-09-18" if autumn else "2026-05-20", count)),
        Column("发放结果", ["失败" if why else "成功" for why in failed], width=9),
        Column("备注", [why or None for why in failed]),
    ]
    total = f"合计：{count}人次，{sum(fen) / 100:.2f}元"
    table = Table(
        "发放名册", columns, [f"{county.settings['county']}{term}{title}发放名册"],
        [total, "制表：        复核：        负责人："],
    )  # fmt: skip
    ending = ".xlsx" if autumn else ".xls"
    return File(f"{term}{title}发放名册{ending}", [one_each(table, rows.person, rows.slips)])
