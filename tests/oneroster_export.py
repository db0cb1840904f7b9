"""A OneRoster export of an invented school, table by table."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from invented_lists import number

Table = Sequence[Sequence[str]]

ZHANG, LI, LONG = number("20150302", 11), number("20160405", 12), number("20140101", 13)

TABLES: dict[str, Table] = {
    "manifest": [
        ["propertyName", "value"],
        ["manifest.version", "1.0"],
        ["oneroster.version", "1.2"],
        ["file.users", "bulk"],
    ],
    "orgs": [
        ["sourcedId", "status", "name", "type", "identifier", "parentSourcedId"],
        ["d", "active", "甲县", "district", "", ""],
        ["s", "active", "甲县一小", "school", "2151069901", "d"],
    ],
    "users": [
        [
            "sourcedId",
            "status",
            "userIds",
            "givenName",
            "familyName",
            "identifier",
            "phone",
            "grades",
        ],
        ["u1", "active", "{ID:" + ZHANG + "}", "小禾", "张", "", "13800000001", "05"],
        ["t1", "active", "", "老师", "王", "", "", ""],
        ["u2", "active", "", "小荷", "李", LI, "", "04"],
        ["u3", "tobedeleted", "", "走了", "赵", "", "", "04"],
        ["u4", "active", "", "Anna Maria", "Long", LONG, "", "KG"],
    ],
    "roles": [
        ["sourcedId", "status", "userSourcedId", "roleType", "role", "orgSourcedId"],
        ["r1", "active", "u1", "primary", "student", "s"],
        ["r2", "active", "t1", "primary", "teacher", "s"],
        ["r3", "active", "u2", "primary", "student", "s"],
        ["r4", "active", "u4", "primary", "student", "s"],
    ],
    "demographics": [
        ["sourcedId", "status", "birthDate", "sex"],
        ["u1", "active", "2015-03-02", "female"],
        ["u2", "active", "2016-04-05", "male"],
    ],
    "classes": [
        ["sourcedId", "status", "title", "grades", "classType", "schoolSourcedId"],
        ["c1", "active", "1班", "05", "homeroom", "s"],
        ["c2", "active", "数学", "05", "scheduled", "s"],
    ],
    "enrollments": [
        ["sourcedId", "status", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"],
        ["e1", "active", "c1", "s", "u1", "student"],
        ["e2", "active", "c2", "s", "u2", "student"],
        ["e3", "active", "c1", "s", "t1", "teacher"],
    ],
    "courses": [["sourcedId", "title"], ["x", "数学"]],
    "academicSessions": [["sourcedId", "title"], ["y", "2026秋"]],
}


def write(path: Path, changed: Mapping[str, Table | None] | None = None) -> Path:
    """The export as a zip; ``changed`` has other tables, None for one that is left out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in {**TABLES, **(changed or {})}.items():
            if rows is not None:
                text = io.StringIO()
                csv.writer(text).writerows(rows)
                archive.writestr(f"{name}.csv", text.getvalue())
    return path
