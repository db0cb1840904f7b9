"""What a sweep finds, worked out before anything is written: facts, verdicts, what changed, the sums.

Everything stands in tables of one DuckDB, `Found.db`: no row of a child passes through a loop.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from notoneless.bureau import offers
from notoneless.bureau.intake.doubted import doubted
from notoneless.bureau.people import facts as people
from notoneless.bureau.people.reading import read
from notoneless.bureau.sweeps.models import VERDICTS
from notoneless.bureau.sweeps.rules import Rules
from notoneless.engines.duckdb import connect, name, quote
from notoneless.kernel import duckdb as engine

MEMORY = "2GB"
"""What DuckDB may keep at a time; 450,000 children took a quarter of it."""


@dataclass(frozen=True)
class Found:
    """What a sweep found. Tables: ``decided``, ``outcome``, ``changed``, ``ended``, ``tally``."""

    db: duckdb.DuckDBPyConnection
    rules: Rules
    children: int

    def new_patterns(self) -> list[str]:
        """Signatures that no sweep under these rules has met."""
        return [
            key
            for (key,) in self._rows("SELECT signature FROM met WHERE pattern IS NULL ORDER BY 1")
        ]

    def outcomes(self, signatures: Sequence[str]) -> Iterable[tuple[str, str, str, str]]:
        """Of some patterns each guarantee's verdict and way."""
        self.db.register("asked", pa.table({"signature": pa.array(signatures, pa.string())}))
        try:
            return self._rows(
                "SELECT signature, guarantee, verdict, way FROM outcome JOIN asked USING (signature)"
            )
        finally:
            self.db.unregister("asked")

    def changed(self) -> list[tuple[int, str, int | None, int | None]]:
        """Children who stand otherwise than before: key, signature, home, school."""
        return self._rows("SELECT child, signature, home, school FROM changed ORDER BY child")

    def ended(self) -> list[int]:
        """Keys of the standings that hold no longer."""
        return [key for (key,) in self._rows("SELECT standing FROM ended ORDER BY 1")]

    def tallies(self) -> list[tuple[Any, ...]]:
        """Organisation, guarantee, and the six counts in the order of `VERDICTS`."""
        return self._rows("SELECT * FROM tally ORDER BY 1, 2")

    def _rows(self, query: str) -> list[Any]:
        return self.db.execute(query).fetchall()


def decide(rules: Rules, *, on: dt.date, known_on: dt.date | None = None) -> Found:
    """Hold every child against every guarantee, and compare with how it stands now."""
    db = connect(memory=MEMORY, encrypted=True)
    gather(db, on, known_on)
    verdicts = engine.decide(db, rules.sweep, "facts")
    parts = ", ".join(
        f"to_hex({kind}_{word})" for word in range(rules.sweep.words) for kind in ("sig", "unk")
    )
    db.execute(
        f"CREATE TABLE decided AS SELECT v.*, concat_ws('.', {parts}) AS signature, "
        f"p.home, p.seat AS school FROM ({verdicts}) v JOIN told p USING (child)"
    )
    db.execute("DROP TABLE told")
    _outcomes(db, rules)
    _compare(db, rules)
    _tallies(db)
    ((children,),) = db.execute("SELECT count(*) FROM decided").fetchall()
    return Found(db, rules, children)


def gather(db: duckdb.DuckDBPyConnection, on: dt.date, known_on: dt.date | None) -> None:
    """``told``: what every app knows; ``facts``: the same less the places, as the kernel wants it.

    A word that another app has counts before that of the lists.
    """
    told = people.facts(on=on, known_on=known_on, doubted=doubted())
    columns = {column: f"p.{name(column)}" for column in told.column_names}
    joins = ""
    db.register("of_people", told)
    for number, module in enumerate(offers.found("facts")):
        if module is people:
            continue
        more = module.facts(on=on, known_on=known_on)
        db.register(f"of_{number}", more)
        joins += f" LEFT JOIN of_{number} o{number} USING (child)"
        for column in more.column_names:
            if column != people.SUBJECT:
                columns[column] = f"coalesce(o{number}.{name(column)}, {columns[column]})"
    listed = ", ".join(f"{sql} AS {name(column)}" for column, sql in columns.items())
    db.execute(f"CREATE TABLE told AS SELECT {listed} FROM of_people p{joins}")
    db.unregister("of_people")
    db.execute(f"CREATE VIEW facts AS SELECT * EXCLUDE ({', '.join(people.PLACES)}) FROM told")


