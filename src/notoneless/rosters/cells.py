"""One cell as offices write it to one value of ours.

Every converter takes a `Cell` and gives the value or None; what cannot be read raises `Unreadable`
with the kind of fault. They are pure, so a column can remember its answers (see `rows`).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from notoneless.calendar import parse_term
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Cell
from notoneless.rosters.books.xlsx import serial_date
from notoneless.rosters.fields import data, fields

if TYPE_CHECKING:
    from notoneless.faults import FaultKind

Value = str | int | bool | dt.date | None


class Unreadable(Exception):  # noqa: N818 - carries a kind of fault and the value kept instead
    """The cell has something in it that is not a value of this field; ``kept`` is kept instead."""

    def __init__(self, kind: FaultKind, kept: Value = None) -> None:
        self.kind = kind
        self.kept = kept
        super().__init__(kind.code)


# -- texts ---------------------------------------------------------------------------------------

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e")
)
_SPACE = re.compile(r"\s+")
_PLAIN_NUMBER = re.compile(r"-?\d+\.0+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as half-width; invisible characters gone."""
    if text.isascii():
        return text
    return text.translate(_HALF_WIDTH).translate(_INVISIBLE)


def text(cell: Cell) -> str | None:
    """A text without spaces at the ends, inner runs of spaces as one; whole numbers without ``.0``."""
    if cell is None:
        return None
    if isinstance(cell, str):
        found = _SPACE.sub(" ", _CONTROL.sub("", cell.translate(_INVISIBLE))).strip(" '’‘`")
        if "\ufffd" in found:
            raise Unreadable(faults.BROKEN_CHARACTER, found)
        return found or None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return cell.isoformat()[:10]


def _bare(cell: Cell) -> str:
    """A cell as half-width text without any space."""
    found = text(cell)
    return _SPACE.sub("", half_width(found)) if found else ""


@cache
def _nothing() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{word})" for word in data("codes.toml")["nothing"]["words"]))


def is_nothing(cell: Cell) -> bool:
    """Whether the cell says that there is nothing: empty, ``无``, ``---``, ``NULL``."""
    found = _bare(cell)
    return not found or _nothing().fullmatch(found) is not None


_DOTS = re.compile("[·•・‧．∙⋅･᛫˙●\u2022\u00b7]|(?<=[\u3400-\u9fff])\\.(?=[\u3400-\u9fff])")
_HAN_BMP = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Most names are two to four characters; those that begin like "无" may be no name at all.
_PLAIN_NAME = re.compile("(?![无暂没不未空待缺])[\u4e00-\u9fff]{2,4}")
# What a program writes where it had no code for a character.
_LOST = re.compile("[\ufffd?？□]")


def name(cell: Cell) -> str | None:
    """A person's name without spaces, every middle dot as ``·``; a Latin name keeps its spaces."""
    if not isinstance(cell, str):
        return None
    if _PLAIN_NAME.fullmatch(cell):
        return cell
    found = _CONTROL.sub("", cell.translate(_INVISIBLE)).strip(" \t\r\n'’‘`\u3000")
    if not found or (len(found) <= 4 and _nothing().fullmatch(found)):
        return None
    if not _HAN_BMP.search(found) and found.isprintable() and " " in found.strip():
        found = _SPACE.sub(" ", half_width(found))
    else:
        found = _SPACE.sub("", found)
    found = _DOTS.sub("·", found)
    if _LOST.search(found):
        raise Unreadable(faults.BROKEN_CHARACTER, found)
    return found


# -- numbers of documents --------------------------------------------------------------------------

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
_PLAIN_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
_CERTIFICATE = re.compile(r"([1-9][0-9]{16}[0-9X])[1-7][1-4](?:[A-Z0-9]{2})?")


def certificate(cell: Cell) -> str:
    """The cleaned text of a number cell, nothing cut; "" for a number cell or an empty one."""
    if not isinstance(cell, str):
        return ""
    if _PLAIN_ID.fullmatch(cell):
        return cell
    return re.sub(r"[\s'’‘`\"“”]+", "", half_width(cell)).upper()


