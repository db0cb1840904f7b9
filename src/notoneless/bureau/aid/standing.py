"""The awards of a term as they stand, beside what the rules propose."""

from __future__ import annotations

import pyarrow as pa
from django.db import connection

from notoneless.bureau.aid import proposing


def read(proposed: proposing.Proposed) -> None:
    """``standing``: the term's awards as they are, in the proposal's own tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, child_id, policy, state, amount, school_id, county_id FROM aid_award "
            "WHERE term = %s",
            [str(proposed.term)],
        )
        rows = cursor.fetchall()
    names = ("award", "child", "policy", "state", "amount", "school", "county")
    kinds = (pa.int64(), pa.int64(), pa.string(), pa.string(), pa.int64(), pa.int64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table(
        {
            name: pa.array(values, kind)
            for name, values, kind in zip(names, columns, kinds, strict=True)
        }
    )
    proposed.db.register("standing_rows", table)
    proposed.db.execute("CREATE OR REPLACE TABLE standing AS SELECT * FROM standing_rows")
    proposed.db.unregister("standing_rows")
