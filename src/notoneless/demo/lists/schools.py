"""The school rolls: the national sheet, the provincial export (new and old), the vocational roll."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import names, slips
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, grouped, one_each
from notoneless.demo.sheets import Cell, Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County
    from notoneless.demo.names import Flags, Numbers

FORMS = ("word", "code", "both")


def roll(county: County) -> slips.Rows:
    """What the school system holds of each pupil and former pupil; school lists are printed from it."""
    children = county.children
    enrolled = np.flatnonzero(children.school >= 0)
    order = np.lexsort(
        (children.class_number[enrolled], children.grade[enrolled], children.school[enrolled])
    )
    clean = slips.copy_of(county.families, enrolled[order])
    _number_lost_beside_the_missing(county, clean)
    return slips.slipped(
        county.draws("roll"), clean, county.settings["slips"]["roll"], county.families, "•"
    )


def _number_lost_beside_the_missing(county: County, rows: slips.Rows) -> None:
    """Of some namesakes one was never enrolled, and the other's number is missing on the roll.

    Name and birth date then fit both: taking the row for the missing child's would hide that child.
    """
    situation = county.children.situation
    pairs = [pair for pair in county.families.namesakes if situation[pair[0]] == "never_enrolled"]
    others = [other for _, other in pairs[::2]]
    for place in np.flatnonzero(np.isin(rows.person, others)):
        rows.number[place] = ""
        rows.slips[place] = "number_missing"


def roll_numbers(county: County, rows: slips.Rows) -> list[Cell]:
    """G and the number; L, the area and eight digits of birth and four more where there is none."""
    area = county.settings["area_code"]
    written: list[Cell] = []
    days = words.dates(rows.birth, "20150901")
    for person, day, number in zip(rows.person.tolist(), days, rows.number.tolist(), strict=True):
        plain = county.families.people.number[person]
        if number:
            written.append(
                f"G{plain}" if "number" not in rows.slips[len(written)] else f"G{_clean(number)}"
            )
        else:
            written.append(f"L{area}{day}{person % 10000:04d}")
    return written


def _clean(number: str) -> str:
    wide = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
    return "".join(number.translate(wide).split()).lstrip("'").upper()


def files(county: County) -> Iterator[File]:
    """Each kind of school hands in the roll in its own shape."""
    every = roll(county)
    school = county.children.school[every.person]
    schools = county.places.schools
    limit = int(county.settings["size"]["rows_per_file"])
    on_national = county.settings["rolls"]["national"]
    national = [i for i, s in enumerate(schools) if s.kind in on_national]
    senior = [i for i, s in enumerate(schools) if s.kind == "senior"]
    provincial = [
        i for i, s in enumerate(schools)
        if s.kind in ("primary", "village", "nine_year", "junior") and i not in national
    ]  # fmt: skip
    vocational = [i for i, s in enumerate(schools) if s.kind == "vocational"]
    sizes = np.bincount(school, minlength=len(schools))

    def groups(kind: list[int]) -> Iterator[tuple[str, slips.Rows]]:
        for group in grouped([int(sizes[i]) for i in kind], limit):
            members = [kind[place] for place in group]
            name = schools[members[0]].name + (f"等{len(members)}校" if len(members) > 1 else "")
            yield name, every.take(np.flatnonzero(np.isin(school, members)))

    for number, (name, rows) in enumerate([*groups(national), *groups(senior)]):
        table = _national(county, rows, FORMS[number % 3])
        yield File(f"附件2-学生基础信息表-{name}.xlsx", [one_each(table, rows.person, rows.slips)])
    for name, rows in groups(provincial[:1]):
        table = _provincial_older(county, rows)
        yield File(f"20260904在校生信息-{name}.xls", [one_each(table, rows.person, rows.slips)])
    for name, rows in groups(provincial[1:]):
        table = _provincial(county, rows)
        yield File(f"20260904在校生信息-{name}.xlsx", [one_each(table, rows.person, rows.slips)])
    for name, rows in groups(vocational):
        table = _vocational(county, rows)
        yield File(
            f"中职学生学籍名册-{name}(2026秋).xlsx", [one_each(table, rows.person, rows.slips)]
        )


def _stage(grade: Numbers) -> list[Cell]:
    return ["小学" if g < 7 else "初中" if g < 10 else "普通高中" for g in grade.tolist()]


def _entry_month(county: County, grade: Numbers) -> list[Cell]:
    first = np.select([grade > 9, grade > 6], [grade - 10, grade - 7], grade - 1)
    return [f"{year}09" for year in (int(county.settings["school_year"]) - first).tolist()]


def _states(county: County, rows: slips.Rows) -> list[Cell]:
    suspended = np.isin(county.children.situation[rows.person], ["suspended", "suspension_expired"])
    former = county.children.former[rows.person]
    states: list[Cell] = np.select([suspended, former], ["休学", "转学(转出)"], "在读").tolist()
    return states


def _school_columns(county: County, rows: slips.Rows) -> tuple[list[Cell], list[Cell]]:
    index = county.children.school[rows.person].tolist()
    schools = county.places.schools
    return [schools[i].name for i in index], [schools[i].code for i in index]


def _classes(county: County, rows: slips.Rows, form: str) -> list[Cell]:
    children, year = county.children, int(county.settings["school_year"])
    return words.classes(
        children.grade[rows.person], children.class_number[rows.person], year, form
    )


def _boarding(county: County, rows: slips.Rows, form: str) -> list[Cell]:
    boards, day = words.coded("2", "住校", form), words.coded("1", "走读", form)
    return [boards if one else day for one in county.children.boards[rows.person].tolist()]


def _address(county: County, rows: slips.Rows) -> list[Cell]:
    homes, places = county.families.households, county.places
    home = county.families.people.household[rows.person]
    return [
        f"{county.settings['county']}{places.townships[t]}{places.villages[v] if v >= 0 else ''}"
        for t, v in zip(homes.township[home].tolist(), rows.village.tolist(), strict=True)
    ]


def _provincial(county: County, rows: slips.Rows) -> Table:
    children = county.children
    grade = children.grade[rows.person]
    count = len(rows)
    school, code = _school_columns(county, rows)
    home = county.families.people.household[rows.person]
    columns = [
        Column("学生姓名", words.texts(rows.name)),
        Column("身份证件号", words.texts(rows.number), width=21),
        Column("性别", words.sexes(rows.male), width=6),
        Column("出生日期", words.dates(rows.birth, "20150901")),
        Column("学校名称", school, width=26),
        Column("学校标识码", code),
        Column("学段", _stage(grade), width=8),
        Column("就读方式", _boarding(county, rows, "word"), width=8),
        Column("年级", words.chosen(words.GRADES, grade), width=8),
        Column("班级", _classes(county, rows, "2501班"), width=8),
        Column("全国学籍号", roll_numbers(county, rows), width=22),
        Column("学籍状态", _states(county, rows), width=8),
        Column("入学年月", _entry_month(county, grade), width=8),
        Column("现住址", _address(county, rows), width=28),
        Column("联系电话", words.texts(county.families.households.phone[home]), width=13),
        Column("备注", words.same(None, count)),
    ]  # fmt: skip
    return Table("在校生信息", columns)


def _provincial_older(county: County, rows: slips.Rows) -> Table:
    children = county.children
    grade = children.grade[rows.person]
    count = len(rows)
    school, code = _school_columns(county, rows)
    columns = [
        Column("序号", [float(n) for n in range(1, count + 1)], width=6),
        Column("全国学籍号", roll_numbers(county, rows), width=22),
        Column("身份证件号", words.texts(rows.number), width=21),
        Column("姓名", words.texts(rows.name)),
        Column("性别", words.sexes(rows.male), width=6),
        Column("学校名称", school, width=26),
        Column("学校标识码", code),
        Column("出生日期", words.dates(rows.birth, "tab")),
        Column("就读方式", _boarding(county, rows, "word"), width=8),
        Column("学籍状态", _states(county, rows), width=8),
        Column("年级", words.chosen(words.GRADES, grade), width=8),
        Column("班级", _classes(county, rows, "number"), width=8),
        Column("现住址", _address(county, rows), width=28),
        # The same twice, under other names: so such exports come.
        Column("学生姓名", words.texts(rows.name)),
        Column("身份证号", words.texts(rows.number), width=21),
    ]  # fmt: skip
    return Table("在校生信息", columns)


def _vocational(county: County, rows: slips.Rows) -> Table:
    children = county.children
    grade = children.grade[rows.person]
    homes = county.families.households
    home = county.families.people.household[rows.person]
    school, code = _school_columns(county, rows)
    majors = (
        "作物生产技术",
        "机电技术应用",
        "电子商务",
        "护理",
        "汽车运用与维修",
        "旅游服务与管理",
    )
    count = len(rows)
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("学校名称", school, width=26),
        Column("学校标识码", code),
        Column("姓名", words.texts(rows.name)),
        Column("性别", words.sexes(rows.male), width=6),
        Column("身份证件号码", words.texts(rows.number), width=21),
        Column("出生年月日", words.dates(rows.birth, "2015/9/1")),
        Column("户籍乡镇", words.chosen(county.places.townships, homes.township[home])),
        Column("专业名称", words.chosen(majors, rows.person % len(majors)), width=14),
        Column("年级", [f"{int(county.settings['school_year']) - (g - 10)}级" for g in grade.tolist()], width=8),
        Column("班级", _classes(county, rows, "2501班"), width=8),
        Column("学习形式", words.same("全日制", count), width=8),
        Column("就读方式", _boarding(county, rows, "word"), width=8),
        Column("学生状态", words.same("在读", count), width=8),
    ]  # fmt: skip
    title = f"{county.settings['county']}中等职业学校学生学籍名册（2026年秋季学期）"
    return Table("学籍名册", columns, [title])


def _national(county: County, rows: slips.Rows, form: str) -> Table:
    """学生基础信息表, all columns in order; ``form`` writes codes, words or both (``1-男``)."""
    children, families = county.children, county.families
    people, homes = families.people, families.households
    person, count = rows.person, len(rows)
    grade, home = children.grade[person], people.household[person]
    school, code = _school_columns(county, rows)
    address = _address(county, rows)
    nation = [words.coded(c, n, form) for n, c in names.NATIONS]
    disability = county.hardship.disability[person]
    kinds = (
        "无残疾",
        "视力残疾",
        "听力残疾",
        "言语残疾",
        "肢体残疾",
        "智力残疾",
        "精神残疾",
        "多重残疾",
    )
    situation = children.situation[person]
    resource = situation == "regular_class"
    left = homes.left_behind[home]
    migrant = ~children.registered[person]
    orphan = county.hardship.households["orphan"][home]

    def either(flags: Flags, then: tuple[str, str], otherwise: tuple[str, str]) -> list[Cell]:
        first, second = words.coded(*then, form), words.coded(*otherwise, form)
        return [first if one else second for one in flags.tolist()]

    def yes(flags: Flags) -> list[Cell]:
        return either(flags, ("1", "是"), ("0", "否"))

    def always(code_: str, word: str) -> list[Cell]:
        return words.same(words.coded(code_, word, form), count)

    none = words.same(None, count)
    columns = [
        Column("学籍号", roll_numbers(county, rows), width=22),
        Column("学校名称", school, width=26),
        Column("学校标识码", code),
        Column("姓名", words.texts(rows.name)),
        Column("性别", words.sexes(rows.male, form), width=6),
        Column("出生日期", words.dates(rows.birth, "20150901")),
        Column("出生地", words.same(f"{county.settings['area_code']}000000", count)),
        Column("籍贯", words.same(county.settings["area_code"], count)),
        Column("民族", words.chosen(nation, homes.nation[home]), width=8),
        Column("国籍/地区", always("CHN", "中国"), width=8),
        Column("身份证件类型", always("1", "居民身份证")),
        Column("身份证件号", words.texts(rows.number), width=21),
        Column("港澳台侨外", always("00", "否"), width=8),
        Column("政治面貌", none, width=8),
        Column("健康状况", either(disability > 0, ("50", "残疾"), ("10", "健康或良好"))),
        Column("照片", none, width=6),
        Column("姓名拼音", none, width=8),
        Column("曾用名", none, width=8),
        Column("身份证件有效期", none),
        Column("户口所在地", address, width=28),
        Column("户口性质", either(county.places.urban[homes.township[home]], ("2", "非农业户口"), ("1", "农业户口"))),
        Column("特长", none, width=6),
        Column("学籍辅号", none),
        Column("班内学号", none, width=6),
        Column("年级", words.chosen(words.GRADES, grade), width=8),
        Column("班级", _classes(county, rows, "七年级2501班"), width=14),
        Column("入学年月", _entry_month(county, grade), width=8),
        Column("入学方式", either(grade > 9, ("21", "统一招生考试/普通入学"), ("11", "就近入学"))),
        Column("就读方式", _boarding(county, rows, form)),
        Column("学生来源", always("1", "正常入学")),
        Column("学籍变动日期", none),
        Column("学籍变动情况", [None if s == "在读" else s for s in _states(county, rows)]),
        Column("现住址", address, width=28),
        Column("通信地址", none),
        Column("家庭地址", address, width=28),
        Column("联系电话", words.texts(homes.phone[home]), width=13),
        Column("邮政编码", none, width=8),
        Column("电子信箱", none),
        Column("主页地址", none),
        Column("是否独生子女", yes(np.bincount(people.household[: families.children])[home] == 1)),
        Column("是否受过学前教育", always("1", "是")),
        Column("是否留守儿童", either(left, ("2", "双亲留守"), ("0", "非留守"))),
        Column("是否进城务工人员随迁子女", yes(migrant)),
        Column("是否孤儿", yes(orphan)),
        Column("是否烈士或优抚子女", always("0", "否")),
        Column("随班就读", np.where(resource, "随班就读", "非随班就读").tolist()),
        Column("残疾人类型", words.chosen(kinds, disability)),
        Column("是否由政府购买学位", always("0", "否")),
        Column("是否需要申请资助", none),
        Column("是否享受一补", none),
        Column("上下学距离", none),
        Column("上下学交通方式", none),
        Column("是否需要乘坐校车", none),
    ]  # fmt: skip
    guardian = homes.guardian[home]
    other = np.where(guardian == homes.father[home], homes.mother[home], homes.father[home])
    other = np.where(orphan, guardian, other)  # nobody else is left: the same person twice
    for number, relative in enumerate((guardian, other), start=1):
        relation = np.select(
            [relative == homes.father[home], relative == homes.mother[home]],
            [words.coded("51", "父亲", form), words.coded("52", "母亲", form)],
            words.coded("60", "祖父母或外祖父母", form),
        )
        member = f"成员{number}"
        columns += [
            Column(f"{member}姓名", words.texts(people.name[relative])),
            Column(f"{member}关系", relation.tolist()),
            Column(f"{member}关系说明", none),
            Column(f"{member}民族", none),
            Column(f"{member}工作单位", none),
            Column(f"{member}现住址", none),
            Column(f"{member}户口所在地", none),
            Column(f"{member}联系电话", words.texts(homes.phone[home]) if number == 1 else none, width=13),
            Column(f"{member}是否监护人", always("1", "是") if number == 1 else always("0", "否")),
            Column(f"{member}身份证件类型", always("1", "居民身份证")),
            Column(f"{member}身份证件号", words.texts(people.number[relative]), width=21),
            Column(f"{member}职务", none),
        ]  # fmt: skip
    return Table("学生基础信息", columns)
