"""The roll-call of one day, class by class (在校点名): who was there, who had leave, who was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import slips
from notoneless.demo.lists import schools as rolls
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, Sheet, grouped, one_each
from notoneless.demo.sheets import DOTS_OF_GBK, Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County

MARKS = (
    ("在校", "病假", "事假", "未到校"),
    ("√", "病假", "请假", "旷课"),
    ("出勤", "病假", "事假", "缺勤"),
)
"""Words of three offices for being there, two kinds of leave, and not being there."""
CLASSES = ("(01)班", "2501班", "1班")
DAYS = ("20150901", "2015-09-01", "2015.9.1")


def rows(county: County) -> slips.Rows:
    """Printed from the roll, less those never in the room and those nobody put on the sheet.

    The special and the vocational schools call no roll for the bureau.
    """
    every = rolls.roll(county)
    children = county.children
    situation = children.situation[every.person]
    left_out = np.isin(
        situation,
        ["home", "special_school", "vocational", "ghost", "suspended", "suspension_expired"],
    )
    silent = children.school[every.person] == county.without_rollcall
    doubled = np.array(["row_doubled" in slip for slip in every.slips], dtype=bool)
    former = children.former[every.person]
    here = every.take(np.flatnonzero(~left_out & ~silent & ~doubled & ~former))
    return slips.slipped(
        county.draws("rollcall"), here, county.settings["slips"]["rollcall"], county.families
    )


def files(county: County) -> Iterator[File]:
    """A file per group of schools: .xlsx, .xls with a sheet per school, .csv in GBK, in turn."""
    every = rows(county)
    school = county.children.school[every.person]
    size = int(county.settings["size"]["rows_per_file"])
    sizes = np.bincount(school, minlength=len(county.places.schools))
    kept = [index for index in range(len(sizes)) if sizes[index]]
    groups = grouped([int(sizes[index]) for index in kept], size, at_least=4)
    for number, group in enumerate(groups):
        members = [kept[place] for place in group]
        mine = every.take(np.flatnonzero(np.isin(school, members)))
        first = county.places.schools[members[0]].name
        name = f"附件3-{first}{f'等{len(members)}校' if len(members) > 1 else ''}-在校学生点名册(2026年9月21日)"
        match number % 3:
            case 0:
                sheets = [_sheet(county, mine, number, "点名册")]
                yield File(f"{name}.xlsx", sheets)
            case 1:
                yield File(
                    f"{name}.xls",
                    [
                        _sheet(
                            county, every.take(np.flatnonzero(school == index)), number,
                            county.places.schools[index].name[:28],
                        )
                        for index in members
                    ],
                )  # fmt: skip
            case _:
                yield File(f"{name}.csv", [_sheet(county, mine, number, "")])


def _sheet(county: County, rows: slips.Rows, number: int, sheet: str) -> Sheet:
    children = county.children
    person, count = rows.person, len(rows)
    there, ill, on_leave, missing = MARKS[number % 3]
    marks = {"absent": (missing, missing), "on_leave": (ill, on_leave)}
    attendance = [
        marks.get(what, (there, there))[who % 2]
        for what, who in zip(children.situation[person], person.tolist(), strict=True)
    ]
    grade, year = children.grade[person], int(county.settings["school_year"])
    plain = number % 3 == 2
    if plain:
        _note_what_gbk_loses(rows)
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("学校", [county.places.schools[i].name for i in children.school[person].tolist()], width=26),
        Column("年级", words.chosen(words.GRADES, grade), width=9),
        Column("班级", words.classes(grade, children.class_number[person], year, CLASSES[number % 3]), width=8),
        Column("姓名", words.texts(rows.name)),
        Column("性别", words.sexes(rows.male), width=6),
        Column("出生日期", words.dates(rows.birth, DAYS[number % 3])),
        Column("学籍号", rolls.roll_numbers(county, rows), width=22) if number % 3 == 1
        else Column("身份证号", words.texts(rows.number), width=21),
        Column("到校情况", attendance, width=9),
        Column("备注", words.same(None, count)),
    ]  # fmt: skip
    titles = [] if plain else [
        f"{county.settings['county']}在校学生点名册", "点名日期：2026年9月21日        班主任逐生核对，不得代点",
    ]  # fmt: skip
    notes = [] if plain else ["点名人（签字）：            校长（签字）：            "]
    return one_each(Table(sheet, columns, titles, notes), rows.person, rows.slips)


def _note_what_gbk_loses(rows: slips.Rows) -> None:
    """A character that GBK does not have is a question mark in the file."""
    for place, name in enumerate(rows.name):
        kept = name.translate(DOTS_OF_GBK).encode("gbk", "replace").decode("gbk")
        if "?" in kept and "?" not in name:
            rows.slips[place] = ";".join(filter(None, (rows.slips[place], "name_rare_lost")))