def _outcomes(db: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    """``outcome``: per pattern and guarantee the verdict and the way.

    The kernel says unknown both where it is not known whether a guarantee holds and where it is not known
    whether it is kept; here these are two.
    """
    each = " UNION ALL ".join(
        f"SELECT signature, {quote(one.id)} AS guarantee, {quote(one.place)} AS place, "
        f"any_value({name('verdict_' + one.id)})::VARCHAR AS verdict, "
        f"coalesce(any_value({name('way_' + one.id)})::VARCHAR, '') AS way "
        "FROM decided GROUP BY signature"
        for one in rules.guarantees
    )
    db.execute(f"CREATE TABLE outcome AS {each}")
    undecided = db.execute(
        "SELECT DISTINCT signature FROM outcome WHERE verdict = 'unknown'"
    ).fetchall()
    unsure = [(key, one) for (key,) in undecided for one in rules.unsure(key)]
    keys, guarantees = zip(*unsure, strict=True) if unsure else ((), ())
    columns = {"signature": keys, "guarantee": guarantees}
    db.register("unsure", pa.table({n: pa.array(v, pa.string()) for n, v in columns.items()}))
    db.execute(
        "UPDATE outcome SET verdict = 'unsure' FROM unsure u WHERE verdict = 'unknown' "
        "AND u.signature = outcome.signature AND u.guarantee = outcome.guarantee"
    )


def _compare(db: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    """``met``: every pattern with its key; ``changed`` and ``ended`` against what stands."""
    key, text = pa.int64(), pa.string()
    patterns = f"sweeps_pattern WHERE rules = '{rules.key}'"
    read(db, "pattern", {"id": key, "signature": text}, patterns)
    columns = dict.fromkeys(("id", "child_id", "pattern_id", "home_id", "school_id"), key)
    read(db, "standing", columns, "sweeps_standing WHERE until_id IS NULL")
    db.execute(
        "CREATE TABLE met AS SELECT signature, p.id AS pattern "
        "FROM (SELECT DISTINCT signature FROM decided) LEFT JOIN pattern p USING (signature)"
    )
    db.execute(
        "CREATE TABLE compared AS SELECT d.child, d.signature, d.home, d.school, s.id AS standing, "
        "s.id IS NOT NULL AND s.pattern_id IS NOT DISTINCT FROM m.pattern "
        "AND s.home_id IS NOT DISTINCT FROM d.home AND s.school_id IS NOT DISTINCT FROM d.school "
        "AS same FROM decided d JOIN met m USING (signature) "
        "FULL JOIN standing s ON s.child_id = d.child"
    )
    db.execute("CREATE VIEW changed AS FROM compared WHERE NOT same AND signature IS NOT NULL")
    db.execute("CREATE VIEW ended AS FROM compared WHERE NOT same AND standing IS NOT NULL")


def _tallies(db: duckdb.DuckDBPyConnection) -> None:
    """``tally``, as `models.Tally` says."""
    read(
        db,
        "lineage",
        {"above_id": pa.int64(), "below_id": pa.int64(), "kind": pa.string()},
        "accounts_lineage l JOIN accounts_organisation o ON o.id = l.above_id",
    )
    counts = ", ".join(
        f"coalesce(sum(children) FILTER (verdict = '{verdict}'), 0)::BIGINT AS {verdict}"
        for verdict in VERDICTS
    )
    db.execute(f"""
        CREATE TABLE tally AS
        WITH cell AS (
            SELECT home, school, signature, count(*) AS children FROM decided GROUP BY ALL
        ), counted AS (
            SELECT home, school, o.guarantee, o.verdict, sum(children) AS children,
                   CASE o.place WHEN 'school' THEN coalesce(school, home)
                        ELSE coalesce(home, school) END AS place
            FROM cell JOIN outcome o USING (signature) GROUP BY ALL
        ), counted_at AS (
            SELECT l.above_id, guarantee, verdict, children FROM counted
            JOIN lineage l ON l.below_id = home WHERE l.kind IN ('township', 'village')
            UNION ALL
            SELECT l.above_id, guarantee, verdict, children FROM counted
            JOIN lineage l ON l.below_id = school WHERE l.kind IN ('school', 'class')
            UNION ALL
            SELECT l.above_id, guarantee, verdict, children FROM counted
            JOIN lineage l ON l.below_id = place WHERE l.kind IN ('county', 'city', 'province')
        )
        SELECT above_id AS organisation, guarantee, {counts} FROM counted_at GROUP BY 1, 2""")