def id_number(cell: Cell) -> str | None:
    """An identity number: half-width, upper case, no spaces; a certificate of disability cut to 18.

    Numbers that a spreadsheet keeps as numbers have lost their last digits and are refused.
    """
    if cell is None:
        return None
    if not isinstance(cell, str):
        raise Unreadable(faults.ID_NUMERIC)
    if _PLAIN_ID.fullmatch(cell):
        return cell
    found = certificate(cell)
    if not found or _nothing().fullmatch(found):
        return None
    if _SCIENTIFIC.fullmatch(found):
        raise Unreadable(faults.ID_NUMERIC)
    found = found.replace("×", "X").replace("Ⅹ", "X")
    if len(found) == 19 and found[0] == "G":
        # A pupil's number: G and the identity number. J and L numbers only look like one.
        found = found[1:]
    elif len(found) in (20, 22) and (cut := _CERTIFICATE.fullmatch(found)):
        found = cut[1]
    elif len(found) == 20 and found.endswith(".0"):
        raise Unreadable(faults.ID_NUMERIC)
    if "\ufffd" in found:
        raise Unreadable(faults.BROKEN_CHARACTER)
    return found


def disability_of(cell: Cell) -> tuple[str, int] | None:
    """Kind (a word) and degree (1 heaviest to 4) from digits 19 and 20 of a certificate's number."""
    found = certificate(cell)
    if len(found) in (20, 22) and _CERTIFICATE.fullmatch(found):
        return _disability_words()[found[18]], int(found[19])
    return None


@cache
def _disability_words() -> dict[str, str]:
    words: dict[str, str] = data("codes.toml")["disability"]
    return words


def disability_kind(cell: Cell) -> str | None:
    """Words of the kinds of disability, ``多重`` with what stands behind it kept; codes as words."""
    found = _bare(cell)
    if not found or found in ("无", "无残疾", "0", "非残疾", "否"):
        return None
    words = _disability_words()
    code = found.split("-")[0].split(".")[0]
    if code in words and (found == code or not re.search(r"[\u4e00-\u9fff]", found)):
        return words[code]
    for word in words.values():
        if word in found:
            return word
    return text(cell)


def disability_level(cell: Cell) -> int | None:
    """Degree 1 (heaviest) to 4: ``一级``, ``1``, ``壹级``, ``重度``is not a degree."""
    found = _bare(cell)
    if not found or _nothing().fullmatch(found):
        return None
    match = re.search(r"[一二三四壹贰叁肆1234ⅠⅡⅢⅣ]", found)
    if not match:
        raise Unreadable(faults.CODE_UNKNOWN)
    return (
        {"一": 1, "二": 2, "三": 3, "四": 4, "壹": 1, "贰": 2, "叁": 3, "肆": 4}.get(match[0])
        or {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4}.get(match[0])
        or int(match[0])
    )


def phone(cell: Cell) -> str | None:
    """Digits of the first phone number in the cell; a number cell without its ``.0``."""
    if isinstance(cell, str) and len(cell) == 11 and cell.isascii() and cell.isdigit():
        return cell
    found = _bare(cell)
    if not found or _nothing().fullmatch(found):
        return None
    if _PLAIN_NUMBER.fullmatch(found):
        found = found.split(".")[0]
    first = re.split(r"[,/;、，；]", found)[0]
    digits = re.sub(r"[^\d]", "", re.sub(r"^\+?86(?=1\d{10})", "", first))
    return digits or None


def digits_text(cell: Cell) -> str | None:
    """A card or roll number: half-width, upper case, without spaces and hyphens."""
    if isinstance(cell, float):
        if abs(cell) >= 1e15:
            raise Unreadable(faults.NUMBER_UNREADABLE)
        return str(int(cell))
    if (
        isinstance(cell, str)
        and len(cell) >= 8
        and cell.isascii()
        and cell.isalnum()
        and cell[1:-1].isdigit()
    ):
        return cell.upper()
    found = certificate(cell).replace("-", "") if isinstance(cell, str) else ""
    if not found or _nothing().fullmatch(found):
        return None
    if _SCIENTIFIC.fullmatch(found):
        raise Unreadable(faults.NUMBER_UNREADABLE)
    return found


