"""The first rows of a list as they were understood, numbers masked."""

from __future__ import annotations

from typing import Any

from notoneless import rosters
from notoneless.bureau.intake import storage
from notoneless.bureau.people.timeline import grade_text, relation_text, word
from notoneless.i18n import gettext
from notoneless.masking import mask_id, mask_phone, mask_seen

ROWS = 5


def rows(upload: int, sheet: int) -> tuple[list[str], list[list[str]]]:
    """Headings and cells of the first rows of a sheet that is kept."""
    table = storage.rows(upload, sheet).slice(0, ROWS)
    shown = [
        name
        for name in rosters.fields()
        if name in table.column_names and table.column(name).null_count < len(table)
    ]
    headings = [gettext("行"), *(str(rosters.fields()[name].label) for name in shown)]
    cells = [
        [str(entry["row"]), *(value(name, entry[name]) for name in shown)]
        for entry in table.to_pylist()
    ]
    return headings, cells


def value(name: str, content: Any) -> str:
    """A value of a field as a page may show it: names as they are, numbers and addresses masked."""
    if content is None:
        return ""
    if isinstance(content, bool):
        return gettext("是") if content else gettext("否")
    field = rosters.fields()[name]
    if field.type == "money":
        return f"{content / 100:,.2f}"
    if name == "sex":
        return {"M": gettext("男"), "F": gettext("女")}.get(str(content), str(content))
    if name == "grade":
        return grade_text(content) or str(content)
    if name == "payment_result":
        return {"paid": gettext("已发"), "failed": gettext("没有发成")}.get(str(content), "")
    if name in ("relation", "family_relation"):
        return relation_text(str(content))
    if field.type == "code":
        return word(name, str(content))
    text = str(content)
    if not field.personal or field.type == "date" or name.endswith("name"):
        return text
    if name == "phone":
        return mask_phone(text)
    return mask_seen(text) if name == "address" else mask_id(text)
