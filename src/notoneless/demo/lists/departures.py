"""Who is not in an ordinary classroom here, and why: four lists of the education office and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import slips
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, one_each, subtotalled
from notoneless.demo.sheets import Cell, Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County

PLACEMENTS = {
    "special_school": "特殊教育学校",
    "special_class": "附设特教班",
    "regular_class": "随班就读",
    "home": "送教上门",
}
ELSEWHERE = {
    "elsewhere_city": ("市内县外", "安宁州怀远县"),
    "elsewhere_province": ("省内市外", "四川省长风市"),
    "elsewhere_other": ("省外", "云东省"),
    "elsewhere_vocational": ("中职（技工）", "安宁州"),
}
"""Where they study; the places are invented."""
GONE = {"moved": "户口迁出", "abroad": "出境", "deceased": "死亡", "finished": "已完成义务教育"}
DISABILITIES = ("", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")


def files(county: County) -> Iterator[File]:
    """Special education, studying elsewhere, lawful excuses, gone; migrant workers' children."""
    yield _special(county)
    yield _elsewhere(county)
    yield _excused(county)
    yield _gone(county)
    yield _migrants(county)


def _rows(county: County, purpose: str, situations: tuple[str, ...], dot: str) -> slips.Rows:
    """The children in these situations as the office typed them; every one of them is on the list."""
    listed = np.flatnonzero(np.isin(county.children.situation, situations))
    clean = slips.copy_of(county.families, listed)
    return slips.slipped(
        county.draws(purpose), clean, county.settings["slips"]["office"], county.families, dot
    )


def _known_by(county: County, rows: slips.Rows, day_form: str) -> list[Column]:
    """The columns that say who a child is, as most offices have them."""
    people, homes, places = county.families.people, county.families.households, county.places
    home = people.household[rows.person]
    return [
        Column("序号", words.serial(len(rows)), width=6),
        Column("乡镇（街道）", words.chosen(places.townships, homes.township[home])),
        Column(
            "村（社区）",
            [places.villages[v] if v >= 0 else None for v in rows.village.tolist()],
        ),
        Column("姓名", words.texts(rows.name)),
        Column("性别", words.sexes(rows.male), width=6),
        Column("出生日期", words.dates(rows.birth, day_form)),
        Column("身份证号", words.texts(rows.number), width=21),
        Column("监护人姓名", words.texts(people.name[homes.guardian[home]])),
        Column("联系电话", words.texts(homes.phone[home]), width=13),
    ]


def _special(county: County) -> File:
    rows = _rows(county, "special", tuple(PLACEMENTS), "・")
    children, person = county.children, rows.person
    kind, degree = county.hardship.disability[person], county.hardship.degree[person]
    schools = county.places.schools
    columns = [
        *_known_by(county, rows, "2015.9.1"),
        Column("残疾类别", words.chosen(DISABILITIES, kind), width=9),
        Column(
            "残疾等级", [f"{'一二三四'[d - 1]}级" if d else None for d in degree.tolist()], width=9
        ),
        Column("就读学校", [schools[i].name for i in children.school[person].tolist()], width=26),
        Column("年级", words.chosen(words.GRADES, children.grade[person]), width=9),
        Column("安置方式", [PLACEMENTS[what] for what in children.situation[person]]),
    ]
    table = Table(
        "名册", columns, [f"{county.settings['county']}特殊教育学生及送教上门名册（2026年秋季学期）"],
        ["注：送教上门学生由特殊教育学校建立学籍，每月送教不少于两次。"],
    )  # fmt: skip
    return File(
        "附件4-特殊教育及送教上门学生名册(2026年9月).xlsx", [one_each(table, person, rows.slips)]
    )


