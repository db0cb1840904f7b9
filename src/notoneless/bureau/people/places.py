"""From the names that a list writes to the nodes of the tree of organisations."""

from __future__ import annotations

import re
from collections import defaultdict

from django.db.models import Q

from notoneless.bureau.accounts.models import Organisation, SchoolCode

_EXTRAS = re.compile(r"\s|（.*?）|\(.*?\)")
_COUNTY = re.compile(r"^(?:.{2,3}[市州])?.{2,3}[县区市](?=.{2})")
_KIND = re.compile(r"(?:民族乡|街道办事处|街道|镇|乡)$")
_GRADES = "一二三四五六七八九"
_SENIOR = {10: "高一", 11: "高二", 12: "高三"}
_OF_A_YEAR = re.compile(r"\d{3}|[级届高]")


def class_name(grade: int | None, name: str) -> str:
    """How a class is named in the tree: ``一年级1班``; from grade 10 ``2601班`` as it is, else ``高一1班``.

    ``name`` as a list writes it, with or without the grade.
    """
    if grade is None or "年级" in name:
        return name
    if 1 <= grade <= len(_GRADES):
        return f"{_GRADES[grade - 1]}年级{name}"
    return name if _OF_A_YEAR.search(name) else f"{_SENIOR.get(grade, '')}{name}"


def place_key(name: str) -> str:
    """A name less what offices add or leave out: spaces, brackets, the county, 镇/乡/街道.

    As `check.coverage.sql_place_key` has it.
    """
    return _KIND.sub("", _COUNTY.sub("", _EXTRAS.sub("", name)))


class Places:
    """The places, schools and classes under one organisation and beside it in its county."""

    def __init__(self, organisation: Organisation) -> None:
        county = (
            Organisation.objects.filter(down__below=organisation, kind="county").first()
            or organisation
        )
        nodes = Organisation.objects.filter(Q(up__above=county), valid_to__isnull=True).values_list(
            "pk", "kind", "name", "parent_id"
        )
        self.county = county.pk if county.kind == "county" else None
        self._of_kind: dict[str, dict[str, list[tuple[int, int | None]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for key, kind, name, parent in nodes:
            self._of_kind[kind][place_key(name)].append((key, parent))
        self._codes = dict(
            SchoolCode.objects.filter(school__up__above=county, valid_to__isnull=True).values_list(
                "code", "school_id"
            )
        )
        self._classes: dict[tuple[int | None, str], int] = {
            (parent, name): key for key, kind, name, parent in nodes if kind == "class"
        }
        self._school_of = {key: parent for key, kind, _, parent in nodes if kind == "class"}
        self._places: dict[tuple[str, str, str], int | None] = {}
        self._schools: dict[tuple[str, str], int | None] = {}

    def _one(self, kind: str, name: str, under: int | None = None) -> int | None:
        """The only node of the name; None when there is none, or several and nothing decides."""
        found = self._of_kind[kind].get(place_key(name), []) if name else []
        if under is not None and len(found) > 1:
            found = [entry for entry in found if entry[1] == under]
        return found[0][0] if len(found) == 1 else None

    def home(self, county: str, township: str, village: str) -> int | None:
        """The lowest place that the tree has."""
        asked = (county, township, village)
        if asked not in self._places:
            in_township = self._one("township", township)
            in_village = self._one("village", village, in_township) if in_township else None
            self._places[asked] = (
                in_village or in_township or self._one("county", county) or self.county
            )
        return self._places[asked]

    def school(self, code: str, name: str) -> int | None:
        """A school by its code, else by its name."""
        asked = (code, name)
        if asked not in self._schools:
            self._schools[asked] = self._codes.get(code) or self._one("school", name)
        return self._schools[asked]

    def class_(self, school: int | None, grade: int | None, name: str) -> int | None:
        """A class of a school: ``一年级1班``, or its short name."""
        if school is None or not name:
            return None
        written = class_name(grade, name)
        return self._classes.get((school, written)) or self._classes.get((school, name))

    def school_of(self, key: int | None) -> int | None:
        """The school of a class; any other node itself."""
        return self._school_of.get(key, key) if key is not None else None
