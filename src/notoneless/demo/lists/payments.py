"""What was sent to the bank (发放名册), with the bank's answer beside it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from notoneless.demo import slips
from notoneless.demo.aid import POLICIES, rules
from notoneless.demo.county import County
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, one_each
from notoneless.demo.sheets import Column, Table

TITLES = {
    "living": "义务教育家庭经济困难学生生活补助",
    "senior_grant": "普通高中国家助学金",
    "vocational_grant": "中等职业学校国家助学金",
}


def files(county: County) -> Iterator[File]:
    """This autumn's payments, the later ones in a file of their own, and last spring's."""
    payments = county.aid.payments
    award = np.array([line[0] for line in payments], dtype=np.int64)
    batch = np.array([line[2] for line in payments], dtype=np.int64)
    policy = county.aid.policy[award]
    groups = {"living": policy <= 1, "senior_grant": policy == 2, "vocational_grant": policy == 3}
    for group, chosen in groups.items():
        for later in (0, 1):
            lines = np.flatnonzero(chosen & (batch == later))
            if len(lines):
                yield _file(
                    county, group, lines, "补发" if later else "", "2026年秋季学期", "2026-09-18"
                )


def _file(county: County, group: str, lines: np.ndarray, extra: str, term: str, day: str) -> File:
    payments, aid, children = county.aid.payments, county.aid, county.children
    award = np.array([payments[line][0] for line in lines], dtype=np.int64)
    person = aid.child[award]
    rng = county.draws(f"payments {group} {extra} {term}")
    rows = slips.slipped(
        rng, slips.copy_of(county.families, person), county.settings["slips"]["payments"],
        county.families, "．",
    )  # fmt: skip
    count = len(rows)
    fen = [payments[line][1] for line in lines]
    failed = [payments[line][3] for line in lines]
    names = rules()["names"]
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("姓名", words.texts(rows.name)),
        Column("身份证号", words.texts(rows.number), width=21),
        Column("学校", [county.places.schools[i].name for i in children.school[person].tolist()], width=26),
        Column("资助项目", [names[POLICIES[p]] for p in aid.policy[award].tolist()], width=34),
        # No bank's cards begin with 99, so no card here can be anybody's.
        Column("卡号", [f"99{county.settings['area_code']}{p:011d}" for p in person.tolist()], width=22),
        Column("开户行", words.same(f"{county.settings['county']}农村商业银行", count), width=20),
        Column("金额（元）", [amount / 100 for amount in fen], width=10),
        Column("发放日期", words.same(day, count)),
        Column("发放结果", ["失败" if why else "成功" for why in failed], width=9),
        Column("备注", [why or None for why in failed]),
    ]  # fmt: skip
    title = f"{county.settings['county']}{term}{TITLES[group]}{extra}发放名册"
    table = Table(
        "发放名册",
        columns,
        [title],
        [f"合计：{count}人次，{sum(fen) / 100:.2f}元", "制表：        复核：        负责人："],
    )
    return File(
        f"{term}{TITLES[group]}{extra}发放名册.xlsx", [one_each(table, rows.person, rows.slips)]
    )
