"""The card of each child: what is believed today, derived from the facts, for search and lists."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from notoneless.bureau.people import bulk
from notoneless.bureau.people.models import FACTS, Source
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When, pick

CARD = ("name", "initials", "sex", "birth_date", "home_id", "school_id", "attending_id",
        "school_name", "stage", "grade", "class_name", "in_register", "on_roll")  # fmt: skip


def refresh(children: Iterable[int] | None = None, *, source: Source | None = None) -> None:
    """Derive anew the cards of these children (keys), or of all whom a source touched, or of all.

    Call it in the transaction of the change; it makes temporary tables of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS affected")
        cursor.execute("CREATE TEMP TABLE affected (person BIGINT PRIMARY KEY)")
        if source is not None:
            touched = " UNION ".join(
                f"SELECT child_id FROM {fact._meta.db_table} "
                f"WHERE recorded_in_id = {source.pk} OR retracted_in_id = {source.pk}"
                for fact in FACTS
            )
            cursor.execute(
                "INSERT INTO affected SELECT DISTINCT person_id FROM people_child "
                f"WHERE id IN ({touched})"
            )
        elif children is None:
            cursor.execute("INSERT INTO affected SELECT DISTINCT person_id FROM people_child")
        else:
            for keys in bulk.chunks(set(children)):
                cursor.execute(
                    "INSERT INTO affected SELECT DISTINCT person_id FROM people_child "
                    f"WHERE id IN ({', '.join(map(str, keys))}) "
                    "AND person_id NOT IN (SELECT person FROM affected)"
                )
        cursor.execute(_write(When.now()))
        cursor.execute("DROP TABLE affected")


def _write(when: When) -> str:
    def of(table: str, columns: str, order: str = RANK) -> str:
        return f"({pick(table, columns, when, order=order, within='affected')})"

    # What one list does not know another may: the birth date and the sex of the best that has them.
    known = f"CASE WHEN f.birth_date IS NULL OR f.sex = '' THEN 1 ELSE 0 END, {RANK}"
    return f"""
        UPDATE people_child SET
            name = coalesce(card.name, ''), initials = coalesce(card.initials, ''),
            sex = coalesce(nullif(card.sex, ''), card.other_sex, ''),
            birth_date = coalesce(card.birth_date, card.other_birth_date),
            home_id = coalesce(card.place_id, card.told_to),
            school_id = card.school_id, attending_id = card.attending_id,
            school_name = coalesce(card.school_name, ''), stage = coalesce(card.stage, ''),
            grade = card.grade, class_name = coalesce(card.class_name, ''),
            in_register = card.registered IS NOT NULL, on_roll = card.enrolled IS NOT NULL
        FROM (
            SELECT a.person, i.name, i.initials, i.sex, i.birth_date,
                   o.sex AS other_sex, o.birth_date AS other_birth_date, r.place_id, i.told_to,
                   e.school_id, e.attending_id, e.school_name, e.stage, e.grade, e.class_name,
                   g.person AS registered, e.person AS enrolled
            FROM affected a
            LEFT JOIN {
        of("identity", "f.name, f.initials, f.sex, f.birth_date, s.organisation_id AS told_to")
    } i
                ON i.person = a.person
            LEFT JOIN {of("identity", "f.sex, f.birth_date", known)} o ON o.person = a.person
            LEFT JOIN {of("residence", "f.place_id")} r ON r.person = a.person
            LEFT JOIN {
        of(
            "enrolment",
            "f.school_id, f.attending_id, f.school_name, f.stage, f.grade, f.class_name",
            f"{ENROLLED_FIRST}, {RANK}",
        )
    } e
                ON e.person = a.person
            LEFT JOIN (
                SELECT DISTINCT c.person_id AS person FROM people_identity f
                JOIN people_child c ON c.id = f.child_id
                WHERE f.line = 'census' AND {when.holds("f")}
            ) g ON g.person = a.person
        ) card
        WHERE people_child.id = card.person"""
