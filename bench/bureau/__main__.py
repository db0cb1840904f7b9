"""How long the bureau takes with many children: ``python -m bench.bureau intake --children 450000``.

Runs in a data folder of its own; with DATABASE_URL on PostgreSQL. Nobody in it exists.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from bench.people import FAMILY, GIVEN

SCHOOLS, VILLAGES = 469, 1200


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long it took, what of that was processor time of ours, and the peak of memory."""
    begun, before = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - begun, time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<46} {wall:8.2f} s  {cpu:8.2f} CPU-s  {memory:7,.0f} MB", flush=True)


def invented_rows(children: int, seed: int = 7) -> pa.Table:
    """A register and roll in one: every field that either brings."""
    from notoneless.rosters.id_number import check_digit

    rng = random.Random(seed)
    names: dict[str, list[object]] = {name: [] for name in (
        "row", "child", "name", "sex", "birth_date", "id_number", "household_no", "relation",
        "guardian_name", "guardian_id", "phone", "address", "county", "township", "village", "school",
        "grade", "class_name", "roll_number", "roll_state", "boards")}  # fmt: skip
    for number in range(children):
        year, month, day = 2012 + number % 8, 1 + number // 8 % 12, 1 + number // 96 % 28
        digits = f"510699{year}{month:02}{day:02}{number // 2688 % 1000:03}"
        village, school = number % VILLAGES, number % SCHOOLS
        values = (
            number + 2, None,
            rng.choice(FAMILY) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2)))),
            "MF"[number % 2], f"{year}-{month:02}-{day:02}", digits + check_digit(digits),
            f"H{number // 2:08}", "子女", rng.choice(FAMILY) + rng.choice(GIVEN),
            f"510699198{number % 10}0101{number % 1000:03}X", f"138{number:08}", f"第{village}村{number}号",
            "虚构县", f"第{village // 20}镇", f"第{village}村", f"第{school}小学", 1 + number % 9,
            f"{number % 6 + 1}班", f"G{digits}{check_digit(digits)}", "enrolled", number % 3 == 0,
        )  # fmt: skip
        for column, value in zip(names.values(), values, strict=True):
            column.append(value)
    table = pa.table(names)
    at = table.schema.get_field_index("birth_date")
    return table.set_column(at, "birth_date", table["birth_date"].cast(pa.date32()))


def places() -> object:
    """A county with its townships, villages and schools."""
    from notoneless.bureau.accounts import actions
    from notoneless.bureau.audit.actions import SYSTEM

    def add(kind: str, name: str, parent: object = None) -> object:
        return actions.add_organisation(by=SYSTEM, kind=kind, name=name, parent=parent)

    county = add("county", "虚构县", add("city", "虚构市"))
    townships = [add("township", f"第{n}镇", county) for n in range(VILLAGES // 20)]
    for number in range(VILLAGES):
        add("village", f"第{number}村", townships[number // 20])
    for number in range(SCHOOLS):
        add("school", f"第{number}小学", county)
    return county


def people(children: int) -> None:
    """Take in a register, a roll, the register again a month later; ask."""
    import datetime as dt

    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people import actions, preparing, queries
    from notoneless.bureau.people.models import Child
    from notoneless.bureau.people.prepared import ListSource

    with measured("places"):
        county = places()
    rows = invented_rows(children)

    def take_in(what: str, line: str, day: dt.date, table: pa.Table) -> None:
        source = ListSource(
            organisation=county, line=line, file=f"{line}-{day}.xlsx", list_date=day, whole=True
        )
        with measured(f"{what}: prepare"):
            prepared = preparing.prepare_list(by=SYSTEM, source=source, rows=table)
        with measured(f"{what}: record (the transaction)"):
            actions.record_list(by=SYSTEM, prepared=prepared)
        print(f"    {prepared.changes}")

    take_in("register, first", "census", dt.date(2026, 9, 1), rows)
    keys = pa.array(Child.objects.order_by("pk").values_list("pk", flat=True), pa.int64())
    known = rows.set_column(rows.schema.get_field_index("child"), "child", keys)
    take_in("roll, all known", "roll", dt.date(2026, 9, 2), known)
    take_in("register, nothing changed", "census", dt.date(2026, 10, 1), known)
    moved = known.slice(children // 100)
    take_in("register, 1 % gone", "census", dt.date(2026, 11, 1), moved)
    with measured("children as identity wants them"):
        queries.matching_table(by=SYSTEM, organisation=county)
    from bench.bureau import asked

    asked.ask(county, measured)


def main() -> None:
    """Run one bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["people", "intake"])
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--data", type=Path, default=None, help="keep the data here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as folder:
        data = asked.data or Path(folder)
        os.environ["NOTONELESS_DATA"] = str(data)
        from notoneless.bureau.web import server

        server.settle(data)
        database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
        print(f"{asked.children:,} children on {database}, Python {sys.version.split()[0]}")
        if asked.what == "people":
            people(asked.children)
            return
        from bench.bureau import taken_in

        taken_in.take_in(places(), invented_rows(asked.children), Path(folder), measured)


if __name__ == "__main__":
    main()
