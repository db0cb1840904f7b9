"""Which word counts: of all that was believed at a time, the one fact per child and table.

Pieces of SQL that SQLite and PostgreSQL both read. A person's word stands above lists, the register above
the rolls, these above all others; of equals the newest list, then the last row written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class When:
    """``on`` which day it was true, and ``known_on`` the end of which day it was believed (None: now)."""

    on: dt.date
    known_on: dt.date | None = None

    @classmethod
    def now(cls) -> When:
        """What is believed now of today."""
        return cls(timezone.localdate())

    @property
    def end(self) -> dt.datetime:
        """The last moment of the day ``known_on``; only where there is one."""
        assert self.known_on is not None
        return dt.datetime.combine(self.known_on, dt.time.max, timezone.get_default_timezone())

    @property
    def known(self) -> str:
        """The moment as an SQL literal, "" for now."""
        if self.known_on is None:
            return ""
        text = self.end.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return f"'{text}'" if connection.vendor == "sqlite" else f"TIMESTAMPTZ '{text}+00'"

    def believed(self, fact: str) -> str:
        """A condition over the row ``fact``: it was believed then."""
        if not self.known:
            return f"{fact}.retracted_at IS NULL"
        return (
            f"{fact}.recorded_at <= {self.known} "
            f"AND ({fact}.retracted_at IS NULL OR {fact}.retracted_at > {self.known})"
        )

    def holds(self, fact: str) -> str:
        """A condition over the row ``fact``: it was believed then to be true on the day."""
        return (
            f"{self.believed(fact)} AND {fact}.valid_from <= '{self.on}' "
            f"AND ({fact}.valid_to IS NULL OR {fact}.valid_to >= '{self.on}')"
        )

    @property
    def was_believed(self) -> Q:
        """The same for the rows of a query: believed then, of whatever day."""
        if self.known_on is None:
            return Q(retracted_at__isnull=True)
        end = self.end
        return Q(recorded_at__lte=end) & (Q(retracted_at__isnull=True) | Q(retracted_at__gt=end))

    @property
    def held(self) -> Q:
        """The same for the rows of a query: believed then to be true on the day."""
        on = Q(valid_to__isnull=True) | Q(valid_to__gte=self.on)
        return self.was_believed & Q(valid_from__lte=self.on) & on

    def sources(self, source: str) -> str:
        """A condition over the row ``source``: it stood then and is not of a later day."""
        undone = f"{source}.undone_at IS NULL"
        if self.known:
            undone = (
                f"{source}.recorded_at <= {self.known} "
                f"AND ({source}.undone_at IS NULL OR {source}.undone_at > {self.known})"
            )
        return f"{undone} AND {source}.list_date <= '{self.on}'"


def persons(when: When) -> str:
    """``SELECT child, person``: whose each key was, as merges stood then."""
    if not when.known:
        return "SELECT id AS child, person_id AS person FROM people_child"
    return f"""
        WITH RECURSIVE edges AS (
            SELECT m.child_id, m.into_id FROM people_merge m WHERE {when.believed("m")}
        ), up AS (
            SELECT child_id AS child, into_id AS person FROM edges
            UNION ALL
            SELECT up.child, e.into_id FROM up JOIN edges e ON e.child_id = up.person
        )
        SELECT c.id AS child, coalesce(u.person, c.id) AS person
        FROM people_child c
        LEFT JOIN (SELECT child, person FROM up WHERE person NOT IN (SELECT child_id FROM edges)) u
          ON u.child = c.id"""


RANK = """CASE f.line WHEN 'person' THEN 0 WHEN 'census' THEN 1 WHEN 'roll' THEN 2
    WHEN 'vocational_roll' THEN 3 ELSE 4 END"""

NEWEST = "s.list_date DESC, f.id DESC"

ENROLLED_FIRST = "CASE WHEN f.roll_state IN ('', 'enrolled') THEN 0 ELSE 1 END"


GOING_ON = "CASE WHEN f.valid_to IS NULL THEN 0 ELSE 1 END"


def pick(
    table: str,
    columns: str,
    when: When,
    *,
    order: str = RANK,
    within: str = "",
    also_ended: bool = False,
) -> str:
    """``SELECT person, columns``: one row per child, the first by ``order``, then the newest.

    ``within`` names a table ``(person)`` of the children asked for; without it all. ``also_ended`` takes
    what was true once where nothing is true on the day.
    """
    holds = when.believed("f") if also_ended else when.holds("f")
    order = f"{GOING_ON}, {order}" if also_ended else order
    joined = f"JOIN {within} a ON a.person = p.person" if within else ""
    return f"""
        SELECT * FROM (
            SELECT p.person, {columns},
                   row_number() OVER (PARTITION BY p.person ORDER BY {order}, {NEWEST}) AS place
            FROM people_{table} f
            JOIN ({persons(when)}) p ON p.child = f.child_id {joined}
            JOIN people_source s ON s.id = f.source_id
            WHERE {holds}
        ) picked WHERE place = 1"""
