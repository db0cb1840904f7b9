"""Pupils told by their place at school, as a roll-call names them."""

from __future__ import annotations

import duckdb

from notoneless.i18n import gettext


def link(con: duckdb.DuckDBPyConnection, rows: str, seats: str, into: str) -> None:
    """A roll-call names a pupil by roll number, or by name within a class or a school.

    A name alone is enough only where it is the only such name on both sheets.

    - ``rows(row, name, id_number, roll_number, school, grade, class_name)``: the roll-call;
    - ``seats(child, name, roll_number, school, grade, class_name)``: the rolls, a row per child and roll;
    - ``into(left_row, right_row, probability, step, evidence)``: who was found is added here.
    """
    con.execute(
        f"""
        INSERT INTO {into}
        SELECT k.row, min(s.child), 1.0, 'roll_number', ?
        FROM {rows} k JOIN {seats} s USING (roll_number)
        WHERE k.roll_number IS NOT NULL GROUP BY k.row HAVING count(DISTINCT s.child) = 1
        """,
        [gettext("学籍号相同")],
    )
    for columns, words in (
        (("school", "grade", "class_name", "name"), gettext("学校、班级和姓名相同，班内没有同名")),
        (("school", "name"), gettext("学校和姓名相同，校内没有同名")),
    ):
        key = ", ".join(columns)
        same = " AND ".join(f"l.{column} IS NOT DISTINCT FROM r.{column}" for column in columns)
        con.execute(
            f"""
            INSERT INTO {into}
            WITH left_names AS (
                SELECT {key}, min(row) AS row, count(*) AS rows FROM {rows}
                WHERE id_number IS NULL AND school IS NOT NULL AND name IS NOT NULL GROUP BY ALL
            ), right_names AS (
                SELECT {key}, min(child) AS child, count(DISTINCT child) AS children FROM {seats}
                WHERE school IS NOT NULL AND name IS NOT NULL GROUP BY ALL
            )
            SELECT l.row, r.child, 1.0, 'class', ?
            FROM left_names l JOIN right_names r ON
                {same}
            WHERE l.rows = 1 AND r.children = 1
              AND l.row NOT IN (SELECT left_row FROM {into})
              AND r.child NOT IN (SELECT right_row FROM {into})
            """,
            [words],
        )