_ROLL_NUMBER = re.compile(r"[GJL]\d{17}[0-9X]")


def roll_number(cell: Cell) -> str | None:
    """A pupil's number: G, J or L and 18 characters (domain facts 2.2); others are kept as they are."""
    found = digits_text(cell)
    if found and found[0] in "GJL" and not _ROLL_NUMBER.fullmatch(found):
        raise Unreadable(faults.ROLL_NUMBER_SHAPE, found)
    return found


# -- dates -------------------------------------------------------------------------------------------

_SEP = r"\s*[-/.年．。、]\s*"
_YMD = re.compile(
    rf"(\d{{4}}){_SEP}(\d{{1,2}})\s*[-/.月．。、]\s*(\d{{1,2}})日?号?(?:[ T]?\d{{1,2}}:.*)?"
)
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_YM = re.compile(rf"(\d{{4}})(?:{_SEP}(\d{{1,2}})月?份?|年)|(\d{{4}})(0[1-9]|1[0-2])(?:\.0)?")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")


def _day(year: str, month: str, day: str) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable(faults.DATE_IMPOSSIBLE) from None


def date(cell: Cell) -> dt.date | None:
    """A day: text in any of the usual ways, a real date, or a spreadsheet's day number.

    A month without a day is no day: None, and a fault that says so.
    """
    if cell is None:
        return None
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    found = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else _bare(cell)
    if not found or _nothing().fullmatch(found):
        return None
    if match := _YMD.fullmatch(found):
        return _day(match[1], match[2], match[3])
    if match := _EIGHT.fullmatch(found):
        return _day(match[1], match[2], match[3])
    if _YM.fullmatch(found):
        raise Unreadable(faults.DATE_WITHOUT_DAY)
    if _SERIAL.fullmatch(found):
        value = serial_date(float(found))
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
    raise Unreadable(faults.DATE_UNREADABLE)


def month(cell: Cell) -> str | None:
    """A month as ``YYYYMM``; a whole date gives its month."""
    if isinstance(cell, dt.date):
        return f"{cell.year:04d}{cell.month:02d}"
    found = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else _bare(cell)
    if not found or _nothing().fullmatch(found):
        return None
    if match := _YM.fullmatch(found):
        year, number = match[1] or match[3], match[2] or match[4]
        if not number:
            raise Unreadable(faults.DATE_UNREADABLE)
        return f"{year}{int(number):02d}"
    day = date(cell)
    return f"{day.year:04d}{day.month:02d}" if day else None


def term(cell: Cell) -> str | None:
    """A term as ``2026-autumn``."""
    found = _bare(cell)
    if not found or is_nothing(cell):
        return None
    parsed = parse_term(found)
    if parsed is None:
        raise Unreadable(faults.CODE_UNKNOWN)
    return str(parsed)


# -- money -------------------------------------------------------------------------------------------

_MONEY = re.compile(r"[¥￥]?(-?\d+(?:\.\d{1,2}0*)?)元?(?:整|/学期|/学年|/年)?")


def money(cell: Cell) -> int | None:
    """Yuan as whole fen; more than two decimals are not an amount."""
    if isinstance(cell, float):
        fen = round(cell * 100)
        if abs(cell * 100 - fen) > 1e-4 or abs(fen) > 1e13:
            raise Unreadable(faults.AMOUNT_UNREADABLE)
        return fen
    found = _bare(cell).replace(",", "").replace("，", "")
    if not found or (found != "0" and _nothing().fullmatch(found)):
        return None
    match = _MONEY.fullmatch(found)
    if not match:
        raise Unreadable(faults.AMOUNT_UNREADABLE)
    try:
        return int(Decimal(match[1]) * 100)
    except InvalidOperation:  # pragma: no cover - the pattern allows digits only
        raise Unreadable(faults.AMOUNT_UNREADABLE) from None


# -- school --------------------------------------------------------------------------------------------

