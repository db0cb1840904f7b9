"""What the rules say of every policy to each student, kept in few sheets: the same facts, the same sheet."""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa
from django.db import connection

from notoneless.bureau.aid import proposing
from notoneless.bureau.aid.models import Sheet, SheetLine, Told
from notoneless.bureau.people import bulk
from notoneless.bureau.people.reading import read


def keep(proposed: proposing.Proposed) -> int:
    """Write the sheets that are new and what changed for whom; how many students that were.

    Called within the act that keeps a proposal.
    """
    _write_sheets(proposed)
    db, term = proposed.db, str(proposed.term)
    key = pa.int64()
    read(
        db,
        "told_before",
        {"id": key, "child_id": key, "sheet_id": key, "school_id": key, "county_id": key},
        f"aid_told WHERE term = '{term}'",
    )
    db.execute(
        "CREATE TABLE telling AS SELECT s.child, k.key AS sheet, s.school, s.county, t.id AS told, "
        "(t.sheet_id, t.school_id, t.county_id) IS DISTINCT FROM (k.key, s.school, s.county) AS other "
        "FROM sheeted s JOIN sheet_key k USING (sheet) "
        "FULL JOIN told_before t ON t.child_id = s.child"
    )
    new = proposed.rows("SELECT child, sheet, school, county FROM telling WHERE told IS NULL")
    bulk.insert(
        Told,
        ("child_id", "term", "sheet_id", "school_id", "county_id"),
        ((child, term, *rest) for child, *rest in new),
    )
    changed = proposed.rows(
        "SELECT sheet, school, county, told FROM telling "
        "WHERE told IS NOT NULL AND child IS NOT NULL AND other"
    )
    if changed:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE aid_told SET sheet_id = %s, school_id = %s, county_id = %s WHERE id = %s",
                changed,
            )
    gone = proposed.rows("SELECT told FROM telling WHERE child IS NULL")
    for lot in bulk.chunks(each for (each,) in gone):
        Told.objects.filter(pk__in=lot).delete()
    return len(new) + len(changed) + len(gone)


def _write_sheets(proposed: proposing.Proposed) -> None:
    """``sheet_key(sheet, key)``: every sheet with its key in the database."""
    rules = proposed.sweep.books[0][1]
    by_digest, names = {}, {}
    for name, lines in proposing.sheets(proposed):
        told = json.dumps([rules, lines], ensure_ascii=False).encode()
        names[name] = digest = hashlib.sha256(told).hexdigest()
        by_digest[digest] = lines
    known = dict(Sheet.objects.filter(rules=rules).values_list("digest", "pk"))
    new = [digest for digest in by_digest if digest not in known]
    keys = dict(zip(new, bulk.new_keys(Sheet, len(new)), strict=True))
    bulk.insert(
        Sheet, ("id", "digest", "rules"), ((key, digest, rules) for digest, key in keys.items())
    )
    bulk.insert(
        SheetLine,
        ("sheet_id", "policy", "verdict", "fen", "text"),
        ((key, *line) for digest, key in keys.items() for line in by_digest[digest]),
    )
    known |= keys
    proposed.db.register(
        "sheet_key",
        pa.table(
            {
                "sheet": pa.array(list(names), pa.string()),
                "key": pa.array([known[digest] for digest in names.values()], pa.int64()),
            }
        ),
    )
