"""Facts in Parquet: what breaks the contract is refused before any rule runs; the rest streams."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from kernel_engines import book_from, facts_table, on_reference, schema_from

from notoneless.engines.duckdb import connect
from notoneless.faults import Refusal
from notoneless.kernel import Sweep, compile_sweep
from notoneless.kernel.contract import check_data
from notoneless.kernel.duckdb import decide, decide_file

FACTS = """
subjects:
  child:
    key: child
    facts:
      birth_date: {text: {zh: 出生日期}, type: date, nullable: true}
      stage: {text: {zh: 学段}, type: enum, values: {primary: {zh: 小学}, junior: {zh: 初中}}, nullable: true}
      on_roll: {text: {zh: 在籍}, type: bool}
      grade: {text: {zh: 年级}, type: int, nullable: true}
      fee: {text: {zh: 学费}, type: money, nullable: true}
"""
RULES = """
rulebook: small
title: {zh: 小}
subject: child
policies:
  aid:
    text: {zh: 减免}
    source: a document
    status: unverified
    kind: waiver
    period: year
    conditions: [on_roll, "stage = 'primary'"]
    amount: fee
"""
DAY = dt.date(2026, 9, 10)
GOOD = (
    "SELECT range::BIGINT AS child, DATE '2015-01-01' AS birth_date, 'primary' AS stage, "
    "true AS on_roll, 3 AS grade, 5000::BIGINT AS fee FROM range(1000)"
)
BREACHES = {
    "a missing column": ("SELECT * EXCLUDE (grade) FROM good", "R301", "grade", ""),
    "a missing column, nearly there": ("SELECT * EXCLUDE (grade), grade AS grades FROM good", "R301", "grade", "grades"),
    "no key": ("SELECT * EXCLUDE (child) FROM good", "R301", "child", ""),
    "a text for a number": ("SELECT * REPLACE ('3' AS grade) FROM good", "R302", "grade", "VARCHAR"),
    "a float for money": ("SELECT * REPLACE (50.5::DOUBLE AS fee) FROM good", "R302", "fee", "DOUBLE"),
    "a number for a bool": ("SELECT * REPLACE (1 AS on_roll) FROM good", "R302", "on_roll", "INTEGER"),
    "a timestamp for a date": ("SELECT * REPLACE (now()::TIMESTAMP AS birth_date) FROM good", "R302", "birth_date", "TIMESTAMP"),
    "a text as key": ("SELECT * REPLACE (child::VARCHAR AS child) FROM good", "R302", "child", "VARCHAR"),
    "a value not in the enum": ("SELECT * REPLACE (CASE WHEN child < 7 THEN 'kinder' ELSE stage END AS stage) FROM good", "R303", "stage", "7"),
    "a null where none can be": ("SELECT * REPLACE (CASE WHEN child < 5 THEN NULL ELSE on_roll END AS on_roll) FROM good", "R304", "on_roll", "5"),
    "no key in a row": ("SELECT * REPLACE (nullif(child, 3) AS child) FROM good", "R304", "child", "1"),
    "a key twice": ("SELECT * FROM good UNION ALL SELECT * FROM good WHERE child < 3", "R305", "child", "3"),
    "a far key twice": ("SELECT * REPLACE (child * 1000000007 AS child) FROM (SELECT * FROM good UNION ALL SELECT * FROM good WHERE child < 2)", "R305", "child", "2"),
    "money out of range": ("SELECT * REPLACE (9000000000000 AS fee) FROM good WHERE child < 4", "R306", "fee", "4"),
}  # fmt: skip


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    schema = schema_from(FACTS, tmp_path)
    return compile_sweep(book_from(RULES, tmp_path, schema), schema, DAY)


@pytest.fixture
def db() -> duckdb.DuckDBPyConnection:
    db = connect(threads=1)
    db.execute(f"CREATE VIEW good AS {GOOD}")
    return db


def test_good_data_keep_the_contract(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    assert check_data(db, "good", sweep.subject) == []


def test_an_enum_of_the_engine_is_as_good_as_a_text(
    db: duckdb.DuckDBPyConnection, sweep: Sweep
) -> None:
    db.execute(
        "CREATE VIEW as_enum AS SELECT * REPLACE (stage::ENUM('primary', 'junior') AS stage) FROM good"
    )
    assert check_data(db, "as_enum", sweep.subject) == []
    (row,) = db.execute(f"{decide(db, sweep, 'as_enum')} LIMIT 1").fetchall()
    assert row[-1] == 5000


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_refused(breach: str, db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    query, code, column, told = BREACHES[breach]
    db.execute(f"CREATE VIEW bad AS {query}")
    with pytest.raises(Refusal) as refused:
        decide(db, sweep, "bad")
    (fault,) = refused.value.faults
    assert fault.code == code
    assert column in fault.message
    assert told in fault.message + fault.next_step


def test_all_breaches_come_together(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    db.execute(
        "CREATE VIEW bad AS SELECT * EXCLUDE (grade) REPLACE ('x' AS stage, 1.5 AS fee) FROM good"
    )
    found = {fault.code for fault in check_data(db, "bad", sweep.subject)}
    assert found == {"R301", "R302", "R303"}


def test_a_value_not_in_the_enum_is_shown_masked(
    db: duckdb.DuckDBPyConnection, sweep: Sweep
) -> None:
    db.execute("CREATE VIEW bad AS SELECT * REPLACE ('510699201501011234' AS stage) FROM good")
    (fault,) = check_data(db, "bad", sweep.subject)
    assert "510699" not in fault.message


# -- files --------------------------------------------------------------------------------------


@pytest.fixture
def facts_file(tmp_path: Path, db: duckdb.DuckDBPyConnection) -> Path:
    path = tmp_path / "facts.parquet"
    db.execute(f"COPY good TO '{path}' (FORMAT parquet)")
    return path


def test_a_file_is_decided_into_a_file(tmp_path: Path, sweep: Sweep) -> None:
    rows = [
        {
            "child": n,
            "birth_date": None,
            "stage": stage,
            "on_roll": n % 2 == 0,
            "grade": None,
            "fee": fee,
        }
        for n, (stage, fee) in enumerate(
            [("primary", 100), (None, 200), ("junior", None), ("primary", None)] * 3
        )
    ]
    source, out = tmp_path / "facts.parquet", tmp_path / "it's decided.parquet"
    with connect() as db:
        facts_table(db, "facts", sweep.subject, rows)
        db.execute(f"COPY facts TO '{source}' (FORMAT parquet)")
    assert decide_file(source, sweep, out) == len(rows)
    with connect() as db:
        found = db.execute("SELECT * FROM read_parquet($1) ORDER BY child", [str(out)])
        names = [column[0] for column in found.description]
        decided = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        about = dict(
            db.execute(
                "SELECT decode(key), decode(value) FROM parquet_kv_metadata($1)", [str(out)]
            ).fetchall()
        )
    assert decided == on_reference(sweep, rows)
    assert about == {"sweep": sweep.hash, "as_of": "2026-09-10"}
    assert list(tmp_path.glob("*.part")) == []


def test_an_old_result_stays_when_the_new_data_are_refused(
    tmp_path: Path, sweep: Sweep, db: duckdb.DuckDBPyConnection, facts_file: Path
) -> None:
    out = tmp_path / "out.parquet"
    decide_file(facts_file, sweep, out)
    before = out.read_bytes()
    db.execute(f"COPY (SELECT * EXCLUDE (fee) FROM good) TO '{facts_file}' (FORMAT parquet)")
    with pytest.raises(Refusal):
        decide_file(facts_file, sweep, out)
    assert out.read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("content", [None, b"", b"PAR1 not really"])
def test_what_is_no_parquet_is_said_so(content: bytes | None, tmp_path: Path, sweep: Sweep) -> None:
    path = tmp_path / "facts.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refusal, match="R300"):
        decide_file(path, sweep, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_a_place_that_cannot_be_written_is_said_so(
    tmp_path: Path, sweep: Sweep, facts_file: Path
) -> None:
    for out in (tmp_path / "no" / "such" / "out.parquet", tmp_path):
        with pytest.raises(Refusal, match="R307"):
            decide_file(facts_file, sweep, out)


def test_a_full_disk_leaves_no_trace(sweep: Sweep, facts_file: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this machine has no /dev/full to write to")
    with pytest.raises(Refusal, match="R307"):
        decide_file(facts_file, sweep, full / "out.parquet")


def test_a_torn_file_is_said_so(tmp_path: Path, sweep: Sweep, facts_file: Path) -> None:
    data = bytearray(facts_file.read_bytes())
    data[4:400] = b"x" * 396
    facts_file.write_bytes(data)
    out = tmp_path / "out.parquet"
    with pytest.raises(Refusal, match="R30"):
        decide_file(facts_file, sweep, out)
    assert not out.exists()


def test_an_empty_file_gives_an_empty_file(
    tmp_path: Path, sweep: Sweep, db: duckdb.DuckDBPyConnection, facts_file: Path
) -> None:
    db.execute(f"COPY (FROM good LIMIT 0) TO '{facts_file}' (FORMAT parquet)")
    assert decide_file(facts_file, sweep, tmp_path / "out.parquet") == 0


def test_the_same_input_gives_the_same_bytes(
    tmp_path: Path, sweep: Sweep, facts_file: Path
) -> None:
    for name in ("one.parquet", "two.parquet"):
        decide_file(facts_file, sweep, tmp_path / name)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
