"""OneRoster 1.2 (and 1.1) in its CSV form: a zip of tables becomes one sheet, a school roll.

``users`` are the rows; who of them is a pupil say ``roles`` (in 1.1 a column of ``users``), where ``orgs``,
in which class ``enrollments`` and ``classes``, born when ``demographics``. Courses and academic sessions say
nothing that a roll has. A roll-call does not become of it: the standard knows who belongs to a class, not who
is there. Only whole exports (bulk): from one of changes everybody else would seem to have left.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Book, Row

USERS = "users"
_NEEDED = ("orgs", USERS)
_VERSIONS = ("1.1", "1.2")
_MAX_UNPACKED, _MAX_RATIO, _RATIO_MATTERS = 2 << 30, 200, 20 << 20
_LONGEST_CELL = 1 << 17
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
_SEXES = {"male": "男", "female": "女"}
_HAN = re.compile(r"[\u3400-\u9fff]")

HEADINGS = (
    "学生姓名", "身份证件号", "性别", "出生日期", "学校名称", "学校标识码", "年级", "班级", "联系电话",
)  # fmt: skip
"""What the sheet's columns are called: as on the rolls of schools here."""

Entry = Mapping[str, str]


def is_one(path: Path) -> bool:
    """Is this zip a OneRoster export? Told by its tables, not by its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {PurePosixPath(name).name for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    return "users.csv" in names or {"manifest.csv", "orgs.csv"} <= names


def open_oneroster(path: Path) -> Book:
    """Open an export; `Refusal` when a table lacks, or it tells of changes only."""
    return Book("oneroster", [_Roll(_Package(path))])


class _Package:
    """The tables of the zip, after their sizes were judged."""

    def __init__(self, path: Path) -> None:
        self.place = Place(path.name)
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError):
            raise Refusal([faults.BROKEN.at(self.place)]) from None
        packed, total = path.stat().st_size, 0
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._archive.infolist():
            if member.flag_bits & 1:
                raise Refusal([faults.ENCRYPTED.at(self.place)])
            total += member.file_size
            if total > min(_MAX_UNPACKED, _RATIO_MATTERS + _MAX_RATIO * packed):
                raise Refusal(
                    [
                        faults.TOO_LARGE_UNPACKED.at(
                            self.place, unpacked=total >> 20, packed=round(packed / (1 << 20), 1)
                        )
                    ]
                )
            name = PurePosixPath(member.filename)
            if name.suffix == ".csv":
                self._members[name.stem] = member
        self._judge()

    def _judge(self) -> None:
        lacking = [name for name in _NEEDED if name not in self._members]
        if lacking:
            named = "、".join(f"{name}.csv" for name in lacking)
            raise Refusal([faults.ONEROSTER_LACKS.at(self.place, files=named)])
        said = {
            entry.get("propertyname", ""): entry.get("value", "")
            for _, entry in self.table("manifest")
        }
        version = said.get("oneroster.version", _VERSIONS[-1])
        if version not in _VERSIONS:
            raise Refusal([faults.ONEROSTER_VERSION.at(self.place, version=version[:10])])
        if any(value == "delta" for name, value in said.items() if name.startswith("file.")):
            raise Refusal([faults.ONEROSTER_CHANGES_ONLY.at(self.place)])

    def table(self, name: str) -> Iterator[tuple[int, Entry]]:
        """The rows of a table with their numbers, by the headings in small letters; none if it is not there."""
        if name not in self._members:
            return
        csv.field_size_limit(_LONGEST_CELL)
        line = 0
        try:
            with self._archive.open(self._members[name]) as stream:
                rows = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline=""))
                headings = [text.strip().lower() for text in next(rows, [])]
                for line, cells in enumerate(rows, 2):
                    entry = dict(zip(headings, (cell.strip() for cell in cells), strict=False))
                    if entry.get("status", "") != "tobedeleted":
                        yield line, entry
        except UnicodeDecodeError:
            raise Refusal([faults.BAD_ENCODING.at(self.place)]) from None
        except (csv.Error, zipfile.BadZipFile, zlib.error, EOFError):
            broken = Place(self.place.file, f"{name}.csv", line)
            raise Refusal([faults.BROKEN.at(broken)]) from None


@dataclass
class _Roll:
    """The pupils as a sheet; a row's number is that in ``users.csv``."""

    package: _Package
    name: str = "学籍名册（OneRoster）"
    hidden: bool = False

    def hidden_parts(self) -> tuple[int, int]:
        """Tables of text hide nothing."""
        return 0, 0

    def rows(self, wanted: Sequence[int] | None = None, most: int | None = None) -> Iterator[Row]:
        """See `Sheet.rows`."""
        for number, cells in itertools.islice(self._rows(), most):
            yield number, cells if wanted is None else [cells[at] for at in wanted]

    def _rows(self) -> Iterator[tuple[int, list[str | None]]]:
        yield 1, list(HEADINGS)
        for number, user in self.package.table(USERS):
            key = user.get("sourcedid", "")
            if not self._is_pupil(key, user):
                continue
            taught = self._classes.get(self._class_of.get(key, ""), {})
            school = self._orgs.get(self._school_of(key, user, taught), {})
            born, sex = self._born.get(key, ("", ""))
            cells = (
                _name(user),
                _id_number(user),
                _SEXES.get(sex, ""),
                born,
                school.get("name", ""),
                school.get("identifier", ""),
                _grade(user.get("grades", "") or taught.get("grades", "")),
                taught.get("title", ""),
                user.get("phone", "") or user.get("sms", ""),
            )
            yield number, [cell or None for cell in cells]

    def _is_pupil(self, key: str, user: Entry) -> bool:
        if "role" in user:  # 1.1
            return user["role"] == "student"
        return key in self._pupils

    def _school_of(self, key: str, user: Entry, taught: Entry) -> str:
        own = user.get("primaryorgsourcedid") or user.get("orgsourcedids", "").partition(",")[0]
        return own or self._pupils.get(key, "") or taught.get("schoolsourcedid", "")

    @cached_property
    def _orgs(self) -> dict[str, Entry]:
        return {entry.get("sourcedid", ""): entry for _, entry in self.package.table("orgs")}

    @cached_property
    def _pupils(self) -> dict[str, str]:
        """The school of each user who is a pupil; the primary role's where there are several."""
        found: dict[str, str] = {}
        for _, entry in self.package.table("roles"):
            user, school = entry.get("usersourcedid", ""), entry.get("orgsourcedid", "")
            if entry.get("role") == "student" and (
                user not in found or entry.get("roletype") == "primary"
            ):
                found[user] = school
        return found

    @cached_property
    def _classes(self) -> dict[str, Entry]:
        return {entry.get("sourcedid", ""): entry for _, entry in self.package.table("classes")}

    @cached_property
    def _class_of(self) -> dict[str, str]:
        """The class a pupil belongs to: a homeroom, never one for a subject."""
        homes = {
            key for key, entry in self._classes.items() if entry.get("classtype") == "homeroom"
        }
        return {
            entry.get("usersourcedid", ""): entry.get("classsourcedid", "")
            for _, entry in self.package.table("enrollments")
            if entry.get("role") == "student" and entry.get("classsourcedid") in homes
        }

    @cached_property
    def _born(self) -> dict[str, tuple[str, str]]:
        return {
            entry.get("sourcedid", ""): (entry.get("birthdate", ""), entry.get("sex", ""))
            for _, entry in self.package.table("demographics")
        }


def _name(user: Entry) -> str:
    """Family name first where it is written in Han, else the given name first."""
    family, given = user.get("familyname", ""), user.get("givenname", "")
    if _HAN.search(family + given):
        return family + given
    return " ".join(part for part in (given, user.get("middlename", ""), family) if part)


def _id_number(user: Entry) -> str:
    """A number of eighteen places among a user's identifiers; the standard has no place of its own."""
    for text in (user.get("identifier", ""), user.get("userids", "")):
        if found := _ID_NUMBER.search(text):
            return found[0]
    return ""


def _grade(grades: str) -> str:
    """``05`` is 5; kindergarten and what lies beyond school has none here."""
    first = grades.partition(",")[0].strip()
    return str(int(first)) if first.isdigit() and 1 <= int(first) <= 12 else ""