_HAN_DIGIT = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_NUMBER = _HAN_DIGIT | {"十": 10, "十一": 11, "十二": 12}
_GRADE = re.compile(
    r"(?P<stage>小学|小|初中|初级中学|初|(?:普通)?高中|高|中职|职高|技工)?"
    r"(?P<number>十一|十二|十|[一二三四五六七八九]|1[0-2]|[1-9])(?:年级|年)?(?:级)?"
)
_STAGE_OF_WORD = {
    "小": (0, "primary"), "初": (6, "junior"), "高": (9, "senior"), "普": (9, "senior"),
    "中": (9, "vocational"), "职": (9, "vocational"), "技": (9, "vocational"),
}  # fmt: skip
_PRESCHOOL = re.compile(r"(学前|幼儿园?)?(大|中|小|托|学前|混龄)班?(大班)?|学前(班)?|幼儿园?")


def grade_and_stage(cell: Cell) -> tuple[int | None, str | None]:
    """Grade 1 to 12 and the stage when the words tell it: ``初一`` is (7, junior), ``大班`` (None, preschool)."""
    found = _bare(cell)
    if not found or found in ("无", "-", "/"):
        return None, None
    if _PLAIN_NUMBER.fullmatch(found):
        found = found.split(".")[0]
    found = re.sub(r"^\d{1,2}-(?=\D)", "", found)
    match = _GRADE.fullmatch(found)
    if match is None:
        if _PRESCHOOL.fullmatch(found):
            return None, "preschool"
        raise Unreadable(faults.CODE_UNKNOWN)
    number = _HAN_NUMBER.get(match["number"]) or int(match["number"])
    word = match["stage"]
    if not word:
        return number, None
    base, stage = _STAGE_OF_WORD[word[0]]
    top = 6 if stage == "primary" else 4 if stage == "junior" else 3
    if number > top:  # 初中七年级, 初2023: the number counts from grade one
        if stage == "junior" and 7 <= number <= 9:
            return number, stage
        if base == 9 and 10 <= number <= 12:
            return number, stage
        raise Unreadable(faults.CODE_UNKNOWN)
    return base + number, stage


_COHORT = re.compile(r"(?:初|高|中职|职高)?(?:中)?(20\d\d)级?")


def cohort_grade(cell: Cell, school_year: int, base: int) -> int | None:
    """Grade of those who entered in the year written (``2025级``): ``base`` 9 for the tenth grade on."""
    match = _COHORT.fullmatch(_bare(cell))
    if not match:
        return None
    number = school_year - int(match[1]) + 1
    return base + number if 1 <= number <= 3 else None


_CLASS_GRADE = re.compile(
    r"^((?:小学|初中|高中|初|高|中职)?(?:十[一二]?|[一二三四五六七八九]|1[0-2]|[1-9])年级"
    r"|(?:初|高)[一二三])"
)
_CLASS_NUMBER = re.compile(r"\(?0*(\d+)\)?班?|\(?([一二三四五六七八九十]{1,3})\)?班")


def grade_in_class(cell: Cell) -> int | None:
    """The grade that stands before a class: ``七年级2501班`` gives 7; none: None."""
    found = _bare(cell)
    match = _CLASS_GRADE.match(found)
    if not match:
        return None
    try:
        return grade_and_stage(match[1])[0]
    except Unreadable:
        return None


def class_name(cell: Cell) -> str | None:
    """A class in one form, so that ``(01)班``, ``1班``, ``01`` and ``1.0`` are one: ``1班``, ``2501班``."""
    found = _bare(cell)
    if not found or _nothing().fullmatch(found):
        return None
    if _PLAIN_NUMBER.fullmatch(found):
        found = found.split(".")[0]
    rest = _CLASS_GRADE.sub("", found) or found
    rest = rest.lstrip(".-、")
    match = _CLASS_NUMBER.fullmatch(rest)
    if match and match[1]:
        return f"{int(match[1])}班"
    if match and match[2]:
        number = _han_number(match[2])
        return f"{number}班" if number else rest
    return rest


def _han_number(written: str) -> int:
    if "十" not in written:
        return _HAN_DIGIT.get(written, 0)
    tens, _, ones = written.partition("十")
    return (_HAN_DIGIT.get(tens, 1) * 10) + _HAN_DIGIT.get(ones, 0)


# -- codes ---------------------------------------------------------------------------------------------

_CODE_AND_WORD = re.compile(r"(?:[0-9A-Z]{1,2}[-.、:]?)(?=[^\x00-\x7f])|\(?[0-9A-Z]{1,2}\)?$")


