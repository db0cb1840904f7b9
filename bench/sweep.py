"""How long a sweep takes: ``python -m bench.sweep --children 450000``.

An invented county on five lists (register, roll, roll-call, poor, disabled), swept three times: everybody is
new, nothing has changed, one in a hundred has left the roll. In a data folder of its own; with DATABASE_URL on
PostgreSQL. Nobody in it exists.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bench.bureau.__main__ import SCHOOLS, invented_rows, measured, places

NUMBERS = "一二三四五六七八九"


def fill(children: int) -> None:
    """Take the lists in, as `people` gets them from a reader."""
    import datetime as dt

    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.people.models import Child

    with measured("places"):
        county = places()
        _classes()
    rows = invented_rows(children)
    at = rows.schema.get_field_index("class_name")
    rows = rows.set_column(at, "class_name", pa.array(["1班"] * children))
    take_in(county, "census", rows)
    keys = pa.array(Child.objects.order_by("pk").values_list("pk", flat=True), pa.int64())
    known = rows.set_column(rows.schema.get_field_index("child"), "child", keys)

    def some(of: int, rest: int = 0) -> pa.Table:
        return known.filter(pc.equal(pc.bit_wise_and(known["row"], of - 1), rest))

    on_roll = known.filter(pc.not_equal(pc.bit_wise_and(known["row"], 63), 5))
    take_in(county, "roll", on_roll)
    called = on_roll.append_column("call_date", pa.array([dt.date(2026, 9, 21)] * len(on_roll)))
    marks = ["absent" if row % 97 == 0 else "present" for row in on_roll["row"].to_pylist()]
    take_in(county, "rollcall", called.append_column("attendance", pa.array(marks)))
    take_in(county, "poverty_relieved", some(16))
    take_in(county, "disabled", some(128, 1))
    assert Organisation.objects.filter(kind="class").count() == SCHOOLS * 9


def _classes() -> None:
    from notoneless.bureau.accounts import actions
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.audit.actions import SYSTEM

    for school in Organisation.objects.filter(kind="school"):
        for grade in NUMBERS:
            actions.add_organisation(by=SYSTEM, kind="class", name=f"{grade}年级1班", parent=school)


def take_in(county: object, line: str, rows: pa.Table, month: int = 9) -> None:
    """Record a list of the whole county."""
    import datetime as dt

    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people import actions, preparing
    from notoneless.bureau.people.prepared import ListSource

    source = ListSource(
        organisation=county,  # type: ignore[arg-type]  # the county
        line=line,
        file=f"{line}-{month}.xlsx",
        list_date=dt.date(2026, month, 2),
        whole=True,
    )
    with measured(f"list: {line}"):
        prepared = preparing.prepare_list(by=SYSTEM, source=source, rows=rows)
        actions.record_list(by=SYSTEM, prepared=prepared)


def sweep(what: str, runs: int = 1) -> None:
    """Sweep, and say how long it took; of several runs the median."""
    import datetime as dt

    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.sweeps import actions

    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        with measured(f"sweep: {what}"):
            done = actions.sweep(by=SYSTEM, on=dt.date(2026, 10, 31))
        seconds.append(time.perf_counter() - begun)
        print(f"    {done.children:,} children, {done.changed:,} changed", flush=True)
    if runs > 1:
        print(f"    median of {runs}: {statistics.median(seconds):.1f} s")


def leave_the_roll() -> None:
    """One in a hundred is not on the roll of October."""
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.people.models import Child

    keys = list(Child.objects.filter(on_roll=True).order_by("pk").values_list("pk", flat=True))
    rows = invented_rows(Child.objects.count())
    everybody = list(Child.objects.order_by("pk").values_list("pk", flat=True))
    rows = rows.set_column(
        rows.schema.get_field_index("child"), "child", pa.array(everybody, pa.int64())
    )
    at = rows.schema.get_field_index("class_name")
    rows = rows.set_column(at, "class_name", pa.array(["1班"] * len(rows)))
    staying = pa.array([key for key in keys if key % 100], pa.int64())
    take_in(
        Organisation.objects.get(kind="county"),
        "roll",
        rows.filter(pc.is_in(rows["child"], value_set=staying)),
        10,
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--data", type=Path, default=None, help="keep the data here, and use it again"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as folder:
        os.environ["NOTONELESS_DATA"] = str(asked.data or folder)
        from notoneless.bureau.web import server

        server.settle(asked.data or Path(folder))
        from notoneless.bureau.people.models import Child
        from notoneless.bureau.sweeps.models import Sweep

        database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
        print(f"{asked.children:,} children on {database}, Python {sys.version.split()[0]}")
        if not Child.objects.exists():
            fill(asked.children)
        if not Sweep.objects.filter(state="done").exists():
            sweep("everybody is new")
        sweep("nothing has changed", asked.runs)
        leave_the_roll()
        sweep("one in a hundred has left the roll")


if __name__ == "__main__":
    main()
