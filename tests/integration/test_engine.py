"""What we rely on in the engine, where it has once been wrong."""

from __future__ import annotations

import datetime as dt

from invented_lists import child, table

from notoneless import identity
from notoneless.engines.duckdb import connect


def test_a_sum_over_a_small_group_is_compared_as_it_is() -> None:
    """DuckDB 2.0.0 folded ``left_likely <= 1`` to true and linked one row twice.

    Found by the property tests of matching; without the setting in `connect` this test fails.
    """
    same = {"sex": "M", "guardian_id": "510699198506070024", "township": "甲镇", "village": "一村"}
    with connect() as db:
        left = table(db, "l", [child(0, "张伟", **same), child(1, "张子涵", **same)])
        other = child(0, "张子涵", **same) | {"birth_date": dt.date(2015, 2, 1)}
        right = table(db, "r", [other, child(1, "张子涵", **same, id_number="510699201501020129")])
        links = identity.link(db, left, right)
        linked = db.execute(
            f"SELECT left_row FROM {links.table} WHERE decision = 'linked'"
        ).fetchall()
    assert len(linked) == len(set(linked))
