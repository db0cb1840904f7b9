"""How offices write dates, sexes, grades and classes: each list in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from notoneless.demo.families import Days
    from notoneless.demo.names import Flags, Numbers, Texts
    from notoneless.demo.sheets import Cell

GRADES = ("", "一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级",
          "高一年级", "高二年级", "高三年级")  # fmt: skip


def dates(days: Days, form: str) -> list[Cell]:
    """Dates in one of the forms offices use.

    ``20150901``, ``2015-09-01``, ``2015/9/1``, ``2015.9.1``, ``2015年9月1日``, ``tab`` (a tab before
    the first of these), or ``date``: a real date cell.
    """
    distinct, back = np.unique(days, return_inverse=True)
    written: list[Cell] = []
    for day in distinct.astype("datetime64[D]").astype(object):
        year, month, date = day.year, day.month, day.day
        match form:
            case "20150901":
                written.append(f"{year}{month:02}{date:02}")
            case "tab":
                written.append(f"\t{year}{month:02}{date:02}")
            case "2015-09-01":
                written.append(f"{year}-{month:02}-{date:02}")
            case "2015/9/1":
                written.append(f"{year}/{month}/{date}")
            case "2015.9.1":
                written.append(f"{year}.{month}.{date}")
            case "2015年9月1日":
                written.append(f"{year}年{month}月{date}日")
            case _:
                written.append(day)
    return [written[place] for place in back]


def chosen(options: Sequence[str], index: Numbers) -> list[Cell]:
    """The option for each index."""
    return [options[place] for place in index.tolist()]


def sexes(male: Flags, form: str = "word") -> list[Cell]:
    """``男``, ``1`` or ``1-男``."""
    women, men = {"word": ("女", "男"), "code": ("2", "1"), "both": ("2-女", "1-男")}[form]
    return [men if one else women for one in male.tolist()]


def coded(code: str, word: str, form: str) -> str:
    """A value as ``word``, ``code`` or ``both`` (``1-男``)."""
    return {"word": word, "code": code, "both": f"{code}-{word}"}[form]


def classes(grade: Numbers, class_number: Numbers, school_year: int, form: str) -> list[Cell]:
    """A class as ``2501班`` (year of entry and number), the number 2501, ``七年级2501班`` or ``(01)班``."""
    first = np.select([grade > 9, grade > 6], [grade - 10, grade - 7], grade - 1)
    entry = (school_year - first) % 100
    written: list[Cell] = []
    for one, year, number in zip(
        grade.tolist(), entry.tolist(), class_number.tolist(), strict=True
    ):
        match form:
            case "2501班":
                written.append(f"{year:02}{number:02}班")
            case "number":
                written.append(year * 100 + number)
            case "七年级2501班":
                written.append(f"{GRADES[one]}{year:02}{number:02}班")
            case "(01)班":
                written.append(f"({number:02})班")
            case _:
                written.append(f"{number}班")
    return written


def texts(values: Texts) -> list[Cell]:
    """An array as cells."""
    cells: list[Cell] = values.tolist()
    return cells


def serial(count: int) -> list[Cell]:
    """1, 2, 3, ..."""
    return list(range(1, count + 1))


def same(value: Cell, count: int) -> list[Cell]:
    """One value in each row."""
    return [value] * count
