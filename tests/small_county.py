"""A folder of small lists written by hand: each test says only what matters to it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from invented_lists import number

CENSUS = "1-户籍适龄儿童名单2026.9.1.csv"
ROLL = "2-学籍名册2026.9.2.csv"
ROLLCALL = "3-在校点名册2026.9.21.csv"


@dataclass
class Child:
    """One invented child; ``born`` as eight digits, ``no`` makes the number."""

    name: str
    born: str = "20150302"
    no: int = 1
    sex: str = "男"
    township: str = "云溪镇"
    school: str = "云溪镇中心小学"
    grade: str = "五年级"
    class_name: str = "1班"
    boards: str = "走读"
    id_number: str = field(default="")

    def __post_init__(self) -> None:
        if not self.id_number:
            self.id_number = number(self.born, self.no * 2 + (self.sex == "男"))

    @property
    def birth_date(self) -> dt.date:
        return dt.datetime.strptime(self.born, "%Y%m%d").date()  # noqa: DTZ007


def write(
    path: Path,
    heading: Sequence[str],
    rows: Sequence[Sequence[object]],
    encoding: str = "utf-8-sig",
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return path


def census(folder: Path, children: Sequence[Child], name: str = CENSUS) -> Path:
    heading = ("序号", "乡镇", "姓名", "性别", "身份证号", "出生日期")
    rows = [
        (n, c.township, c.name, c.sex, c.id_number, c.birth_date) for n, c in enumerate(children, 1)
    ]
    return write(folder / name, heading, rows)


def roll(
    folder: Path, children: Sequence[Child], name: str = ROLL, states: Sequence[str] = ()
) -> Path:
    heading = ["学生姓名", "身份证件号", "性别", "出生日期", "学校名称", "年级", "班级", "就读方式"]
    if states:
        heading.append("学籍状态")
    rows = [
        [
            c.name,
            c.id_number,
            c.sex,
            c.born,
            c.school,
            c.grade,
            c.class_name,
            c.boards,
            *states[n : n + 1],
        ]
        for n, c in enumerate(children)
    ]
    return write(folder / name, heading, rows)


def rollcall(
    folder: Path, children: Sequence[Child], marks: Sequence[str] = (), name: str = ROLLCALL
) -> Path:
    heading = ("学校", "年级", "班级", "姓名", "身份证号", "到课情况")
    rows = [
        (
            c.school,
            c.grade,
            c.class_name,
            c.name,
            c.id_number,
            (marks or ["到课"] * len(children))[n],
        )
        for n, c in enumerate(children)
    ]
    return write(folder / name, heading, rows)


def listed(
    folder: Path,
    name: str,
    children: Sequence[Child],
    more: dict[str, Sequence[object]] | None = None,
) -> Path:
    """A list of names and numbers that says what it is in its file name."""
    more = more or {}
    rows = [
        (c.township, c.name, c.id_number, *(values[n] for values in more.values()))
        for n, c in enumerate(children)
    ]
    return write(folder / name, ("乡镇", "姓名", "身份证号", *more), rows)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