@cache
def _patterns(field: str) -> list[tuple[re.Pattern[str], str]]:
    table = data("codes.toml")
    entries = table[field]
    return [
        (re.compile("|".join(f"(?:{word})" for word in words)), value)
        for value, words in entries.items()
    ]


def _lookup(field: str, found: str) -> str | None:
    tries = [found, re.sub(r"[()（）]", "", found)]
    without_code = _CODE_AND_WORD.sub("", found, count=1) if len(found) > 2 else found
    if without_code and without_code != found:
        tries.insert(0, without_code)
    for attempt in tries:
        for pattern, value in _patterns(field):
            if pattern.fullmatch(attempt):
                return value
    return None


def code(field: str, cell: Cell) -> str | None:
    """A value of a code list, from its word, its code or both."""
    found = _bare(cell)
    if not found:
        return None
    if _PLAIN_NUMBER.fullmatch(found):
        found = found.split(".")[0]
    value = _lookup(field, found)
    if value is not None:
        return value
    if _nothing().fullmatch(found) or (field == "placement" and found in ("否", "非随班就读", "0")):
        return None
    raise Unreadable(faults.CODE_UNKNOWN)


def yes_no(field: str, cell: Cell) -> bool | None:
    """Yes or no, with the words of this field before the general ones."""
    found = _bare(cell)
    if not found or found in ("-", "--", "/", "不详", "未知", "NULL", "空"):
        return None
    if _PLAIN_NUMBER.fullmatch(found):
        found = found.split(".")[0]
    for table in (field, "yes_no"):
        if table in data_codes() and (value := _lookup(table, found.upper())):
            return value == "yes"
    raise Unreadable(faults.CODE_UNKNOWN)


@cache
def data_codes() -> frozenset[str]:
    """The fields with words of their own."""
    return frozenset(data("codes.toml"))


def number(cell: Cell) -> int | None:
    """A whole number."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    found = _bare(cell)
    if not found or _nothing().fullmatch(found):
        return None
    if re.fullmatch(r"-?\d{1,15}(\.0+)?", found):
        return int(found.split(".")[0])
    raise Unreadable(faults.NUMBER_UNREADABLE)


def grade(cell: Cell) -> int | None:
    """Grade 1 to 12."""
    return grade_and_stage(cell)[0]


def place(cell: Cell) -> str | None:
    """The name of a place or school: without spaces and what only looks like a name."""
    found = text(cell)
    if not found or is_nothing(found):
        return None
    return found if found.isascii() else _SPACE.sub("", found)


Converter = Callable[[Cell], Value]

_BY_FIELD: dict[str, Converter] = {
    "name": name,
    "former_name": name,
    "guardian_name": name,
    "head_name": name,
    "family_name": name,
    "id_number": id_number,
    "guardian_id": id_number,
    "head_id": id_number,
    "family_id": id_number,
    "phone": phone,
    "family_phone": phone,
    "card_number": digits_text,
    "roll_number": roll_number,
    "household_no": digits_text,
    "school_code": digits_text,
    "enrolled_month": month,
    "grade": grade,
    "class_name": class_name,
    "disability_kind": disability_kind,
    "disability_level": disability_level,
    "attendance_am": lambda cell: code("attendance", cell),
    "attendance_pm": lambda cell: code("attendance", cell),
    "term": term,
    "county": place,
    "township": place,
    "village": place,
    "school": place,
}


def converter(field: str) -> Converter:
    """The converter of a field, or of one of the reader's own."""
    if field in _BY_FIELD:
        return _BY_FIELD[field]
    if field == "family_guardian":
        return lambda cell: yes_no("yes_no", cell)
    declared = fields().get(field)
    if declared is None:
        return text
    if declared.values:
        return lambda cell: code(field, cell)
    return {
        "bool": lambda cell: yes_no(field, cell),
        "date": date,
        "money": money,
        "int": number,
        "text": text,
    }[declared.type]


def nfkc(written: str) -> str:
    """Compatibility characters as the ordinary ones, for headings and titles."""
    return unicodedata.normalize("NFKC", written)