def _elsewhere(county: County) -> File:
    rows = _rows(county, "elsewhere", tuple(ELSEWHERE), "•")
    situation = county.children.situation[rows.person]
    where = [ELSEWHERE[what] for what in situation]
    grade = county.children.grade[rows.person].tolist()
    school = [
        f"{place}{'职业技术学校' if what == 'elsewhere_vocational' else '小学' if g < 7 else '中学'}"
        for (_, place), what, g in zip(where, situation, grade, strict=True)
    ]
    known = _known_by(county, rows, "2015年9月1日")
    # A phone that a spreadsheet program took for a number: 12345678901.0.
    known[-1] = Column("联系电话", [float(str(cell)) for cell in known[-1].cells], width=16)
    columns = [
        *known,
        Column("就读地", [kind for kind, _ in where]),
        Column("就读学校", school, width=26),
        Column("就读年级", [words.GRADES[g] for g in grade], width=9),
        Column("佐证材料", words.same("学籍证明", len(rows))),
    ]
    table = Table(
        "县外就读", columns, [f"{county.settings['county']}户籍适龄儿童县外就读名单", "核查时间：2026年9月12日"],
        ["填表人：            审核人：            "],
    )  # fmt: skip
    return File(
        "附件5-县外就读适龄儿童名单(2026年9月).xls", [one_each(table, rows.person, rows.slips)]
    )


def _excused(county: County) -> File:
    """Deferred entry and suspension with the day they end; one that ended last month excuses nobody."""
    rows = _rows(county, "excused", ("deferred", "suspended", "suspension_expired"), "·")
    situation = county.children.situation[rows.person].tolist()
    year = int(county.settings["school_year"])
    from_day: list[Cell] = []
    until: list[Cell] = []
    for what in situation:
        expired = what == "suspension_expired"
        from_day.append(f"{year - 1}-09-01" if expired else f"{year}-09-01")
        until.append(f"{year}-08-31" if expired else f"{year + 1}-08-31")
    columns = [
        *_known_by(county, rows, "2015-09-01"),
        Column("类别", ["延缓入学" if what == "deferred" else "休学" for what in situation]),
        Column("原因", words.same("疾病", len(rows))),
        Column("起始日期", from_day),
        Column("截止日期", until),
        Column("批准文号", [f"棠教体批〔{str(day)[:4]}〕{n}号" for n, day in enumerate(from_day, start=11)], width=20),
    ]  # fmt: skip
    table = Table("审批名册", columns, [f"{county.settings['county']}延缓入学、休学审批名册"])
    return File(
        "附件6-延缓入学及休学审批名册(2026年秋).xlsx", [one_each(table, rows.person, rows.slips)]
    )


def _gone(county: County) -> File:
    rows = _rows(county, "gone", tuple(GONE), "‧")
    situation = county.children.situation[rows.person]
    columns = [
        *_known_by(county, rows, "20150901"),
        Column("去向", [GONE[what] for what in situation]),
        Column("办理日期", [f"2026年{n % 8 + 1}月" for n in rows.person.tolist()]),
    ]
    table = Table(
        "名单", columns, [f"{county.settings['county']}适龄儿童迁出、出境、死亡及已毕业名单"]
    )
    return File(
        "附件7-迁出出境死亡及已毕业名单(2026年9月).xlsx", [one_each(table, rows.person, rows.slips)]
    )


def _migrants(county: County) -> File:
    """Pupils of our schools whose register is elsewhere."""
    children = county.children
    listed = np.flatnonzero(~children.registered & children.enrolled)
    rows = slips.slipped(
        county.draws("migrants"), slips.copy_of(county.families, listed),
        county.settings["slips"]["office"], county.families, "．",
    )  # fmt: skip
    schools = county.places.schools
    columns = [
        *_known_by(county, rows, "2015/9/1"),
        Column("户籍所在地", words.same("云东省", len(rows))),
        Column("就读学校", [schools[i].name for i in children.school[listed].tolist()], width=26),
        Column("年级", words.chosen(words.GRADES, children.grade[listed]), width=9),
        Column("居住证", words.same("有", len(rows)), width=8),
    ]
    table = Table(
        "随迁子女",
        columns,
        [f"{county.settings['county']}进城务工人员随迁子女名册（2026年秋季学期）"],
    )
    sheet = subtotalled(one_each(table, rows.person, rows.slips), "就读学校")
    return File("附件8-进城务工人员随迁子女名册(2026年秋).xlsx", [sheet])
